internal import EventailEvents
public import EventailStore
internal import EventailSystem

/// Where a sink leaves events that its other side refuses for good, so that everything behind them goes on: in the dead letters.
///
/// A sink calls `keep` before the commit whose checkpoints pass those events. *Thread*: the sink's; `count` any.
public final class UndeliverableEvents: Sendable {
    private let deadLetters: DeadLetters?
    private let sink: String
    private let kept = Counter()

    /// Without dead letters such events are only told: of a replay, whose events history keeps.
    public init(_ deadLetters: DeadLetters?, sink: String) {
        self.deadLetters = deadLetters
        self.sink = sink
    }

    /// Since the start.
    public var count: Int64 { kept.current }

    /// Durable when it returns; an event that is there already is not written again.
    public func keep(_ events: [Undeliverable]) throws(SinkError) {
        if events.isEmpty { return }
        let new: Int
        do throws(StoreError) { new = try deadLetters?.keep(events, of: sink) ?? events.count } catch {
            throw .unavailable("dead letters cannot be kept: \(error.file): \(error.reason)", remedy: error.remedy)
        }
        kept.add(Int64(new))
        guard new > 0, let first = events.first else { return }
        Log.error(
            "sink", "events cannot be delivered\(deadLetters == nil ? "" : " and are dead letters"): \(first.message)",
            ["sink": sink, "events": "\(new)", "file": first.batch.file.path, "line": "\(first.event.line)"])
    }

    /// What `/metrics` tells of it.
    public var figure: SinkFigure {
        SinkFigure("eventail_sink_undeliverable_total", .counter, "Events that the sink's other side refuses for good, kept as dead letters.", Double(count))
    }
}
