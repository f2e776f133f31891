public import EventailJSON
public import EventailPipeline

/// What the server shows of the rest of the instance; the program implements it.
///
/// *Thread*: called on `serve` (readiness, telemetry) and on `query` (the rest), so implementations guard themselves. Answers are snapshots.
public protocol InstanceStatus: Sendable {
    func readiness() -> Readiness
    func sources() -> [SourceStatus]
    func files() -> [FileStatusReport]
    func sinks() -> [SinkStatus]
    func profiles() -> [ProfileStatus]
    /// The counts of the whole instance.
    func audit() -> AuditReport
    /// The same for each file.
    func auditOfFiles() -> [FileAudit]
    /// The newest dead letters first: those older than `cursor` (nil: from the newest), at most `limit`.
    func deadLetters(reason: String?, before cursor: String?, limit: Int) -> DeadLetterPage
    /// Writes the configuration in force as one JSON object, secrets replaced by `"***"`.
    func writeConfiguration(into json: inout JSONWriter)
    /// Checks JSON lines as `eventail check --format json` does and writes what it prints.
    func writeValidation(of lines: [UInt8], profile: String?, into json: inout JSONWriter) throws(ValidationError)
    /// Adds what the pipeline and the sinks count.
    func addTelemetry(to metrics: inout MetricsText)
}

/// Whether the instance can do its work.
public struct Readiness: Sendable {
    public enum State: Sendable, Equatable {
        case starting, ready, draining
        /// Cannot keep its state; the text says why.
        case failed(String)
    }
    public var state: State
    /// Parts that work worse, one sentence each: a sink in trouble, watching by polling.
    public var degraded: [String]
    /// Whether one of them is a sink.
    public var sinkInTrouble: Bool

    public init(state: State, degraded: [String] = [], sinkInTrouble: Bool = false) {
        self.state = state
        self.degraded = degraded
        self.sinkInTrouble = sinkInTrouble
    }
}

/// Why lines cannot be checked as asked, in a sentence: there is no such profile.
public struct ValidationError: Error, Sendable {
    public let reason: String

    public init(reason: String) { self.reason = reason }
}

/// One source of the configuration.
public struct SourceStatus: Sendable {
    public var name: String
    public var type: String
    public var paths: [String]
    public var profile: String
    public var files: Int
    public var lines: Int64
    public var bytes: Int64
    /// Of a source that is received.
    public var stream: StreamStatus?

    public init(name: String, type: String, paths: [String], profile: String, files: Int, lines: Int64, bytes: Int64) {
        self.name = name
        self.type = type
        self.paths = paths
        self.profile = profile
        self.files = files
        self.lines = lines
        self.bytes = bytes
    }
}

/// What is received from a stream, and how that stands.
public struct StreamStatus: Sendable {
    public var server = ""
    public var stream = ""
    public var group: String?
    /// e.g. `receiving`, `waiting`, `full`, `failing`.
    public var state: String
    public var lastError: String?
    public var retries: Int64 = 0
    /// Entries received since the start.
    public var entries: Int64 = 0
    /// Entries of a shared stream that another hub has taken.
    public var dropped: Int64 = 0
    /// Received and not yet removed.
    public var inboxBytes: Int64 = 0
    /// The newest entry received, by part of the stream.
    public var positions: [(part: String, position: String)] = []

    public init(state: String) { self.state = state }
}

/// One file that is or was read.
public struct FileStatusReport: Sendable {
    public struct Lag: Sendable {
        public var sink: String
        public var position: Int64
        public var bytes: Int64
        public var seconds: Double?
        public init(sink: String, position: Int64, bytes: Int64, seconds: Double?) {
            self.sink = sink
            self.position = position
            self.bytes = bytes
            self.seconds = seconds
        }
    }
    public var path: String
    public var source: String
    public var identity: String
    public var generation: Int
    public var size: Int64
    public var profile: String
    /// e.g. `reading`, `idle`, `rotated`, `deleted`.
    public var state: String
    public var sinks: [Lag]

    public init(
        path: String, source: String, identity: String, generation: Int, size: Int64, profile: String, state: String, sinks: [Lag]
    ) {
        self.path = path
        self.source = source
        self.identity = identity
        self.generation = generation
        self.size = size
        self.profile = profile
        self.state = state
        self.sinks = sinks
    }
}

/// One profile that is loaded.
public struct ProfileStatus: Sendable {
    public var name: String
    public var description: String
    public var builtIn: Bool
    public var types: [String]

    public init(name: String, description: String, builtIn: Bool, types: [String]) {
        self.name = name
        self.description = description
        self.builtIn = builtIn
        self.types = types
    }
}

/// Where every byte went (CONTRACT section 7, `/audit`).
public struct AuditReport: Sendable {
    public var bytesRead: Int64 = 0
    public var bytesValid: Int64 = 0
    public var bytesDeadLetter: Int64 = 0
    public var bytesBlank: Int64 = 0
    public var bytesUnfinished: Int64 = 0
    public var lines: Int64 = 0
    public var valid: Int64 = 0
    public var deadLetters: [(reason: String, count: Int64)] = []
    public var blank: Int64 = 0
    public var bytesLost: [(cause: String, count: Int64)] = []

    public init() {}

    /// Bytes read are all accounted for.
    public var balanced: Bool { bytesRead == bytesValid + bytesDeadLetter + bytesBlank + bytesUnfinished }
}

/// Where every byte of one generation of a file went.
public struct FileAudit: Sendable {
    public var path: String
    public var identity: String
    public var generation: Int
    public var report: AuditReport

    public init(path: String, identity: String, generation: Int, report: AuditReport) {
        self.path = path
        self.identity = identity
        self.generation = generation
        self.report = report
    }

    /// By path, then by age where that is known.
    public static func stands(_ left: FileAudit, before right: FileAudit) -> Bool {
        (left.path, left.generation, left.identity) < (right.path, right.generation, right.identity)
    }
}

/// One line that was refused.
public struct DeadLetterReport: Sendable {
    public var file: String
    public var offset: Int64
    public var line: Int64
    public var time: String
    public var reason: String
    public var profile: String
    public var location: String
    public var keyword: String
    public var message: String
    /// As written; base64 when `encoding` says so.
    public var data: String
    public var encoding: String?

    public init(
        file: String, offset: Int64, line: Int64, time: String, reason: String, profile: String, location: String, keyword: String,
        message: String, data: String, encoding: String? = nil
    ) {
        self.file = file
        self.offset = offset
        self.line = line
        self.time = time
        self.reason = reason
        self.profile = profile
        self.location = location
        self.keyword = keyword
        self.message = message
        self.data = data
        self.encoding = encoding
    }
}

/// A page of dead letters; `next` asks for the following one, nil at the end.
public struct DeadLetterPage: Sendable {
    public var items: [DeadLetterReport]
    public var next: String?
    public init(items: [DeadLetterReport], next: String?) {
        self.items = items
        self.next = next
    }
}
