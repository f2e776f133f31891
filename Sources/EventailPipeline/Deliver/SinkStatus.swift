public import EventailSystem

/// What `/api/v1/sinks`, `/readyz` and `/metrics` tell of one sink.
public struct SinkStatus: Sendable {
    public enum State: String, Sendable {
        case attached
        case catchingUp = "catching up"
        case detached
        case failing
    }

    public let name: String
    public let kind: String
    public var state: State = .detached
    public var lastError: String?
    public var lastErrorTime: Timestamp?
    public var retries: Int64 = 0
    public var events: Int64 = 0
    public var bytes: Int64 = 0
    /// Bytes of files that were gone before this sink could read them.
    public var lostBytes: Int64 = 0
    /// Journal entries that the sink has not committed.
    public var lagEntries: Int64 = 0
    public var lagBytes: Int64 = 0
    /// Age of the oldest batch not committed, 0 when there is none.
    public var lagSeconds: Double = 0
    /// From when an event's bytes were read to when the sink had acknowledged it.
    public var latency = LatencyHistogram.Snapshot()
    public var queueDepth = 0
    public var queueCapacity = 0
    /// What this kind of sink counts about itself.
    public var figures: [SinkFigure] = []

    public init(name: String, kind: String) {
        self.name = name
        self.kind = kind
    }

    /// Goes on counting where a runner before the last reload was.
    mutating func count(on before: SinkStatus) {
        retries += before.retries
        events += before.events
        bytes += before.bytes
        lostBytes += before.lostBytes
    }
}
