public import EventailEvents
public import EventailJSON
internal import EventailSystem
internal import Synchronization

/// All figures of agents (CONTRACT section 7): folds events in and answers questions about any window.
///
/// *Owns* the engine behind a lock. *Thread*: `fold` and `takeChanges` on the consumer's thread, questions on any other; the lock is taken once
/// for a batch and once for a question. *Limits*: those of `AggregatorConfiguration`.
///
/// What it knows is durable through `takeChanges`, whose changes go into the same transaction as the checkpoint of the batches folded so far: after a kill
/// the state is that of the last commit and the lines behind it are folded again, so nothing counts twice.
public final class Aggregator: Sendable {
    private let engine: Mutex<Engine>

    /// Restores what the state holds. Throws what the state's reading throws.
    public init(configuration: AggregatorConfiguration, catalogue: Catalogue, state: any StoredState) throws {
        engine = Mutex(try Engine(configuration: configuration, catalogue: catalogue, state: state))
    }

    /// Counts a batch's events.
    public func fold(_ batch: EventBatch) { engine.withLock { $0.fold(batch) } }

    /// What changed since the last call. Of the changes taken before, only the last may still be on their way; after a failed commit call `forget`.
    public func takeChanges() throws -> [StoredChange] { try engine.withLock { try $0.takeChanges() } }

    /// Goes back to what is committed: everything folded since is forgotten and will come again.
    public func forget() throws { try engine.withLock { try $0.restore() } }

    /// Whether so much waits that a commit should not.
    public var needsCommit: Bool { engine.withLock { $0.needsCommit } }

    /// Whether so much waits that folding should wait for a commit.
    public var isFull: Bool { engine.withLock { $0.isFull } }

    /// The newest event's time in nanoseconds, nil before the first event.
    public var newestTime: Int64? { engine.withLock { $0.newestTime } }

    // MARK: questions; each writes one JSON value

    /// `{"window":{...},"totals":{...},"groups":[...]}`.
    public func metrics(_ query: MetricsQuery, into json: inout JSONWriter) throws(MetricsQueryError) {
        try answer(&json) { engine, json throws(MetricsQueryError) in try engine.metrics(query, into: &json) }
    }

    /// `{"metric","start","end","step","series":[{"key","points":[{"time","value"}]}]}`.
    public func range(_ query: RangeQuery, into json: inout JSONWriter) throws(MetricsQueryError) {
        try answer(&json) { engine, json throws(MetricsQueryError) in try engine.range(query, into: &json) }
    }

    /// A page of agents, those first seen last first.
    public func agents(limit: Int, cursor: String?, into json: inout JSONWriter) throws(MetricsQueryError) {
        try answer(&json) { engine, json throws(MetricsQueryError) in try engine.agents(limit: limit, cursor: cursor, into: &json) }
    }

    /// A page of executions, those first seen last first.
    public func executions(limit: Int, cursor: String?, into json: inout JSONWriter) throws(MetricsQueryError) {
        try answer(&json) { engine, json throws(MetricsQueryError) in try engine.executions(limit: limit, cursor: cursor, into: &json) }
    }

    /// One execution's group object; false and nothing written when there is none.
    public func execution(_ name: String, into json: inout JSONWriter) throws(MetricsQueryError) -> Bool {
        var found = false
        try answer(&json) { engine, json throws(MetricsQueryError) in found = try engine.execution(name, into: &json) }
        return found
    }

    /// A page of the newest events behind a figure: `{"metric","items":[{"file","line","offset","time","added"}],"next"}`.
    public func explain(metric: String, query: MetricsQuery, limit: Int, cursor: String? = nil, into json: inout JSONWriter) throws(MetricsQueryError) {
        try answer(&json) { engine, json throws(MetricsQueryError) in
            try engine.explain(metric: metric, query: query, limit: limit, cursor: cursor, into: &json)
        }
    }

    /// The counters and histograms of agents in Prometheus' text format.
    public func writePrometheus(into text: inout [UInt8]) throws(MetricsQueryError) {
        let (found, failure) = engine.withLock { engine -> ([UInt8], MetricsQueryError?) in
            var text: [UInt8] = []
            do throws(MetricsQueryError) { try engine.writePrometheus(into: &text) } catch { return ([], error) }
            return (text, nil)
        }
        if let failure { throw failure }
        text.append(contentsOf: found)
    }

    private func answer(
        _ json: inout JSONWriter, _ body: (borrowing Engine, inout JSONWriter) throws(MetricsQueryError) -> Void
    ) throws(MetricsQueryError) {
        let (written, failure) = engine.withLock { engine -> ([UInt8], MetricsQueryError?) in
            var inner = JSONWriter()
            do throws(MetricsQueryError) { try body(engine, &inner) } catch { return ([], error) }
            return (inner.bytes, nil)
        }
        if let failure { throw failure }
        if !written.isEmpty { json.raw(written) }
    }
}
