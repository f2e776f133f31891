import EventailAggregate
import EventailEvents
import Testing

@Suite struct ToolTests {
    @Test func callsAndResultsArePairedOnceInAnyOrder() throws {
        for isReversed in [false, true] {
            var fixture = try Fixture()
            let assistant = fixture.type("assistant", "claude-code"), user = fixture.type("user", "claude-code")
            let call = { (builder: inout BatchBuilder) in
                builder.add(assistant, time: 10 * second, meaning: .modelCall, [(.execution, "s"), (.agent, "main")], parts: [
                    .init(.toolStart, [(.tool, "Bash"), (.callID, "c1")]), .init(.toolStart, [(.tool, "Edit"), (.callID, "c2")]),
                ])
            }
            let result = { (builder: inout BatchBuilder) in
                builder.add(user, time: 12 * second, meaning: .message, [(.execution, "s"), (.agent, "main")], parts: [
                    .init(.toolEnd, status: .failure, [(.callID, "c1")]), .init(.toolEnd, status: .success, [(.callID, "c2")]),
                ])
            }
            let order = isReversed ? [result, call, result, call] : [call, result, call, result]
            for (number, lines) in order.enumerated() {
                fixture.fold("\(number).jsonl", number: number, lines)
                try fixture.aggregator.commit(to: fixture.state)
                try fixture.restart()
            }
            let answer = try fixture.aggregator.ask(by: .tool)
            #expect(answer.number("totals.tool_calls") == 2)
            #expect(answer.number("totals.tool_errors") == 1)
            #expect(answer.number("totals.latency_ms.count") == 2)
            #expect(answer.number("totals.latency_ms.mean") == 2000)
            #expect(answer.number("totals.events") == 4)
            #expect(answer.group("Bash")?.number("tool_errors") == 1)
            #expect(answer.group("Bash")?.number("tool_calls") == 1)
            #expect(answer.group("Bash")?.number("latency_ms.max") == 2000)
        }
    }

    @Test func humansStayOutOfLatency() throws {
        let fixture = try Fixture()
        let type = fixture.type("assistant", "claude-code")
        fixture.fold {
            $0.add(type, time: 0, parts: [.init(.toolStart, waitsForHuman: true, [(.tool, "AskUserQuestion"), (.callID, "c1")])])
            $0.add(type, time: 100 * second, parts: [.init(.toolEnd, status: .success, [(.callID, "c1")])])
        }
        let answer = try fixture.aggregator.ask()
        #expect(answer.number("totals.tool_calls") == 1)
        #expect(answer.number("totals.latency_ms.count") == 0)
        #expect(answer.number("totals.latency_ms.p50") == nil)
    }

    @Test func loneResultsAreCallsOnlyWhereCallsAreNotWritten() throws {
        let fixture = try Fixture()
        let usage = fixture.type("tool_usage", "auren"), call = fixture.type("tool-call", "aladdin"), result = fixture.type("tool-result", "aladdin")
        fixture.fold {
            $0.add(result, time: second, meaning: .toolEnd, status: .failure, [(.tool, "bash"), (.durationMilliseconds, 5)])
            $0.add(call, time: second, meaning: .toolStart, [(.tool, "bash")])
            $0.add(usage, time: second, meaning: .toolEnd, status: .success, [(.tool, "bash"), (.durationMilliseconds, 7)])
        }
        let answer = try fixture.aggregator.ask(by: .profile)
        #expect(answer.number("totals.tool_calls") == 2)
        #expect(answer.number("totals.tool_errors") == 1)
        #expect(answer.group("auren")?.number("tool_calls") == 1)
        #expect(answer.group("aladdin")?.number("tool_calls") == 1)
        #expect(answer.number("totals.duration_ms.count") == 2)
    }
}
