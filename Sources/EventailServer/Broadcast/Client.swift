internal import EventailJSON
internal import EventailSystem

/// A WebSocket client: what it subscribed to and what it was not sent.
///
/// *Thread*: `serve`; jobs on `query` carry a reference back without looking into it.
final class Client: @unchecked Sendable {
    // @unchecked: touched on the serve thread only.
    unowned let connection: Connection
    let isRaw: Bool
    let speaksVersion1: Bool
    let reader: MessageReader
    var subscriptions: [Subscription] = []
    var onSlow = SlowPolicy.drop
    /// The sequence number of the event put into its queue last: several subscriptions make no second copy.
    var lastSequence: Int64 = -1
    /// A live subscription to everything, which makes its others needless.
    var takesAll = false
    var isIndexed = false
    /// Messages in the minute that began at `minute`.
    var messages = 0
    var minute: Int64 = 0
    var lastHeard: Int64
    var lastPing: Int64
    var sentEvents: Int64 = 0
    var dropped: Int64 = 0
    /// Who it is, where clients have to say; nil until it has said so.
    var identity: Identity?
    /// By when it has to say who it is, on the monotonic clock; 0 when it has or need not.
    var authenticateBy: Int64 = 0
    /// It was told that its token has expired.
    var knowsOfExpiry = false
    /// The head when a bookmark was sent last.
    var bookmarked: Int64 = -1

    init(_ connection: Connection, isRaw: Bool, speaksVersion1: Bool, longestMessage: Int, now: Int64) {
        self.connection = connection
        self.isRaw = isRaw
        self.speaksVersion1 = speaksVersion1
        reader = MessageReader(longestMessage: longestMessage)
        lastHeard = now
        lastPing = now
    }

    /// Some subscription is not live yet.
    var isFollowing: Bool { subscriptions.contains { $0.state != .live } }

    func covers(_ sequence: Int64, besides own: Subscription, matches: (EventFilter) -> Bool) -> Bool {
        subscriptions.contains { $0 !== own && $0.covers(sequence) && matches($0.filter) }
    }
}
