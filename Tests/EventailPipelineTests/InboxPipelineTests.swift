import EventailAggregate
import EventailEvents
import EventailInbox
import EventailStore
import EventailSystem
import EventailTail
import EventailTestSupport
import Synchronization
import Testing

@testable import EventailPipeline

/// Goal: lines that another instance sent give the same events as at the sender, once, also after a restart.
@Suite struct InboxPipelineTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let transcript = [
        #"{"timestamp":"2026-01-01T00:00:00.000Z","type":"session_meta","payload":{"id":"s1","originator":"codex_cli","model_provider":"openai","timestamp":"2026-01-01T00:00:00.000Z","cwd":"/w","cli_version":"1"}}"#,
        #"{"timestamp":"2026-01-01T00:00:01.000Z","type":"turn_context","payload":{"model":"gpt-5","cwd":"/w"}}"#,
        #"{"timestamp":"2026-01-01T00:00:02.000Z","type":"event_msg","payload":{"type":"agent_message","message":"done"}}"#,
    ]

    private func batch(_ lines: [String]) throws -> (EventBatch, ProfileSet) {
        let set = try ProfileSet(catalogue: Catalogue())
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        return (try Extractor(profiles: set, choice: .auto).extract(LineBatchReader.batch(of: bytes, path: "/logs/rollout.jsonl"), FileContext()), set)
    }

    /// As a sender would: each event with what was remembered before it.
    private func entries(of batch: EventBatch, _ catalogue: Catalogue) -> [InboxEntry] {
        batch.events.enumerated().map { index, event in
            InboxEntry(
                verdict: .profile(catalogue.entry(event.type).profile), path: batch.file.path, fileKey: batch.file.stableKey,
                context: batch.context(before: index), offset: event.position, time: event.time, place: InboxPlace(position: "\(index + 1)-0"),
                line: batch.line(event))
        }
    }

    private func pipeline(_ sink: FaultySink, state: String = "state") throws -> Pipeline {
        let catalogue = Catalogue()
        let store = try StateStore(folder: folder.file(state), catalogue: catalogue)
        return try Pipeline(
            Pipeline.Parts(
                stateFolder: folder.file(state),
                sources: [TailSource(name: "stream", paths: [Inbox.pattern(folder: folder.file("inbox"))], isSequence: true)], readings: [:],
                profiles: try ProfileSet(catalogue: catalogue), catalogue: catalogue,
                aggregator: try Aggregator(configuration: AggregatorConfiguration(), catalogue: catalogue, state: try store.keyedState()), store: store,
                deadLetters: try DeadLetters(stateFolder: folder.file(state)), sinks: [sink]))
    }

    private func waits(_ pleases: () -> Bool) -> Bool {
        let end = Timestamp.monotonicNanoseconds() + 20_000_000_000
        let never = BoundedQueue<Bool>(capacity: 1)
        while Timestamp.monotonicNanoseconds() < end {
            if pleases() { return true }
            _ = never.pop(within: .milliseconds(2))
        }
        return pleases()
    }

    @Test func aLineReadsTheSameAloneAsInItsFile() throws {
        let (batch, set) = try batch(Self.transcript)
        #expect(batch.events.count == 3 && batch.text(.model, of: batch.events[2]) == "gpt-5")
        let inbox = try Inbox(folder: folder.file("inbox"))
        // The last line alone, as a member of a group gets it.
        try inbox.append([entries(of: batch, set.catalogue)[2]])
        let sink = FaultySink()
        let pipeline = try pipeline(sink)
        let seen = Mutex<[EventBatch]>([])
        pipeline.start { batch in seen.withLock { $0.append(batch) } }
        #expect(waits { seen.withLock { !$0.isEmpty } })
        #expect(pipeline.stop())
        let found = try #require(seen.withLock { $0.first })
        let event = try #require(found.events.first)
        #expect(found.text(.model, of: event) == "gpt-5" && found.text(.execution, of: event) == "s1" && found.text(.agent, of: event) == "codex_cli")
        #expect(found.originFile.path == "/logs/rollout.jsonl" && found.originPosition(of: event) == batch.events[2].position)
        #expect(found.identifier(of: event) == batch.identifier(of: batch.events[2]))
        #expect(found.line(event) == batch.line(batch.events[2]))
    }

    @Test func entriesCountOnceThroughRestartsAndSegmentsAreLetGo() throws {
        var limits = Inbox.Limits()
        limits.segmentBytes = 2000
        var total = 0
        for round in 1...4 {
            let inbox = try Inbox(folder: folder.file("inbox"), limits: limits)
            var made: [InboxEntry] = []
            for number in 0..<40 {
                made.append(
                    InboxEntry(
                        verdict: number == 7 ? .refused(.unknownProfile, "names no profile") : .profile(number == 8 ? "nobody" : "generic"), path: "/logs/a.jsonl",
                        fileKey: "h\(number % 3 / 2)", offset: Int64(total + number), place: InboxPlace(position: "\(round)-\(number)"),
                        line: Array("{\"agent\":\"scribe\",\"n\":\(number)}".utf8)))
            }
            for entry in made { try inbox.append([entry]) }
            total += 38
            let sink = FaultySink()
            let pipeline = try pipeline(sink, state: "state-\(round)")
            pipeline.start { _ in }
            #expect(waits { pipeline.audit.total.valid == Int64(total) && pipeline.sinkStatuses.first?.lagEntries == 0 })
            #expect(pipeline.audit.total.isBalanced)
            #expect(pipeline.audit.total.deadLetters[Int(RejectionReason.unknownProfile.rawValue)] == Int64(2 * round))
            #expect(waits {
                let reports = Dictionary(pipeline.tailer.files().map { ($0.path, $0) }, uniquingKeysWith: { one, _ in one })
                do { try inbox.clean { path, size in reports[path].map { $0.acknowledged >= size } ?? false } } catch { Issue.record("\(error)") }
                return inbox.bytes < 2200
            })
            #expect(pipeline.stop())
            try copy(folder.file("state-\(round)"), to: folder.file("state-\(round + 1)"))
        }
    }

    private func copy(_ from: String, to target: String) throws {
        try FileSystem.makeFolder(target)
        for name in try FileSystem.names(in: from) {
            let (one, other) = ("\(from)/\(name)", "\(target)/\(name)")
            if FileSystem.isFolder(one) { try copy(one, to: other) } else if name != "state.db-shm" { try FileSystem.replace(other, with: try FileSystem.read(one)) }
        }
    }
}
