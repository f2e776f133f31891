internal import EventailSystem
internal import Synchronization

/// What is wrong with the instance itself right now, by part; told by `/readyz`, logged when it begins and when it ends.
///
/// *Thread*: any.
public final class TroubleBoard: Sendable {
    public struct Trouble: Sendable, Equatable {
        public let reason: String
        public let remedy: String
    }

    private let troubles = Mutex<[String: Trouble]>([:])
    private let ending = BoundedQueue<Bool>(capacity: 1)

    public init() {}

    /// A part cannot do its work. The same trouble again says nothing new.
    public func report(_ part: String, _ reason: String, remedy: String) {
        let trouble = Trouble(reason: reason, remedy: remedy)
        let isNew = troubles.withLock { $0.updateValue(trouble, forKey: part) != trouble }
        if isNew { Log.error(part, "\(reason); \(remedy)") }
    }

    public func clear(_ part: String) {
        if troubles.withLock({ $0.removeValue(forKey: part) }) != nil { Log.info(part, "works again") }
    }

    public var all: [String: Trouble] { troubles.withLock { $0 } }

    /// Waits before a next try; returns at once when the instance ends.
    func wait(_ time: Duration) { _ = ending.pop(within: time) }
    var isEnding: Bool { ending.isClosed }
    func end() { ending.close() }
}
