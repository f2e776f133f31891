import EventailEvents
import EventailSystem
import Testing

@testable import EventailPipeline

@Suite struct ProgressTests {
    private func entry(_ index: Int64, generation: Int, _ range: Range<Int64>) -> JournalEntry {
        JournalEntry(
            index: index, identity: FileIdentity(key: "h1.1"), generation: generation, path: "/agents/1.jsonl", source: "agents", start: range.lowerBound,
            end: range.upperBound, firstLine: 1, nextLine: 2, firstSequence: 1, events: 1, fingerprint: .none)
    }

    @Test func aNewGenerationEndsTheOlderOnes() {
        var progress = Progress(index: 0, checkpoints: [])
        let identity = FileIdentity(key: "h1.1")
        progress.passed(entry(0, generation: 0, 0..<100))
        progress.passed(entry(1, generation: 2, 0..<7))
        #expect(progress.position(identity, 0) == .max)
        #expect(progress.position(identity, 1) == .max)
        #expect(progress.position(identity, 2) == 7)
        #expect(progress.position(identity, 3) == 0)
        #expect(progress.takeMoved().map(\.generation) == [2])
    }

    /// A sink that keeps its checkpoints itself may be further than its index: entries of a generation that it has left must not take it back.
    @Test func anEntryOfAnOlderGenerationMovesNothing() {
        let own = FileCheckpoint(
            identity: FileIdentity(key: "h1.1"), generation: 1, position: 50, line: 3, fingerprint: .none, path: "/agents/1.jsonl", source: "agents")
        var progress = Progress(index: 4, checkpoints: [own])
        progress.passed(entry(4, generation: 0, 0..<100))
        #expect(progress.index == 5)
        #expect(progress.takeMoved().isEmpty)
        #expect(progress.checkpoints == [own])
    }
}
