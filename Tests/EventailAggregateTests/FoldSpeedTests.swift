import EventailAggregate
import EventailEvents
import EventailSystem
import Testing

/// Measures only when asked: EVENTAIL_MEASURE=1 with a release build.
@Suite struct FoldSpeedTests {
    @Test(.enabled(if: ProcessUsage.environment("EVENTAIL_MEASURE") != nil, "set EVENTAIL_MEASURE to measure"))
    func foldingAndCommitting() throws {
        let fixture = try Fixture()
        let stream = Oracle.stream(7, count: 200_000, step: 1_000_000)
        var builders: [BatchBuilder] = []
        for start in stride(from: 0, to: stream.count, by: 1000) {
            var builder = BatchBuilder()
            for told in stream[start..<start + 1000] { builder.add(fixture.type(told.type, told.profile), time: told.time, meaning: told.meaning, status: told.status, told.roles) }
            builders.append(builder)
        }
        var folding: Int64 = 0, taking: Int64 = 0
        for (number, builder) in builders.enumerated() {
            let start = Timestamp.monotonicNanoseconds()
            fixture.aggregator.fold(builder.batch)
            let middle = Timestamp.monotonicNanoseconds()
            if number % 50 == 49 { try fixture.aggregator.commit(to: fixture.state) }
            folding += middle - start
            taking += Timestamp.monotonicNanoseconds() - middle
        }
        let start = Timestamp.monotonicNanoseconds()
        _ = try fixture.aggregator.ask(.fiveMinutes, by: .agent)
        let asked = Timestamp.monotonicNanoseconds() - start
        Log.info("measure", "fold \(folding / Int64(stream.count)) ns/event, take \(taking / Int64(stream.count)) ns/event, ask \(asked / 1000) us, state \(fixture.state.size) bytes")
    }
}
