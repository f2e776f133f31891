import EventailEvents
import EventailSystem
import EventailTail
import EventailTestSupport
import Testing

@testable import EventailPipeline

/// Goal: what every sink has is found out however files are replaced and whatever happened in earlier runs.
@Suite struct AcknowledgementsTests {
    private func checkpoint(_ file: FileReference, _ position: Int64) -> FileCheckpoint {
        FileCheckpoint(
            identity: file.identity, generation: file.generation, position: position, line: 1, fingerprint: .none, path: file.path, source: file.source)
    }

    @Test func lagEndsWhenAFileWasReplacedWhileASinkWasBehind() throws {
        let folder = try TemporaryFolder()
        let journal = try Journal(folder: folder.file("journal"), firstUnusedSequence: 1)
        let (fanout, sink) = (Fanout(), FaultySink(gate: BoundedQueue<Bool>(capacity: 10)))
        let runner = SinkRunner(sink, journal: journal, fanout: fanout, keeper: MemoryKeeper(), makeReader: { EntryReader() })
        let acknowledgements = Acknowledgements(tailer: try Tailer(sources: []) { _ in true }, journal: journal, runners: [runner])
        let thread = NamedThread("sink") { runner.run() }
        for (generation, length) in [(0, Int64(10)), (1, 4)] {
            let file = JournalTests.file(1, generation: generation)
            let batch = EntryReader.make(file, 0..<length)
            fanout.publish(Delivery(batch: batch, index: try journal.append(batch, firstLine: 1)))
            acknowledgements.committed(LiveCommit(index: journal.head, moved: [checkpoint(file, length)], changes: []))
        }
        #expect(acknowledgements.lag(of: runner).bytes == 14)
        sink.gate?.close()
        runner.finish()
        thread.join()
        #expect(acknowledgements.lag(of: runner) == (0, 0))
    }

    @Test func whatAnEarlierRunLeftBehindIsLag() throws {
        let folder = try TemporaryFolder()
        let journal = try Journal(folder: folder.file("journal"), firstUnusedSequence: 1)
        let file = JournalTests.file(1)
        let batch = EntryReader.make(file, 0..<10)
        let index = try journal.append(batch, firstLine: 1)
        let (fanout, keeper) = (Fanout(), MemoryKeeper())
        let runner = SinkRunner(FaultySink(), journal: journal, fanout: fanout, keeper: keeper, makeReader: { EntryReader() })
        let acknowledgements = Acknowledgements(tailer: try Tailer(sources: []) { _ in true }, journal: journal, runners: [runner])
        acknowledgements.begin(Progress(index: index + 1, checkpoints: [checkpoint(file, 10)]))
        #expect(acknowledgements.lag(of: runner).bytes == 10)
        runner.finish()
        runner.run()
        #expect(acknowledgements.lag(of: runner) == (0, 0))
    }
}
