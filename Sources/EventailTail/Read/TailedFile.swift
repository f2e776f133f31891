internal import EventailEvents
internal import EventailSystem
internal import Synchronization

/// One known file: what it is, where it was last seen, how far it is read.
///
/// *Thread*: the tailing thread changes it, others look at it or say what is acknowledged, each under its lock, which is never held over a call to the kernel.
final class TailedFile: Sendable {
    let identity: FileIdentity
    let source: Int
    let maximumLineBytes: Int
    private let state: Mutex<State>

    struct State: Sendable {
        var reference: FileReference
        var point: ReadingPoint
        /// As last seen.
        var glance: FileGlance
        var size: Int64
        /// Held while it lasts; others share it to read again.
        var descriptor: Descriptor?
        /// Other paths that lead to it.
        var aliases: [String] = []
        var condition = FileStatusReport.State.reading
        var reason = ""
        var lastReadTime: Int64 = 0
        /// Every sink has what lies before.
        var acknowledged: Int64 = 0
        /// Counts turns: who was read longest ago is closed first.
        var lastTurn = 0
        /// In one of the queues.
        var isQueued = false
        /// A path is known that leads to it.
        var isPlaced = true
        var lastPass = 0
        /// Read first, because it had this path before.
        var predecessor: TailedFile?
        /// Read when this one is at its end.
        var successors: [TailedFile] = []
        /// When it was seen to be deleted and last grew, of the monotonic clock.
        var deletedSince: Int64?
        /// What a symbolic link in its path leads to, whose folder is watched too.
        var realPath: String?
        /// Whether its content was compared with the checkpoint's fingerprint.
        var isVerified = false
    }

    init(identity: FileIdentity, source: Int, maximumLineBytes: Int, state: State) {
        self.identity = identity
        self.source = source
        self.maximumLineBytes = maximumLineBytes
        self.state = Mutex(state)
    }

    /// Decides something about it; no call to the kernel belongs inside.
    func with<Answer: Sendable>(_ body: (inout State) -> Answer) -> Answer { state.withLock { body(&$0) } }

    var path: String { state.withLock { $0.reference.path } }

    /// A copy for others.
    func report() -> FileStatusReport {
        state.withLock { state in
            FileStatusReport(
                number: state.reference.number, source: state.reference.source, path: state.reference.path, identity: identity,
                generation: state.reference.generation, size: state.size, position: state.point.position, acknowledged: state.acknowledged, line: state.point.line,
                unfinishedBytes: max(0, min(state.point.scanned, state.size) - state.point.position), state: state.condition, reason: state.reason,
                lastReadTime: state.lastReadTime, isOpen: state.descriptor != nil)
        }
    }

    /// What must be known to go on with it later.
    func checkpoint() -> FileCheckpoint {
        state.withLock { state in
            FileCheckpoint(
                identity: identity, generation: state.reference.generation, position: state.point.position, line: state.point.line,
                fingerprint: state.point.fingerprint, path: state.reference.path, source: state.reference.source)
        }
    }
}
