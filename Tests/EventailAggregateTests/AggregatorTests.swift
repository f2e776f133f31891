import EventailAggregate
import EventailEvents
import EventailJSON
import EventailSystem
import Testing

@Suite struct AggregatorTests {
    @Test func nothingToDivideByIsNull() throws {
        let fixture = try Fixture()
        let answer = try fixture.aggregator.ask()
        for name in ["success_rate", "error_rate", "agent_utilization", "cost_per_feature", "average_retry_count", "critic_rejection_rate", "validation_pass_rate", "time_to_completion"] {
            #expect(answer.element("totals.\(name)")?.isNull == true, "\(name)")
        }
        #expect(answer.number("totals.events") == 0)
        #expect(answer.element("totals.latency_ms.p99")?.isNull == true)
    }

    @Test func manyAgentsShareOther() throws {
        let fixture = try Fixture { $0.mostAgents = 1000 }
        let type = fixture.type("x")
        fixture.fold { builder in for number in 0..<5000 { builder.add(type, time: Int64(number) * 1_000_000, [(.agent, .text("agent-\(number)"))]) } }
        let answer = try fixture.aggregator.ask(by: .agent)
        #expect(answer.number("totals.events") == 5000)
        #expect(answer.group("other")?.number("events") == 4001)
    }

    @Test(arguments: [5000, 524_288])
    func manyExecutionsAreCountedExactlyOverAllTime(mostWaiting: Int) throws {
        var fixture = try Fixture {
            $0.mostHeadsInMemory = 500
            $0.mostWaitingFacts = mostWaiting
        }
        let type = fixture.type("x")
        for round in 0..<10 {
            fixture.fold { builder in
                for number in 0..<2000 { builder.add(type, time: Int64(number) * second, [(.execution, .text("e\(round)-\(number / 2)"))]) }
            }
            try fixture.aggregator.commit(to: fixture.state)
        }
        try fixture.restart()
        #expect(try fixture.aggregator.ask().number("totals.executions") == 10_000)
        // Old ones speak again: they are found in the state.
        fixture.fold { builder in for number in 0..<2000 { builder.add(type, time: 5000 * second, [(.execution, .text("e0-\(number / 2)"))]) } }
        #expect(try fixture.aggregator.ask().number("totals.executions") == 10_000)
        let filtered = try fixture.aggregator.ask(MetricsWindow.all, end: .latest, MetricsFilter(type: "x")).number("totals.executions")!
        #expect(abs(filtered - 10_000) < 500)
        var json = JSONWriter()
        #expect(try fixture.aggregator.execution("e0-7", into: &json))
        let one = try Answer(json.bytes)
        #expect(one.number("events") == 4)
        #expect(one.element("first_time")?.string == "1970-01-01T00:00:14.000Z")
    }

    @Test func unknownExecutionIsNotFound() throws {
        let fixture = try Fixture()
        var json = JSONWriter()
        #expect(try fixture.aggregator.execution("nobody", into: &json) == false)
    }

    @Test(arguments: [10, 524_288])
    func listsArePagedNewestFirst(mostWaiting: Int) throws {
        let fixture = try Fixture { $0.mostWaitingFacts = mostWaiting }
        let type = fixture.type("x")
        fixture.fold { builder in for number in 0..<25 { builder.add(type, time: Int64(number) * second, [(.agent, .text("a\(number)")), (.execution, .text("e\(number)"))]) } }
        try fixture.aggregator.commit(to: fixture.state)
        fixture.fold { builder in builder.add(type, time: 30 * second, [(.agent, "a25"), (.execution, "e25")]) }
        for isAgents in [true, false] {
            var names: [String] = [], cursor: String?
            repeat {
                var json = JSONWriter()
                if isAgents { try fixture.aggregator.agents(limit: 10, cursor: cursor, into: &json) } else { try fixture.aggregator.executions(limit: 10, cursor: cursor, into: &json) }
                let page = try Answer(json.bytes)
                names += page.element("items")?.items.compactMap { $0["key"]?.string } ?? []
                cursor = page.element("next")?.string
            } while cursor != nil
            #expect(names == (0..<26).reversed().map { (isAgents ? "a" : "e") + "\($0)" })
        }
    }

    @Test func explainNamesTheLinesBehindAFigure() throws {
        let fixture = try Fixture()
        let type = fixture.type("message_send", "aider")
        fixture.fold("/logs/a.jsonl") {
            $0.add(type, time: second, [(.costUSD, 0.5)])
            $0.add(type, time: 2 * second)
            $0.add(type, time: 3 * second, [(.costUSD, 0.25)])
        }
        var json = JSONWriter()
        try fixture.aggregator.explain(metric: "cost_usd.total", query: MetricsQuery(end: .latest), limit: 20, into: &json)
        let answer = try Answer(json.bytes)
        let items = answer.element("items")?.items ?? []
        #expect(items.map { $0["line"]?.int64 } == [3, 1])
        #expect(items.map { $0["added"]?.double } == [0.25, 0.5])
        #expect(items.first?["file"]?.string == "/logs/a.jsonl")
        #expect(answer.element("next")?.isNull == true)
        var lines: [Int64?] = [], cursor: String?
        repeat {
            var json = JSONWriter()
            try fixture.aggregator.explain(metric: "cost_usd.total", query: MetricsQuery(end: .latest), limit: 1, cursor: cursor, into: &json)
            let page = try Answer(json.bytes)
            lines += page.element("items")?.items.map { $0["line"]?.int64 } ?? []
            cursor = page.element("next")?.string
        } while cursor != nil
        #expect(lines == [3, 1])
        #expect(throws: MetricsQueryError.unknownMetric("nonsense")) {
            var json = JSONWriter()
            try fixture.aggregator.explain(metric: "nonsense", query: MetricsQuery(), limit: 1, into: &json)
        }
    }

    @Test func explainKeepsEveryFigureOfALineWithManyParts() throws {
        let fixture = try Fixture()
        let type = fixture.type("message", "claude-code")
        let parts = (0..<12).map { BatchBuilder.Part(.toolEnd, status: $0 % 2 == 0 ? .success : .failure, [(.tool, .text("t\($0 % 3)")), (.durationMilliseconds, .number(Double($0 + 2)))]) }
        fixture.fold {
            $0.add(
                type, time: second, meaning: .modelCall, status: .success,
                [
                    (.model, "nobody-has-a-price"), (.durationMilliseconds, 7), (.latencyMilliseconds, 5), (.tokensInput, 11), (.tokensOutput, 13),
                    (.tokensCacheRead, 17), (.tokensCacheWrite, 19), (.tokensReasoning, 3), (.tokensTotal, 60), (.costUSD, 0.5),
                ], parts: parts)
        }
        for (metric, wanted) in [
            ("tokens.input", 11.0), ("tokens.output", 13), ("tokens.cache_read", 17), ("tokens.cache_write", 19), ("tokens.reasoning", 3), ("cost_usd.total", 0.5),
            ("tool_errors", 6), ("events", 1),
        ] {
            var json = JSONWriter()
            try fixture.aggregator.explain(metric: metric, query: MetricsQuery(end: .latest), limit: 20, into: &json)
            let items = try Answer(json.bytes).element("items")?.items ?? []
            #expect(items.map { $0["added"]?.double } == [wanted], "\(metric)")
        }
    }

    @Test(arguments: [10, 524_288])
    func unknownWordsOfStatusesAreGroupsOfTheirOwn(mostWaiting: Int) throws {
        var fixture = try Fixture { $0.mostWaitingFacts = mostWaiting }
        let type = fixture.type("x")
        fixture.fold { builder in
            for number in 0..<300 { builder.add(type, time: Int64(number) * second, status: .unknown, [(.status, .text("word \(number % 150)"))]) }
            builder.add(type, time: 301 * second, status: .success)
            builder.add(type, time: 302 * second, status: .unknown)
            builder.add(type, time: 303 * second)
        }
        // 112 words have a name, the 38 others are one group.
        for _ in 0..<2 {
            var groups: [String: Int64] = [:], success: Int64?
            var json = JSONWriter()
            try fixture.aggregator.metrics(MetricsQuery(end: .latest, grouping: .status), into: &json)
            let answer = try Answer(json.bytes)
            for group in answer.element("groups")?.items ?? [] { groups[group["key"]?.string ?? ""] = group["events"]?.int64 }
            success = answer.element("totals.success")?.int64
            #expect(success == 1)
            #expect(groups["word 0"] == 2 && groups["word 100"] == 2 && groups["success"] == 1 && groups["unknown"] == 1 && groups[""] == 1)
            #expect(groups["other"] == 76)
            #expect(groups.values.reduce(0, +) == 303)
            try fixture.aggregator.commit(to: fixture.state)
            try fixture.restart()
        }
    }

    @Test func rangeStepsAddUpToTheWindow() throws {
        var fixture = try Fixture()
        let type = fixture.type("x")
        fixture.fold { builder in for number in 0..<600 { builder.add(type, time: Int64(number) * 10 * second, [(.agent, .text("a\(number % 2)"))]) } }
        try fixture.aggregator.commit(to: fixture.state)
        try fixture.restart()
        for (step, first) in [(Int64(60), 6.0), (3600, 360), (7, 1)] {
            var json = JSONWriter()
            try fixture.aggregator.range(
                RangeQuery(metric: "events", start: Timestamp(nanoseconds: 0), end: Timestamp(nanoseconds: 5999 * second), step: .seconds(step), grouping: nil), into: &json)
            let answer = try Answer(json.bytes)
            let points = answer.element("series")?.items.first?["points"]?.items.compactMap { $0["value"]?.double } ?? []
            #expect(points.reduce(0, +) == 600)
            #expect(points.first == first)
        }
    }

    @Test func forgottenChangesComeAgainOnce() throws {
        let fixture = try Fixture()
        let type = fixture.type("x")
        let lines = { (builder: inout BatchBuilder) in builder.add(type, time: second, meaning: .modelCall, [(.agent, "a"), (.execution, "e"), (.tokensInput, 5), (.usageKey, "k")]) }
        fixture.fold("a", lines)
        _ = try fixture.aggregator.takeChanges()
        try fixture.aggregator.forget()
        #expect(try fixture.aggregator.ask().number("totals.events") == 0)
        fixture.fold("a", lines)
        try fixture.aggregator.commit(to: fixture.state)
        let answer = try fixture.aggregator.ask()
        #expect(answer.number("totals.events") == 1)
        #expect(answer.number("totals.tokens.input") == 5)
    }

    @Test func figuresAreTheSameBetweenTakingAndCommitting() throws {
        let fixture = try Fixture()
        let type = fixture.type("x")
        for round in 0..<60 {
            fixture.fold { $0.add(type, time: Int64(round) * second, [(.agent, "a"), (.execution, "e"), (.task, "t")]) }
            let changes = try fixture.aggregator.takeChanges()
            #expect(try fixture.aggregator.ask(.hour).number("totals.events") == Double(round + 1))
            fixture.state.commit(changes)
            let answer = try fixture.aggregator.ask(.hour, by: .execution)
            #expect(answer.number("totals.events") == Double(round + 1))
            #expect(answer.group("e")?.number("events") == Double(round + 1))
        }
    }

    @Test func oldSecondsGoFirstAndTheAnswerSaysSo() throws {
        let fixture = try Fixture { $0.mostSeriesBytes = 20_000 }
        let type = fixture.type("x")
        for minute in 0..<2000 {
            fixture.fold { builder in for part in 0..<3 { builder.add(type, time: (Int64(minute) * 60 + Int64(part) * 7) * second, [(.agent, "a")]) } }
            try fixture.aggregator.commit(to: fixture.state)
        }
        #expect(try fixture.aggregator.ask().number("totals.events") == 6000)
        let old = try fixture.aggregator.ask(.hour, end: .time(Timestamp(nanoseconds: (1000 * 60 + 5) * second)))
        #expect(old.element("window.approximate")?.bool == true)
        #expect(fixture.state.size < 400_000)
    }

    @Test func countersOfPrometheusAreThereFromTheStart() throws {
        let fixture = try Fixture()
        var text: [UInt8] = []
        try fixture.aggregator.writePrometheus(into: &text)
        let empty = String(decoding: text, as: UTF8.self)
        for line in ["eventail_retries_total 0", "eventail_escalations_total 0", "eventail_usage_duplicates_total{reason=\"replay\"} 0", "eventail_executions{state=\"stuck\"} 0"] {
            #expect(empty.contains(line + "\n"), "\(line)")
        }
        let type = fixture.type("assistant", "claude-code")
        fixture.fold {
            $0.add(type, time: second, meaning: .modelCall, [(.agent, "a\"b"), (.provider, "anthropic"), (.model, "claude-sonnet-4-5"), (.tokensInput, 5), (.tokensCacheRead, 70), (.latencyMilliseconds, 20)])
            $0.add(type, time: second, meaning: .toolEnd, status: .failure, [(.agent, "x"), (.tool, "bash"), (.durationMilliseconds, 20)])
        }
        text = []
        try fixture.aggregator.writePrometheus(into: &text)
        let full = String(decoding: text, as: UTF8.self)
        for line in [
            "eventail_tokens_total{profile=\"claude-code\",agent=\"a\\\"b\",provider=\"anthropic\",model=\"claude-sonnet-4-5\",token_type=\"cache_read\"} 70",
            "eventail_tool_calls_total{profile=\"claude-code\",agent=\"x\",tool=\"bash\",status=\"failure\"} 1",
            "gen_ai_execute_tool_duration_seconds_bucket{gen_ai_tool_name=\"bash\",gen_ai_agent_name=\"x\",le=\"0.02\"} 1",
            "gen_ai_execute_tool_duration_seconds_bucket{gen_ai_tool_name=\"bash\",gen_ai_agent_name=\"x\",le=\"0.01\"} 0",
            "gen_ai_client_token_usage_bucket{gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"anthropic\",gen_ai_request_model=\"claude-sonnet-4-5\",gen_ai_token_type=\"input\",le=\"256\"} 1",
        ] { #expect(full.contains(line + "\n"), "\(line)") }
    }

    @Test func priceFileIsRead() throws {
        let text = "version: \"1\"\nmodels:\n  m: {input: 2.0, output: 10}\n"
        let prices = try PriceTable(yaml: Array(text.utf8))
        #expect(prices.version == "1")
        #expect(prices.price(of: "m") == .init(input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5, cacheWriteHour: 4))
        #expect(throws: YAMLError.self) { try PriceTable(yaml: Array("models:\n  m: {input: 2.0}\n".utf8)) }
        #expect(throws: YAMLError.self) { try PriceTable(yaml: Array("models:\n  m: {input: 2.0, output: 1, ouput: 3}\n".utf8)) }
    }
}
