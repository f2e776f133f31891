public import EventailEvents

/// Where events go: an outside system behind four calls, all made on the sink's own thread by its `SinkRunner`.
///
/// The contract of every sink:
/// - `open` comes first and again after each `unavailable`; it forgets what was written and not committed.
/// - `write` takes a batch's events whose position is at or behind `from`, in file order; it may keep them in memory until `commit`.
/// - `commit` returns only when everything written is as durable as the sink can make it; only then do checkpoints move.
/// - A throw never loses: the runner goes back to the last checkpoint and writes again.
/// - `close` comes last, after a final `commit`.
public protocol Sink: AnyObject, Sendable {
    /// The name in the configuration, unique.
    var name: String { get }
    /// The kind in the configuration, e.g. `file`.
    var kind: String { get }

    /// How often it wants to commit; nil leaves it to the runner's limits.
    var cadence: SinkCadence? { get }

    func open() throws(SinkError)
    func write(_ batch: EventBatch, from position: Int64) throws(SinkError)
    /// Makes what was written durable. A sink that can keep the checkpoints in the same transaction does so and answers true;
    /// of any other the runner stores them after this returned.
    func commit(_ checkpoints: [FileCheckpoint]) throws(SinkError) -> Bool
    func close()
    /// The checkpoints that the sink itself holds, which then are the truth, also when they went back; nil when it holds none.
    func ownCheckpoints() throws(SinkError) -> [FileCheckpoint]?
    /// What it counts about itself beyond what its runner does; asked for by any thread.
    var figures: [SinkFigure] { get }
}

extension Sink {
    public var cadence: SinkCadence? { nil }
    public var figures: [SinkFigure] { [] }
    public func ownCheckpoints() throws(SinkError) -> [FileCheckpoint]? { nil }
}

/// Operating trouble of a sink; the case says what the runner must do.
public enum SinkError: Error, Sendable, CustomStringConvertible {
    /// Try again later from the last checkpoint: the other side is down, slow or full.
    case unavailable(String, remedy: String)
    /// Never try again: the configuration or the other side's state is wrong.
    case misconfigured(String, remedy: String)

    public var description: String {
        switch self {
        case .unavailable(let reason, let remedy), .misconfigured(let reason, let remedy): "\(reason); \(remedy)"
        }
    }
}
