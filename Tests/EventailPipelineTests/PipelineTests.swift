import EventailAggregate
import EventailEvents
import EventailStore
import EventailSystem
import EventailTail
import EventailTestSupport
import Synchronization
import Testing

@testable import EventailPipeline

/// Goal: a whole pipeline counts each line once through a kill, and ends whatever hinders it.
/// Method: a kill is the state folder copied while the pipeline runs; the copy is started as the next run.
@Suite struct PipelineTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func pipeline(state: String, sinks: [any Sink] = []) throws -> Pipeline {
        let catalogue = Catalogue()
        let state = folder.file(state)
        let store = try StateStore(folder: state, catalogue: catalogue)
        return try Pipeline(
            Pipeline.Parts(
                stateFolder: state, sources: [TailSource(name: "agents", paths: [folder.file("*.jsonl")])],
                readings: ["agents": SourceReading(choice: .named("generic"), unknownTypes: .reject)], profiles: try ProfileSet(catalogue: catalogue),
                catalogue: catalogue,
                aggregator: try Aggregator(configuration: AggregatorConfiguration(), catalogue: catalogue, state: try store.keyedState()), store: store,
                deadLetters: try DeadLetters(stateFolder: state), sinks: sinks))
    }

    private func append(_ lines: Int, to name: String) throws {
        let file = try Descriptor.open(folder.file(name), [.write, .append, .create])
        try file.writeAll(Array(String(repeating: "{\"agent\":\"scribe\",\"n\":1}\n", count: lines).utf8))
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

    private func copy(_ from: String, to target: String) throws {
        try FileSystem.makeFolder(target)
        for name in try FileSystem.names(in: from) {
            let (one, other) = ("\(from)/\(name)", "\(target)/\(name)")
            if FileSystem.isFolder(one) { try copy(one, to: other) } else if name != "state.db-shm" { try FileSystem.replace(other, with: try FileSystem.read(one)) }
        }
    }

    @Test func countsWhatAKillLeftOnceAndGoesOnBehindIt() throws {
        let first = try pipeline(state: "first")
        first.start { _ in }
        var total: Int64 = 0
        for round in 1...8 {
            try append(50, to: "a.jsonl")
            try append(round, to: "b.jsonl")
            total += Int64(50 + round)
            #expect(waits { first.audit.total.lines == total })
            // Sometimes before a commit of the live path, sometimes after.
            try copy(folder.file("first"), to: folder.file("kill-\(round)"))
            let sink = FaultySink()
            let next = try pipeline(state: "kill-\(round)", sinks: [sink])
            let numbers = Mutex<[Int64]>([])
            next.start { batch in numbers.withLock { $0 += batch.events.indices.map { batch.firstSequence + Int64($0) } } }
            #expect(waits { sink.state.withLock { $0.committed.count } == Int(total) })
            #expect(next.stop())
            #expect(next.audit.total.lines == total)
            #expect(next.audit.total.isBalanced)
            #expect(sink.state.withLock { $0.committed } == Array(1...total))
            // Nothing is published twice.
            #expect(numbers.withLock { $0.isEmpty })
        }
        #expect(first.stop())
    }

    @Test func aSinkThatDoesNotReturnIsLeftBehind() throws {
        let gate = BoundedQueue<Bool>(capacity: 1)
        let pipeline = try pipeline(state: "state", sinks: [FaultySink("stuck", gate: gate), FaultySink("well")])
        try append(10, to: "a.jsonl")
        pipeline.start { _ in }
        #expect(waits { pipeline.sinkStatuses.last?.events == 10 })
        let began = Timestamp.monotonicNanoseconds()
        #expect(!pipeline.stop(within: .milliseconds(50)))
        #expect(Timestamp.monotonicNanoseconds() - began < 8_000_000_000)
        gate.close()
    }

    @Test func endsWhileTheJournalCannotBeWritten() throws {
        let pipeline = try pipeline(state: "state")
        pipeline.start { _ in }
        let journal = folder.file("state/journal")
        for name in try FileSystem.names(in: journal) { try FileSystem.remove("\(journal)/\(name)") }
        try FileSystem.removeFolder(journal)
        try append(10, to: "a.jsonl")
        #expect(waits { pipeline.trouble.all["journal"] != nil })
        // More than the queues hold.
        for number in 0..<20 { try append(10, to: "b\(number).jsonl") }
        #expect(pipeline.stop())
        #expect(pipeline.audit.total.lines == 0)
    }

    /// A stop that comes while the end is waited for by another thread.
    @Test func aStopEndsTheWaitForTheEnd() throws {
        let sink = FaultySink()
        sink.state.withLock { $0.failures = Array(repeating: 0, count: 1000) }
        let pipeline = try pipeline(state: "state", sinks: [sink])
        try append(10, to: "a.jsonl")
        pipeline.start(untilEnd: true) { _ in }
        let outcome = Mutex<Bool?>(nil)
        let waiter = NamedThread("end") { let all = pipeline.waitUntilEnd(); outcome.withLock { $0 = all } }
        #expect(waits { pipeline.sinkStatuses.first?.retries ?? 0 > 0 })
        #expect(!pipeline.stop(within: .milliseconds(10)))
        waiter.join()
        #expect(outcome.withLock { $0 } == false)
    }
}
