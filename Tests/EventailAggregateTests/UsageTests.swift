import EventailAggregate
import EventailEvents
import Testing

@Suite struct UsageTests {
    private func call(_ output: Int, key: String = "m1", input: Int = 10) -> [(Role, BatchBuilder.Value)] {
        [(.usageKey, .text(key)), (.model, "claude-sonnet-4-5-20250929"), (.tokensInput, .number(Double(input))), (.tokensOutput, .number(Double(output)))]
    }

    @Test func highwaterAddsNewMinusOld() throws {
        let fixture = try Fixture()
        let type = fixture.type("assistant", "claude-code")
        fixture.fold {
            $0.add(type, time: 1 * second, meaning: .modelCall, usage: .highwater, call(3))
            $0.add(type, time: 2 * second, meaning: .modelCall, usage: .highwater, call(3))
            $0.add(type, time: 3 * second, meaning: .modelCall, usage: .highwater, call(50))
            $0.add(type, time: 4 * second, meaning: .modelCall, usage: .highwater, call(7))
        }
        let answer = try fixture.aggregator.ask()
        #expect(answer.number("totals.tokens.input") == 10)
        #expect(answer.number("totals.tokens.output") == 50)
        #expect(answer.number("totals.tokens.total") == 60)
        #expect(answer.number("totals.model_calls") == 1)
        #expect(answer.number("totals.duplicates_skipped") == 2)
        #expect(answer.number("totals.events") == 4)
        #expect(answer.number("totals.cost_usd.estimated") == 0.00078)
        #expect(answer.number("totals.unpriced_tokens") == 0)
    }

    @Test func replayUnderAnotherFileAddsNothingAlsoAfterRestart() throws {
        for mode in [UsageMode.highwater, .cumulative, .replace, .delta] {
            var fixture = try Fixture()
            let type = fixture.type("assistant", "claude-code")
            let lines = { (builder: inout BatchBuilder) in
                for (number, output) in [5, 9, 9, 30].enumerated() {
                    builder.add(type, time: Int64(number) * second, meaning: .modelCall, usage: mode, call(output))
                }
            }
            fixture.fold("a.jsonl", lines)
            let before = try fixture.aggregator.ask().number("totals.tokens.output")
            try fixture.aggregator.commit(to: fixture.state)
            try fixture.restart()
            #expect(try fixture.aggregator.ask().number("totals.tokens.output") == before)
            fixture.fold("b.jsonl", number: 2, lines)
            let after = try fixture.aggregator.ask()
            #expect(after.number("totals.tokens.output") == before, "\(mode)")
            #expect(after.number("totals.tokens.output") == (mode == .delta ? 5 : 30), "\(mode)")
            #expect(after.number("totals.duplicates_skipped")! >= 3, "\(mode)")
        }
    }

    @Test func cumulativeDropIsAResetAndItsReplayAddsNothing() throws {
        let fixture = try Fixture()
        let type = fixture.type("token_count", "codex")
        let lines = { (builder: inout BatchBuilder) in
            for (number, output) in [10, 40, 40, 5, 25].enumerated() {
                builder.add(type, time: Int64(number) * second, meaning: .modelCall, usage: .cumulative, call(output))
            }
        }
        fixture.fold("a.jsonl", lines)
        #expect(try fixture.aggregator.ask().number("totals.tokens.output") == 65)
        #expect(try fixture.aggregator.ask().number("totals.model_calls") == 4)
        fixture.fold("b.jsonl", number: 2, lines)
        #expect(try fixture.aggregator.ask().number("totals.tokens.output") == 65)
    }

    @Test func copiedTotalsAreWhereAForksOwnBegin() throws {
        let fixture = try Fixture()
        let type = fixture.type("token_count", "codex")
        fixture.fold {
            $0.add(type, time: second, meaning: .modelCall, usage: .cumulative, accounting: .rollup, call(100, key: "fork"))
            $0.add(type, time: 2 * second, meaning: .modelCall, usage: .cumulative, call(130, key: "fork"))
        }
        let answer = try fixture.aggregator.ask()
        #expect(answer.number("totals.tokens.output") == 30)
        #expect(answer.number("totals.tokens.input") == 0)
    }

    @Test func linesWithoutAKeyAreNeverDuplicates() throws {
        let fixture = try Fixture()
        let type = fixture.type("message_send", "aider")
        fixture.fold { builder in
            for _ in 0..<3 { builder.add(type, time: second, meaning: .modelCall, [(.tokensInput, 100), (.tokensOutput, 10), (.costUSD, 0.25)]) }
        }
        let answer = try fixture.aggregator.ask()
        #expect(answer.number("totals.tokens.total") == 330)
        #expect(answer.number("totals.cost_usd.reported") == 0.75)
        #expect(answer.number("totals.model_calls") == 3)
        #expect(answer.number("totals.unpriced_tokens") == 0)
    }

    @Test func rollupsAndEstimatesAddNothing() throws {
        let fixture = try Fixture()
        let type = fixture.type("task_queued")
        fixture.fold {
            $0.add(type, time: second, meaning: .taskQueued, accounting: .estimate, [(.costUSD, 5.0)])
            $0.add(type, time: second, accounting: .rollup, [(.tokensTotal, 5000)])
        }
        let answer = try fixture.aggregator.ask()
        #expect(answer.number("totals.cost_usd.total") == 0)
        #expect(answer.number("totals.tokens.total") == 0)
    }

    @Test func tokensWithoutAPriceAreUnpriced() throws {
        let fixture = try Fixture()
        let type = fixture.type("x")
        fixture.fold {
            $0.add(type, time: second, [(.model, "unheard-of"), (.tokensInput, 7), (.tokensOutput, 3)])
            $0.add(type, time: second, [(.model, "claude-sonnet-4-5"), (.tokensTotal, 20)])
            $0.add(type, time: second, [(.tokensTotal, 5)])
            $0.add(type, time: second, [(.model, "unheard-of"), (.tokensTotal, 50), (.costUSD, 0.0)])
        }
        let answer = try fixture.aggregator.ask()
        #expect(answer.number("totals.unpriced_tokens") == 35)
        #expect(answer.number("totals.tokens.total") == 85)
        #expect(answer.number("totals.cost_usd.total") == 0)
    }

    @Test func modelThatFallsBackTakesItsTokensWithIt() throws {
        let fixture = try Fixture()
        let type = fixture.type("assistant", "claude-code")
        fixture.fold {
            $0.add(type, time: second, meaning: .modelCall, usage: .highwater, [(.usageKey, "k"), (.model, "big"), (.tokensInput, 100), (.tokensOutput, 1)])
            $0.add(type, time: 2 * second, meaning: .modelCall, usage: .highwater, [(.usageKey, "k"), (.model, "small"), (.tokensInput, 90), (.tokensOutput, 20)])
        }
        let answer = try fixture.aggregator.ask(by: .model)
        #expect(answer.group("big")?.number("tokens.total") == 0)
        #expect(answer.group("small")?.number("tokens.total") == 110)
        #expect(answer.number("totals.tokens.input") == 90)
    }

    @Test func pricesAreFoundUnderTheirOtherNames() {
        let prices = Fixture.prices
        #expect(prices.price(of: "anthropic/claude-opus-4-5") == prices.price(of: "claude-opus-4-5"))
        #expect(prices.price(of: "claude-opus-4-5-20251101")?.input == 5)
        #expect(prices.price(of: "claude-opus-4-20250514")?.input == 15)
        #expect(prices.price(of: "bedrock/us.anthropic/claude-opus-4-5@20251101")?.input == 5)
        #expect(prices.price(of: "claude-opus-4-7") == nil, "a newer model does not cost what an older one does")
        #expect(prices.price(of: "claude-opus-4-5-latest") == nil)
        #expect(prices.price(of: "claude-opus-45") == nil)
        #expect(prices.price(of: "gpt-5.2") == nil)
    }
}
