public import EventailEvents
public import EventailSystem

/// Follows files: finds them, reads each from where it was left, hands on batches of whole lines.
public final class Tailer: Sendable {
    /// `deliver` is called on the tailing thread and may block, which is how a full pipeline holds reading back; false ends `run`.
    public init(
        sources: [TailSource], limits: TailLimits = TailLimits(), checkpoints: [FileCheckpoint] = [],
        deliver: @escaping @Sendable (LineBatch) -> Bool
    ) throws(TailError) {}

    /// The body of the `tail` thread. With `untilEnd` it returns when every file found has been read to its end.
    public func run(untilEnd: Bool = false) throws(TailError) {}

    /// Makes `run` return after the turn it is at. Any thread.
    public func stop() {}

    /// How every known file stands. Any thread.
    public func files() -> [FileStatusReport] { [] }

    /// How tailing stands as a whole. Any thread.
    public func status() -> TailStatus { TailStatus() }

    /// Reads again what was delivered before, for a sink that is behind: at most a batch of whole lines from `position`, none ending behind `end`. Nil when the file
    /// or this generation of it is gone. Any thread.
    public func read(_ file: FileReference, from position: Int64, line: Int64, upTo end: Int64) throws(TailError) -> LineBatch? { nil }

    /// Tells that every sink has what lies before `position`; until it has all, a deleted file stays open. Any thread.
    public func acknowledged(_ identity: FileIdentity, generation: Int, position: Int64) {}
}
