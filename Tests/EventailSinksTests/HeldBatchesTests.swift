import EventailEvents
@testable import EventailSinks
import EventailStore
import EventailTestSupport
import Testing

@Suite struct HeldBatchesTests {
    @Test func aTokenLeadsToItsEvent() throws {
        var factory = BatchFactory()
        var held = HeldBatches()
        let batches = (0..<3).map { number in factory.batch((0...number).map { .init(text: "{\"n\":\($0)}") }) }
        let tokens = batches.map { held.hold($0, from: 0).firstToken }
        #expect(tokens == [1, 2, 4])
        #expect(held.held(0) == nil && held.held(7) == nil)
        #expect(held.held(1)?.batch === batches[0] && held.held(3)?.batch === batches[1] && held.held(6)?.batch === batches[2])
    }

    @Test func theCondemnedAreLettersInTheOrderTheyWereWritten() {
        var factory = BatchFactory()
        var held = HeldBatches()
        let batch = factory.batch((0..<4).map { .init(text: "{\"n\":\($0)}") })
        _ = held.hold(batch, from: 0)
        #expect(held.isWanted(2))
        held.condemn(4, "large")
        held.condemn(2, "larger")
        #expect(!held.isWanted(2) && held.isWanted(3))
        #expect(held.undeliverable.map(\.event.position) == [batch.events[1].position, batch.events[3].position])
        #expect(held.undeliverable.map(\.message) == ["larger", "large"])
        held.removeAll()
        #expect(held.isEmpty && held.undeliverable.isEmpty && held.isWanted(2))
    }
}
