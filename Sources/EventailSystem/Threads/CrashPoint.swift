internal import CLinux
internal import Synchronization

/// Named steps at which a test can let the process die as `kill -9` would: with `EVENTAIL_CRASH_AT=name` at the first time the step is reached, with
/// `EVENTAIL_CRASH_AT=name:count` at that one.
///
/// They are in every build, because the build that is tested is the one that is shipped: a step is reached once a batch or commit and then costs
/// a look at one constant. *Thread*: any.
public enum CrashPoint: String, CaseIterable, Sendable {
    /// Lines were read and nobody has them yet.
    case afterRead = "after-read"
    /// A batch's entry is in the journal and no consumer has the batch.
    case afterJournal = "after-journal"
    /// A sink is about to send what makes events visible.
    case beforeSend = "before-send"
    /// It was sent and not acknowledged.
    case afterSend = "after-send"
    /// It was acknowledged and the checkpoint or index is not kept on this side.
    case afterAcknowledge = "after-acknowledge"
    /// Inside a transaction of the state, before its commit.
    case midStateCommit = "mid-state-commit"
    /// A sink's full file was put aside and the new one is not begun.
    case midRotation = "mid-rotation"

    /// A hub's entries were received and stand nowhere on this side.
    case beforeInbox = "before-inbox"
    /// They are written into the inbox and not yet durable.
    case midInbox = "mid-inbox"
    /// They are durable and nobody was told.
    case afterInbox = "after-inbox"
    /// A batch of a shared stream is staged and it is not decided whose it is.
    case afterStage = "after-stage"
    /// It is decided and this side does not know.
    case afterDecision = "after-decision"
    /// What the batch gave is in the inbox and the batch still staged.
    case afterSettle = "after-settle"
    /// How far was received is written and the new segment not begun.
    case newSegment = "new-segment"

    private struct Armed {
        let point: CrashPoint
        let count: Int
    }

    private static let armed: Armed? = {
        guard let text = ProcessUsage.environment("EVENTAIL_CRASH_AT") else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1)
        guard let name = parts.first, let point = CrashPoint(rawValue: String(name)), let count = parts.count == 1 ? 1 : Int(parts[1]) else {
            Log.error("crash", "EVENTAIL_CRASH_AT names no step", ["value": text, "steps": allCases.map(\.rawValue).joined(separator: " ")])
            return nil
        }
        return Armed(point: point, count: count)
    }()
    private static let reached = Atomic<Int>(0)

    /// Called where the step is.
    public func reach() {
        guard let armed = Self.armed, armed.point == self else { return }
        if Self.reached.add(1, ordering: .relaxed).newValue == armed.count { kill(getpid(), SIGKILL) }
    }
}
