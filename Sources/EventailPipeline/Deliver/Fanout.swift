internal import EventailEvents
internal import Synchronization

/// Hands each batch of the live path to every attached sink; one whose queue is full is detached, never waited for.
///
/// *Thread*: `publish` by the live path, `attach` by the sinks' own threads. One lock makes the hand-over exact: a sink attaches only at the journal's head.
public final class Fanout: Sendable {
    private let attached = Mutex<[String: SinkRunner]>([:])

    public init() {}

    /// Called after the batch's entry is in the journal.
    public func publish(_ delivery: Delivery) {
        attached.withLock { attached in
            for (name, runner) in attached where !runner.offer(delivery) {
                attached[name] = nil
                runner.wasDetached()
            }
        }
    }

    /// Attaches a sink that has everything before `index`; false when the journal has moved on meanwhile.
    func attach(_ runner: SinkRunner, at index: Int64, of journal: Journal) -> Bool {
        attached.withLock { attached in
            guard journal.head == index else { return false }
            attached[runner.name] = runner
            return true
        }
    }

    func detach(_ runner: SinkRunner) {
        attached.withLock { $0[runner.name] = nil }
    }
}
