internal import EventailAggregate
internal import EventailStore
internal import Synchronization

/// What answers come from: figures and history, replaced together when the configuration was read again.
///
/// *Thread*: any; an answer that is being made goes on with what it began with.
final class Background: Sendable {
    struct Parts: Sendable {
        let aggregator: Aggregator?
        let history: History?
        let readyRequiresSinks: Bool
    }

    private let parts: Mutex<Parts>

    init(_ parts: Parts) { self.parts = Mutex(parts) }

    func replace(_ parts: Parts) { self.parts.withLock { $0 = parts } }

    var aggregator: Aggregator? { parts.withLock { $0.aggregator } }
    var history: History? { parts.withLock { $0.history } }
    var readyRequiresSinks: Bool { parts.withLock { $0.readyRequiresSinks } }
}
