/// One wish of one client: which events, and how far it has been served.
///
/// *Thread*: `serve`; jobs on `query` carry a reference back without looking into it.
final class Subscription: @unchecked Sendable {
    // @unchecked: touched on the serve thread only.
    enum State: Equatable {
        /// A question to history is under way.
        case waiting
        /// The next sequence number to look at; it follows at the speed of the client.
        case following(Int64)
        /// Gets events as they come.
        case live
    }

    let request: SubscribeRequest
    let filter: EventFilter
    /// Of the execution that is asked for.
    let executionHash: UInt64?
    var state = State.waiting
    /// From this sequence number on the client has what matches, as far as it has been served.
    var coveredFrom: Int64
    var isEnded = false

    init(_ request: SubscribeRequest, coveredFrom: Int64) {
        self.request = request
        filter = request.filter
        executionHash = unsafe request.filter.execution?.withUnsafeBytes { unsafe RecentEvents.hash($0) }
        self.coveredFrom = coveredFrom
    }

    /// Whether the client gets, or got, the event of that sequence number through this subscription if it matches.
    func covers(_ sequence: Int64) -> Bool {
        if sequence < coveredFrom { return false }
        switch state {
        case .waiting: return false
        case .following(let next): return sequence < next
        case .live: return true
        }
    }
}
