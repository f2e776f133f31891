import EventailAggregate
import EventailEvents
import EventailJSON
import EventailSystem
import Testing

/// Goal: every figure equals its definition. Method: seeded random streams, out of order, folded in batches with commits and restarts between, asked for
/// several windows, ends, filters and groups, compared with an oracle that keeps all events.
@Suite struct OracleTests {
    static let cases: [(UInt64, Int, Int64)] = [
        (1, 400, 700_000_000), (2, 900, 20 * second), (3, 700, 900 * second), (4, 1500, 2 * second),
    ]

    /// Each stream once with everything levelled early, in many steps, and once with nothing levelled.
    @Test(arguments: cases, [60, 524_288])
    func figuresEqualTheirDefinition(_ one: (seed: UInt64, count: Int, step: Int64), mostWaiting: Int) throws {
        let (seed, count, step) = one
        let stream = Oracle.stream(seed, count: count, step: step)
        let oracle = Oracle(all: stream)
        var fixture = try Fixture { $0.mostWaitingFacts = mostWaiting }
        var random = SeededGenerator(seed + 100)
        var at = 0
        while at < stream.count {
            let batch = stream[at..<min(stream.count, at + Int.random(in: 1...60, using: &random))]
            at += batch.count
            fixture.fold { builder in
                for told in batch {
                    builder.add(fixture.type(told.type, told.profile), time: told.time, meaning: told.meaning, status: told.status, told.roles)
                }
            }
            let chance = Int.random(in: 0..<10, using: &random)
            if chance < 6 { try fixture.aggregator.commit(to: fixture.state) }
            if chance < 2 { try fixture.restart() }
        }
        let times = stream.map(\.time)
        let newest = times.max()!, oldest = times.min()!
        let middle = (stream[stream.count / 2].time / second) * second + second - 1
        for window in MetricsWindow.allCases {
            for end in [WindowEnd.latest, .time(Timestamp(nanoseconds: middle))] {
                let to = window == .all || end == .latest ? newest : middle
                let unit = window.seconds <= 3600 ? second : 60 * second
                let from = window == .all ? oldest : (to - window.seconds * second) / unit * unit
                let seconds = Double(to - from) / 1e9
                let everything = try fixture.aggregator.ask(window, end: end)
                let label = "seed \(seed) waiting \(mostWaiting) window \(window.rawValue) end \(end)"
                compare(everything.element("totals"), Oracle.figures(oracle.events(from, to) { _ in true }, seconds: seconds), label)
                compare(everything.element("totals"), oracle.six(from, to, isFiltered: false) { _ in true }, label)
                #expect(everything.number("window.seconds") == seconds)
                for (filter, keep) in Self.filters {
                    let answer = try fixture.aggregator.ask(window, end: end, filter)
                    compare(answer.element("totals"), Oracle.figures(oracle.events(from, to, keep), seconds: seconds), "\(label) \(filter)")
                    if filter.execution == nil && filter.tool == nil && filter.model == nil && filter.type == nil {
                        compare(answer.element("totals"), oracle.six(from, to, keep), "\(label) \(filter)")
                    }
                }
                for (grouping, key) in Self.groupings {
                    let answer = try fixture.aggregator.ask(window, end: end, by: grouping)
                    var groups = Dictionary(grouping: oracle.events(from, to) { _ in true }, by: key)
                    if grouping == .execution { groups[""] = nil }
                    for (name, events) in groups {
                        compare(answer.group(name), Oracle.figures(events, seconds: seconds), "\(label) by \(grouping) \(name)")
                    }
                    #expect(answer.element("groups")?.items.count == groups.count, "\(label) by \(grouping)")
                }
            }
        }
    }

    private static let filters: [(MetricsFilter, @Sendable (Told) -> Bool)] = [
        (MetricsFilter(agent: "critic"), { $0.agent == "critic" }),
        (MetricsFilter(profile: "auren"), { $0.profile == "auren" }),
        (MetricsFilter(tool: "bash"), { $0.tool == "bash" }),
        (MetricsFilter(model: "gpt-5.2-codex"), { $0.model == "gpt-5.2-codex" }),
        (MetricsFilter(agent: "runner", type: "modelCall"), { $0.agent == "runner" && $0.type == "modelCall" }),
        (MetricsFilter(execution: "exec-3"), { $0.execution == "exec-3" }),
        (MetricsFilter(agent: "nobody"), { _ in false }),
    ]
    private static let groupings: [(MetricsGrouping, @Sendable (Told) -> String)] = [
        (.agent, { $0.agent }), (.model, { $0.model ?? "" }), (.tool, { $0.tool ?? "" }), (.type, { $0.type }),
        (.status, { $0.status == .none ? "" : $0.status.name }), (.profile, { $0.profile }), (.execution, { $0.execution ?? "" }),
    ]

    private func compare(_ object: Element?, _ expected: [String: Double?], _ label: String) {
        guard let object else {
            Issue.record("\(label): no object")
            return
        }
        for (name, value) in expected {
            let found = object.number(name)
            // Percentiles are within 1%; sums of doubles within rounding.
            let tolerance = name.contains(".p") ? 0.01 : 1e-9
            let isEqual = (found == nil && value == nil) || (found != nil && value != nil && abs(found! - value!) <= tolerance * max(abs(value!), 1e-9))
            if !isEqual { Issue.record("\(label): \(name) is \(found as Double?), not \(value as Double?)") }
        }
    }
}
