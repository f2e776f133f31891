import EventailEvents
import Testing

@testable import EventailAggregate

/// Goal: what was written last is found, however many runs it was written over and wherever they were merged.
@Suite struct RunListTests {
    private func commit(_ records: inout RecordStore, _ state: MemoryState, _ view: StateView) throws {
        var changes: [StoredChange] = []
        try records.takeChanges(view, &changes)
        view.lay(changes)
        state.commit(changes)
    }

    /// A store that remembers nothing but its runs and filter.
    private func emptied(_ records: borrowing RecordStore) -> RecordStore {
        var fresh = RecordStore(most: 100)
        fresh.runs = records.runs
        fresh.filter = records.filter
        return fresh
    }

    @Test(arguments: [40, 3000])
    func theNewestOfARecordIsFound(count: Int) throws {
        let state = MemoryState()
        let view = StateView(state)
        var records = RecordStore(most: 100)
        for round in 0..<60 {
            for number in 0..<count where round == 0 || number % 7 == round % 7 {
                let place = try records.findOrMake(RecordKey(.task, UInt64(number)), view).place
                records[place, 3] = Int64(round * 10_000 + number)
                records[place, 11] = -1
            }
            try commit(&records, state, view)
        }
        #expect(records.runs.runs.count < 60)
        var restored = emptied(records)
        for number in 0..<count {
            let place = try #require(try restored.find(RecordKey(.task, UInt64(number)), view))
            let last = (0..<60).last { $0 == 0 || number % 7 == $0 % 7 } ?? 0
            #expect(restored[place, 3] == Int64(last * 10_000 + number))
            #expect(restored[place, 11] == -1 && restored[place, 0] == 0)
        }
        #expect(try restored.find(RecordKey(.call, 1), view) == nil)
    }

    @Test func smallRunsBehindALargeOneStayNewer() throws {
        let state = MemoryState()
        let view = StateView(state)
        var records = RecordStore(most: 100)
        for round in 0..<80 {
            // Now and then a run that is too large to be merged.
            let keys = round % 10 == 9 ? 0..<9000 : 0..<3
            for number in keys {
                let place = try records.findOrMake(RecordKey(.task, UInt64(number)), view).place
                records[place, 0] = Int64(round)
            }
            try commit(&records, state, view)
            var restored = emptied(records)
            let place = try #require(try restored.find(RecordKey(.task, 2), view))
            #expect(restored[place, 0] == Int64(round))
        }
    }
}
