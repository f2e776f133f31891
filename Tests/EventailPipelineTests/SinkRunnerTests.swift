import EventailEvents
import EventailSystem
import EventailTestSupport
import Synchronization
import Testing

@testable import EventailPipeline

/// Goal: whatever a sink does, each event is committed once and in the journal's order.
/// Method: a live path of its own writes batches of several files to the journal and the fan-out; the sink in memory is compared with 1, 2, 3 ...
@Suite struct SinkRunnerTests {
    let folder: TemporaryFolder
    let journal: Journal
    let fanout = Fanout()
    let keeper = MemoryKeeper()

    init() throws {
        folder = try TemporaryFolder()
        journal = try Journal(folder: folder.file("journal"), firstUnusedSequence: 1)
    }

    func runner(_ sink: FaultySink, queue: Int = 4) -> SinkRunner {
        var limits = SinkRunner.Limits()
        limits.queueCapacity = queue
        limits.commitInterval = .milliseconds(5)
        return SinkRunner(sink, limits: limits, journal: journal, fanout: fanout, keeper: keeper, makeReader: { EntryReader() })
    }

    /// Publishes batches of 1 to 9 events of three files.
    func publish(_ count: Int, from positions: inout [Int64], generator: inout SystemRandomNumberGenerator) throws {
        for _ in 0..<count {
            let number = Int.random(in: 0..<3, using: &generator)
            let size = Int64.random(in: 1...9, using: &generator)
            let batch = EntryReader.make(JournalTests.file(number), positions[number]..<positions[number] + size)
            positions[number] += size
            fanout.publish(Delivery(batch: batch, index: try journal.append(batch, firstLine: 1)))
        }
    }

    func expectAll(_ sink: FaultySink) {
        let committed = sink.state.withLock { $0.committed }
        #expect(committed == Array(1..<journal.nextSequence))
    }

    @Test func waitsForWhatRanBeforeAReload() throws {
        let sink = FaultySink()
        let before = BoundedQueue<Bool>(capacity: 1)
        var status = SinkStatus(name: "faulty", kind: "faulty")
        status.events = 40
        let old = NamedThread("old") { _ = before.pop() }
        let remains = SinkRemains(status: status, ended: before, thread: old)
        let runner = SinkRunner(sink, journal: journal, fanout: fanout, keeper: keeper, after: [remains], makeReader: { EntryReader() })
        let thread = NamedThread("sink") { runner.run() }
        var positions: [Int64] = [0, 0, 0]
        var generator = SystemRandomNumberGenerator()
        try publish(10, from: &positions, generator: &generator)
        #expect(!runner.waitUntilCaughtUp(within: .milliseconds(50)))
        #expect(sink.state.withLock { $0.opens } == 0)
        before.close()
        #expect(runner.waitUntilCaughtUp(within: .seconds(10)))
        runner.finish()
        thread.join()
        expectAll(sink)
        #expect(runner.status.events == 40 + journal.nextSequence - 1)
        #expect(remains.joinIfEnded())
    }

    @Test func deliversLiveBatchesInOrder() throws {
        let sink = FaultySink()
        let runner = runner(sink)
        let thread = NamedThread("sink") { runner.run() }
        var positions: [Int64] = [0, 0, 0]
        var generator = SystemRandomNumberGenerator()
        try publish(500, from: &positions, generator: &generator)
        runner.finish()
        thread.join()
        expectAll(sink)
    }

    @Test func aSlowSinkIsDetachedAndCatchesUp() throws {
        let gate = BoundedQueue<Bool>(capacity: 1000)
        let (slow, fast) = (FaultySink("slow", gate: gate), FaultySink("fast"))
        let runners = [runner(slow, queue: 2), runner(fast, queue: 10_000)]
        let threads = runners.map { runner in NamedThread("sink") { runner.run() } }
        var positions: [Int64] = [0, 0, 0]
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            try publish(50, from: &positions, generator: &generator)
            for _ in 0..<10 { gate.push(true) }
        }
        gate.close()
        for runner in runners { runner.finish() }
        for thread in threads { thread.join() }
        expectAll(slow)
        expectAll(fast)
    }

    @Test func aSinkThatFailsWritesAgainFromItsCheckpoint() throws {
        let sink = FaultySink()
        sink.state.withLock { $0.failures = [3, 0, 17, 40] }
        let runner = runner(sink)
        let thread = NamedThread("sink") { runner.run() }
        var positions: [Int64] = [0, 0, 0]
        var generator = SystemRandomNumberGenerator()
        try publish(300, from: &positions, generator: &generator)
        runner.finish()
        thread.join()
        expectAll(sink)
        #expect(sink.state.withLock { $0.opens } == 5)
        #expect(runner.status.retries == 4)
    }

    @Test func whatWasLeftFollowsAfterTheNextStart() throws {
        let gate = BoundedQueue<Bool>(capacity: 1000)
        let first = FaultySink(gate: gate)
        let before = runner(first)
        let thread = NamedThread("sink") { before.run() }
        var positions: [Int64] = [0, 0, 0]
        var generator = SystemRandomNumberGenerator()
        try publish(200, from: &positions, generator: &generator)
        for _ in 0..<50 { gate.push(true) }
        before.abandon()
        gate.close()
        thread.join()
        let half = first.state.withLock { $0.committed }
        #expect(half.count < Int(journal.nextSequence) - 1)

        let second = FaultySink()
        second.state.withLock { $0.committed = half }
        let after = runner(second)
        let again = NamedThread("sink") { after.run() }
        try publish(20, from: &positions, generator: &generator)
        after.finish()
        again.join()
        expectAll(second)
    }

    /// An index that the journal does not have: of a sink that was away until its entries were removed, or of a journal that was lost.
    @Test(arguments: [-3, 0, 5000] as [Int64]) func goesOnWithWhatTheJournalHas(index: Int64) throws {
        let sink = FaultySink()
        try keeper.keep([], index: index, of: sink.name)
        let runner = runner(sink)
        let thread = NamedThread("sink") { runner.run() }
        #expect(waits { runner.status.state == .attached })
        var positions: [Int64] = [0, 0, 0]
        var generator = SystemRandomNumberGenerator()
        try publish(20, from: &positions, generator: &generator)
        runner.finish()
        thread.join()
        expectAll(sink)
    }

    @Test func eventsBeyondTheNumbersOfAnEntryAreNotDelivered() throws {
        /// Finds an event more in each range than the live path had.
        final class Generous: BatchReader {
            let reader = EntryReader()
            func batch(of entry: JournalEntry, after before: FileCheckpoint?) throws(SinkError) -> EventBatch? {
                let batch = try reader.batch(of: entry, after: before)
                batch?.events.append(Event())
                batch?.events[entry.events].position = entry.end - 1
                return batch
            }
        }
        let sink = FaultySink()
        var positions: [Int64] = [0, 0, 0]
        var generator = SystemRandomNumberGenerator()
        try publish(20, from: &positions, generator: &generator)
        let runner = SinkRunner(sink, journal: journal, fanout: fanout, keeper: keeper, makeReader: { Generous() })
        runner.finish()
        runner.run()
        expectAll(sink)
    }

    private func waits(_ pleases: () -> Bool) -> Bool {
        let end = Timestamp.monotonicNanoseconds() + 10_000_000_000
        let never = BoundedQueue<Bool>(capacity: 1)
        while Timestamp.monotonicNanoseconds() < end {
            if pleases() { return true }
            _ = never.pop(within: .milliseconds(2))
        }
        return pleases()
    }

    @Test func aMisconfiguredSinkStaysFailingAndHoldsNobody() throws {
        let sink = FaultySink()
        sink.state.withLock { $0.misconfigured = true }
        let runner = runner(sink)
        let outcome = Mutex<Bool?>(nil)
        let thread = NamedThread("sink") { let all = runner.run(); outcome.withLock { $0 = all } }
        var positions: [Int64] = [0, 0, 0]
        var generator = SystemRandomNumberGenerator()
        try publish(20, from: &positions, generator: &generator)
        runner.finish()
        thread.join()
        #expect(outcome.withLock { $0 } == false)
        #expect(runner.status.state == .failing)
        #expect(runner.status.lastError?.contains("name another stream") == true)
    }
}
