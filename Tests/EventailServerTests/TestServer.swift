import EventailEvents
import EventailJSON
import EventailPipeline
import EventailServer
import EventailStore
import EventailSystem
import EventailTestSupport

/// A server on a port of its own, stopped when the test lets go.
final class TestServer {
    let server: Server
    let hub: Hub
    let catalogue = Catalogue()
    var sequence: Int64
    /// Where events are kept when the test wants history.
    private let store: StateStore?
    private var position: Int64 = 0
    private let file = FileReference(number: 1, identity: FileIdentity(key: "f"), generation: 0, path: "/a.jsonl", source: "agents")

    init(head: Int64 = 0, history folder: TemporaryFolder? = nil, _ change: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration()
        configuration.listen = ["127.0.0.1:0"]
        change(&configuration)
        let catalogue = catalogue
        let store = try folder.map { try StateStore(folder: $0.path, catalogue: catalogue) }
        self.store = store
        sequence = try store?.newestSequence() ?? head
        hub = try Hub(epoch: store?.epoch ?? "e1", head: sequence, catalogue: catalogue)
        server = try Server(configuration: configuration, hub: hub, aggregator: nil, history: try store?.history(), status: StubStatus())
        server.start()
    }

    deinit { server.stop(deadline: .seconds(2)) }

    func client(receiveBuffer: Int32 = 0) throws -> TestClient { try TestClient(server.addresses[0], receiveBuffer: receiveBuffer) }

    func subscriber(_ message: String, receiveBuffer: Int32 = 0) throws -> TestClient {
        let client = try client(receiveBuffer: receiveBuffer)
        _ = client.upgrade()
        client.say(message)
        // The answer tells that everything before it was read.
        client.say("{\"type\":\"ping\"}")
        return client
    }

    struct Made {
        var execution: String? = "exec-1"
        var agent = "planner"
        var priority = Priority.medium
        var severity = Severity.info
        var latency: Double?
        var pad = 0
    }

    /// Publishes a batch of events; returns their lines.
    @discardableResult
    func publish(_ made: [Made]) -> [String] {
        var lines: [String] = []
        var bytes: [UInt8] = []
        var events: ContiguousArray<Event> = []
        var values: ContiguousArray<RoleValue> = []
        var text: ContiguousArray<UInt8> = []
        let type = catalogue.number(profile: "generic", type: "note")
        for (index, one) in made.enumerated() {
            let line = "{\"n\":\(sequence + Int64(index) + 1),\"agent\":\"\(one.agent)\",\"pad\":\"\(String(repeating: "x", count: one.pad))\"}"
            lines.append(line)
            var event = Event()
            event.start = UInt32(bytes.count)
            event.length = UInt32(line.utf8.count)
            event.position = position + Int64(bytes.count)
            event.type = type
            event.priority = one.priority
            event.severity = one.severity
            event.firstValue = UInt32(values.count)
            for (role, word) in [(Role.execution, one.execution), (.agent, one.agent)] {
                guard let word else { continue }
                values.append(RoleValue(role, offset: text.count, length: word.utf8.count))
                text.append(contentsOf: word.utf8)
            }
            if let latency = one.latency { values.append(RoleValue(.latencyMilliseconds, number: latency)) }
            event.valueCount = UInt16(values.count - Int(event.firstValue))
            bytes += Array(line.utf8) + [10]
            events.append(event)
        }
        let batch = EventBatch(file: file, buffer: ByteBuffer(bytes), start: position, end: position + Int64(bytes.count), readTime: 0)
        batch.events = events
        batch.values = values
        batch.text = text
        batch.firstSequence = sequence + 1
        sequence += Int64(made.count)
        position += Int64(bytes.count)
        if let store {
            var transaction = StoreTransaction()
            transaction.add(batch, from: batch.start)
            do throws(StoreError) { try store.commit(transaction) } catch { preconditionFailure(error.description) }
        }
        hub.publish(batch)
        return lines
    }
}

struct StubStatus: InstanceStatus {
    func readiness() -> Readiness { Readiness(state: .starting, degraded: ["sink stream is down"], sinkInTrouble: true) }
    func sources() -> [SourceStatus] { [SourceStatus(name: "agents", type: "files", paths: ["/a"], profile: "auto", files: 1, lines: 2, bytes: 3)] }
    func files() -> [FileStatusReport] {
        (1...3).map {
            FileStatusReport(
                path: "/\($0)", source: "agents", identity: "f\($0)", generation: 0, size: 1, profile: "auto", state: "idle", sinks: [])
        }
    }
    func sinks() -> [SinkStatus] { [SinkStatus(name: "history", kind: "history")] }
    func profiles() -> [ProfileStatus] { [] }
    func audit() -> AuditReport { AuditReport() }
    func auditOfFiles() -> [FileAudit] {
        [("/b", 0), ("/a", 1), ("/a", 0), ("/a", 10)].map { FileAudit(path: $0, identity: "f", generation: $1, report: AuditReport()) }
    }
    func deadLetters(reason: String?, before cursor: String?, limit: Int) -> DeadLetterPage { DeadLetterPage(items: [], next: nil) }
    func writeConfiguration(into json: inout JSONWriter) { json.object { $0.field("state_dir", "/s") } }
    func writeValidation(of lines: [UInt8], profile: String?, into json: inout JSONWriter) throws(ValidationError) {
        if profile == "nope" { throw ValidationError(reason: "there is no such profile") }
        json.object { $0.field("bytes", lines.count) }
    }
    func addTelemetry(to metrics: inout MetricsText) {
        metrics.family("eventail_files_open", .gauge, "Files that are open.")
        metrics.sample([], 1)
    }
}
