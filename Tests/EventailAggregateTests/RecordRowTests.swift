import Testing

@testable import EventailAggregate

@Suite struct RecordRowTests {
    private func row(_ records: [(UInt64, Int64)]) -> [UInt8] {
        var row = RecordRow()
        for (key, value) in records {
            var words = ContiguousArray<Int64>(repeating: 0, count: RecordStore.words)
            words[3] = value
            words[11] = -value
            row.add(RecordKey(high: key, low: ~key), words, from: 0)
        }
        return row.writer.bytes
    }

    private func value(_ key: UInt64, in row: [UInt8]) -> Int64? {
        var words = ContiguousArray<Int64>(repeating: 7, count: RecordStore.words)
        guard let start = RecordRow.find(RecordKey(high: key, low: ~key), in: row) else { return nil }
        RecordRow.read(row, at: start, into: &words, from: 0)
        return words[3] == -words[11] && words[0] == 0 ? words[3] : nil
    }

    @Test func findsEachRecordOfARow() {
        let bytes = row([(1, 10), (2, .max), (3, -5)])
        #expect(value(1, in: bytes) == 10)
        #expect(value(2, in: bytes) == .max)
        #expect(value(3, in: bytes) == -5)
        #expect(value(4, in: bytes) == nil)
    }

    @Test func theLastRowThatHasAKeyCounts() {
        var table = RecordTable()
        table.add(row: row([(1, 10), (2, 20)]))
        table.add(row: row([(2, 21), (3, 30)]))
        let merged = table.row.writer.bytes
        #expect(value(1, in: merged) == 10)
        #expect(value(2, in: merged) == 21)
        #expect(value(3, in: merged) == 30)
    }

    @Test func aRowThatWasCutGivesWhatIsWholeInIt() {
        let bytes = row([(1, 10), (2, 20)])
        let cut = Array(bytes.dropLast(3))
        #expect(value(1, in: cut) == 10)
        #expect(value(2, in: cut) == nil)
    }

    @Test func numbersStartAgainAfterEmptying() {
        var numbering = Numbering()
        for round in 0..<3 {
            for key in 0..<UInt64(1000) { #expect(numbering.number(key &* 64 &+ UInt64(round)) == Int(key)) }
            #expect(numbering.number(UInt64(round)) == 0)
            numbering.removeAll()
            #expect(numbering.keys.isEmpty)
        }
    }
}
