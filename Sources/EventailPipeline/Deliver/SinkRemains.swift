internal import EventailSystem

/// What is left of a sink's runner that was stopped to be replaced: what it counted, and whether it has returned.
///
/// *Thread*: any. *Limits*: one for each sink that has not returned from a call.
final class SinkRemains: Sendable {
    let status: SinkStatus
    /// Closed when the runner's thread has done its work.
    private let ended: BoundedQueue<Bool>
    private let thread: NamedThread

    init(status: SinkStatus, ended: BoundedQueue<Bool>, thread: NamedThread) {
        self.status = status
        self.ended = ended
        self.thread = thread
    }

    var hasEnded: Bool { ended.isClosed }

    /// True when it has ended; waits for it at most that long.
    func waitForEnd(within time: Duration) -> Bool {
        _ = ended.pop(within: time)
        return ended.isClosed
    }

    /// Lets go of the thread of a runner that has ended.
    func joinIfEnded() -> Bool {
        if !ended.isClosed { return false }
        thread.join()
        return true
    }

    /// Whether a sink of that name and kind must wait for this one, because both may write to the same place.
    func stands(before name: String, _ kind: String) -> Bool { status.name == name || status.kind == kind }
}
