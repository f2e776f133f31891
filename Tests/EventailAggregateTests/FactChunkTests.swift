import EventailEvents
import Testing

@testable import EventailAggregate

/// Goal: facts come back from a chunk as they were written, and a damaged chunk is told from a whole one without a crash.
@Suite struct FactChunkTests {
    private let dimensions = Dimensions(type: 3, status: .success, word: 0, agent: 300, model: 2, tool: 0).bits

    private func chunk() -> FactChunk {
        var writer = FactWriter()
        var heads = ExecutionTable()
        let name = Array("exec-1".utf8)
        let hash = TextHash.hash(name.span, 0, name.count)
        writer.name(0, name.span, 0, name.count)
        let place = heads.add(.init(hash: hash, number: 0, first: 5_000_000_000, last: 7_000_000_001))
        for second in [Int64(5), 7, 6] {
            let fact = writer.cell(second, dimensions, hash, place: place)
            writer.add(fact, Field.events, 1)
            writer.observe(duration: second * 100_000, fact)
            writer.observe(latency: second * 100_000 + second % 2, fact)
            writer.add(fact, Field.costReported, -123)
            writer.addSide(fact, Side.errorType, 9, 1)
            writer.set(task: 77, feature: second == 7 ? 88 : 0, fact)
            writer.close(&heads)
        }
        return writer.chunk(heads)
    }

    @Test func factsComeBackAsTheyWere() {
        let chunk = chunk()
        #expect(chunk.facts == 3 && chunk.first == 5 && chunk.last == 7)
        var seconds: [Int64] = []
        let isWhole = chunk.forEach { cell, task in
            seconds.append(cell.slot)
            #expect(cell.dimensions.bits == dimensions && cell.entity == TextHash.hash("exec-1"))
            #expect(task.hash == 77 && task.feature == 88)
            #expect(cell.value(Field.events) == 1 && cell.value(Field.costReported) == -123)
            #expect(cell.value(Field.durationSum) == cell.slot * 100_000 && cell.value(Field.durationMaximum) == cell.slot * 100_000 + 1)
            #expect(cell.value(Field.latencySum) == cell.slot * 100_000 + cell.slot % 2)
            #expect(cell.sides.contains { $0.kind == Side.latency && $0.item == Sketch.bucket(cell.value(Field.latencySum)) })
            #expect(cell.sides.contains { $0.kind == Side.errorType && $0.item == 9 && $0.value == 1 })
        }
        #expect(isWhole && seconds == [5, 7, 6])
        chunk.forEachExecution { known in
            #expect(known.name == Array("exec-1".utf8) && known.head?.first == 5_000_000_000 && known.head?.last == 7_000_000_001)
        }
    }

    @Test func onlyTheAskedSecondsAreHandedOut() {
        var found = 0
        _ = chunk().forEach(from: 6, to: 7) { cell, _ in found += cell.slot == 6 ? 1 : 100 }
        #expect(found == 1)
    }

    @Test func damageIsNoticed() {
        let whole = chunk()
        for length in 1..<whole.bytes.count {
            var cut = whole
            cut.bytes = Array(whole.bytes.prefix(length))
            #expect(!cut.forEach { _, _ in }, "cut to \(length) bytes")
        }
        for place in whole.bytes.indices {
            var flipped = whole
            flipped.bytes[place] ^= 0xFF
            _ = flipped.forEach { _, _ in }
            flipped.forEachExecution { _ in }
        }
    }
}
