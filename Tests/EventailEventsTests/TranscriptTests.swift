import EventailEvents
import EventailJSON
import EventailSystem
import Testing

/// What extraction tells of recorded sessions must add up, by the simplest possible ledger, to the totals that stand beside them.
@Suite struct TranscriptTests {
    private static let isThere: Bool = Shared.folder != nil

    private struct Ledger {
        var usage: [String: [Double]] = [:]
        var tokens: [Double] = [0, 0, 0, 0, 0]
        var byModel: [String: [Double]] = [:]
        var bySession: [String: [Double]] = [:]
        var cost = 0.0
        var repeats = 0
        var calls: [String: String] = [:]
        var results: [String: Status] = [:]
        var types: [String: Int] = [:]
        var first = Int64.max
        var last = Int64.min

        static let roles: [Role] = [.tokensInput, .tokensOutput, .tokensCacheRead, .tokensCacheWrite, .tokensReasoning]

        mutating func add(_ reading: Reading) {
            for (index, event) in reading.events.enumerated() {
                types[reading.types[index], default: 0] += 1
                if !event.timeMissing { (first, last) = (min(first, event.time), max(last, event.time)) }
                tool(event.meaning, event.status, reading.text(.callID, index), reading.text(.tool, index))
                for part in reading.parts(of: event) { tool(part.meaning, part.status, reading.text(.callID, of: part), reading.text(.tool, of: part)) }
                guard event.accounting == .leaf, let key = reading.text(.usageKey, index) else { continue }
                let amounts = Self.roles.map { reading.number($0, index) ?? 0 }
                let old = usage[key] ?? [0, 0, 0, 0, 0, 0]
                let new = amounts + [reading.number(.costUSD, index) ?? 0]
                if new == old { repeats += 1 }
                if event.usage == .highwater, old[1] > new[1] { continue }
                usage[key] = new
                let model = reading.text(.model, index) ?? "", session = reading.text(.conversation, index) ?? ""
                for kind in 0..<5 {
                    let difference = new[kind] - old[kind]
                    tokens[kind] += difference
                    byModel[model, default: [0, 0, 0, 0, 0]][kind] += difference
                    bySession[session, default: [0, 0, 0, 0, 0]][kind] += difference
                }
                cost += new[5] - old[5]
            }
        }

        private mutating func tool(_ meaning: Meaning, _ status: Status, _ call: String?, _ tool: String?) {
            guard let call else { return }
            if meaning == .toolStart { calls[call] = tool ?? "" }
            if meaning == .toolEnd { results[call] = status }
        }
    }

    private static func json(_ path: String, _ body: (Element) throws -> Void) throws {
        let parser = TapeParser()
        guard case .success(let document) = parser.parse(try Shared.bytes(path)) else {
            Issue.record("\(path) is no JSON")
            return
        }
        try body(document.root)
    }

    private static func amounts(_ element: Element?) -> [Double] {
        ["input", "output", "cache_read", "cache_write", "reasoning"].map { element?[$0]?.double ?? 0 }
    }

    @Test(
        .enabled(if: TranscriptTests.isThere, "the recorded sessions are not beside the repository"),
        arguments: [("claude-code", "claude-code/recorded"), ("claude-code", "claude-code/synthetic"), ("codex", "codex/recorded"), ("pi", "pi/recorded")],
        [true, false])
    func recordedSessionsAddUp(_ profileAndFolder: (String, String), _ isAutomatic: Bool) throws {
        let (profile, folder) = profileAndFolder
        let set = try ProfileSet(catalogue: Catalogue())
        let extractor = try Extractor(profiles: set, choice: isAutomatic ? .auto : .named(profile))
        try Self.json("agents/\(folder)/expected.json") { expected in
            var total = Ledger()
            for (name, file) in expected["files"]?.members ?? [] {
                var bytes = try Shared.bytes("agents/\(folder)/\(name)")
                if bytes.last != 0x0A { bytes.append(0x0A) }
                let reading = Reading(extractor, set, bytes: bytes)
                var own = Ledger()
                own.add(reading)
                total.add(reading)
                let notObjects = Int(file["not_an_object"]?.int64 ?? 0)
                // A line without a type is a note of a profile that is named, but auto does not know whose it is.
                let nobodys = isAutomatic ? Int(file["types"]?["None"]?.int64 ?? 0) : 0
                #expect(reading.batch.nextLine - 1 == file["lines"]?.int64 ?? -1, "\(name)")
                #expect(reading.events.count == Int(file["valid"]?.int64 ?? 0) - notObjects - nobodys, "\(name): \(reading.batch.rejections)")
                #expect(reading.reasons.filter { $0 == "not_object" }.count == notObjects)
                #expect(Set(reading.profiles) == [profile])
                for (type, count) in file["types"]?.members ?? [] where !(isAutomatic && type == "None") {
                    #expect(own.types[type] == count.int64.map { Int($0) }, "\(name) \(type)")
                }
                #expect(Timestamp(nanoseconds: own.first).rfc3339 == file["first"]?.string, "\(name)")
                #expect(Timestamp(nanoseconds: own.last).rfc3339 == file["last"]?.string, "\(name)")
                if let tokens = file["tokens"] { #expect(own.tokens == Self.amounts(tokens), "\(name)") }
            }
            let totals = try #require(expected["total"])
            #expect(total.tokens == Self.amounts(totals["tokens"]))
            for (model, tokens) in totals["tokens_by_model"]?.members ?? [] { #expect(total.byModel[model] == Self.amounts(tokens), "\(model)") }
            for (session, tokens) in totals["tokens_by_session"]?.members ?? [] { #expect(total.bySession[session] == Self.amounts(tokens), "\(session)") }
            if let cost = totals["cost_usd_reported"]?.double { #expect(abs(total.cost - cost) < 1e-9) }
            let tools = try #require(totals["tools"])
            #expect(total.calls.count == Int(tools["calls"]?.int64 ?? -1))
            for (tool, count) in tools["calls_by_tool"]?.members ?? [] {
                #expect(total.calls.values.filter { $0 == tool }.count == Int(count.int64 ?? -1), "\(tool)")
            }
            #expect(total.results.count == Int(tools["results"]?.int64 ?? -1))
            #expect(total.results.values.filter(\.isSuccess).count == Int(tools["ok"]?.int64 ?? -1))
            #expect(total.results.values.filter(\.isFailure).count == Int(tools["errors"]?.int64 ?? -1))
        }
    }

    @Test func aForkOfCodexBeginsBehindItsParentsHistory() throws {
        func count(_ time: String, _ input: Int) -> String {
            "{\"timestamp\":\"2026-01-01T00:00:\(time)Z\",\"type\":\"event_msg\",\"payload\":{\"type\":\"token_count\",\"info\":{\"total_token_usage\":{\"input_tokens\":\(input),\"output_tokens\":1}}}}\n"
        }
        func meta(_ id: String) -> String { "{\"timestamp\":\"2026-01-01T00:00:10.000Z\",\"type\":\"session_meta\",\"payload\":{\"id\":\"\(id)\"}}\n" }
        let first = try Reading(.auto, meta("child") + meta("parent") + count("10.500", 100) + count("10.600", 200))
        #expect(first.events.map(\.accounting) == [.leaf, .leaf, .rollup, .rollup])
        #expect(first.text(.usageKey, 3) == "codex/child")
        let second = try Reading(.auto, count("10.700", 300) + count("12.000", 400), context: FileContext(decoding: first.batch.carryOver))
        #expect(second.events.map(\.accounting) == [.rollup, .leaf])
        #expect(second.text(.usageKey, 1) == "codex/child")
        let plain = try Reading(.auto, meta("own") + count("10.500", 100))
        #expect(plain.events.map(\.accounting) == [.leaf, .leaf])
    }

    @Test func geminiChatsReplaceTheirMessages() throws {
        let lines = """
            {"sessionId":"s1","projectHash":"h","startTime":"2026-01-01T00:00:00.000Z","lastUpdated":"2026-01-01T00:00:00.000Z"}
            {"id":"u1","timestamp":"2026-01-01T00:00:01.000Z","type":"user","content":"hi"}
            {"id":"g1","timestamp":"2026-01-01T00:00:02.000Z","type":"gemini","content":"","model":"gemini-2.5-pro","tokens":{"input":100,"output":10,"cached":40,"thoughts":5,"tool":0,"total":115},"toolCalls":[{"id":"c1","name":"read","status":"executing"}]}
            {"id":"g1","timestamp":"2026-01-01T00:00:02.000Z","type":"gemini","content":"ok","model":"gemini-2.5-pro","tokens":{"input":100,"output":12,"cached":40,"thoughts":5,"tool":0,"total":117},"toolCalls":[{"id":"c1","name":"read","status":"success"}]}
            {"$set":{"summary":"x"}}
            {"$rewindTo":"u1"}

            """
        let reading = try Reading(.auto, lines)
        #expect(reading.reasons.isEmpty)
        #expect(Set(reading.profiles) == ["gemini-cli"])
        #expect(reading.types == ["session", "user", "gemini", "gemini", "update", "rewind"])
        var ledger = Ledger()
        ledger.add(reading)
        #expect(ledger.tokens == [60, 17, 40, 0, 5])
        #expect(ledger.calls == ["c1": "read"] && ledger.results == ["c1": .success])
        #expect(reading.text(.conversation, 2) == "s1" && reading.text(.usageKey, 2) == "gemini-cli/s1/g1")
    }

    @Test func streamsOfGeminiAreTold() throws {
        let lines = """
            {"type":"init","timestamp":"2026-01-01T00:00:00.000Z","session_id":"s","model":"gemini-2.5-pro"}
            {"type":"message","timestamp":"2026-01-01T00:00:01.000Z","role":"user","content":"hi"}
            {"type":"tool_use","timestamp":"2026-01-01T00:00:02.000Z","tool_name":"read","tool_id":"t1","parameters":{}}
            {"type":"tool_result","timestamp":"2026-01-01T00:00:03.000Z","tool_id":"t1","status":"error","error":{"type":"x","message":"y"}}
            {"type":"result","timestamp":"2026-01-01T00:00:04.000Z","status":"success","stats":{"total_tokens":130,"input_tokens":100,"output_tokens":30,"cached":60,"input":40,"duration_ms":4000}}

            """
        let reading = try Reading(.auto, lines)
        #expect(reading.reasons.isEmpty && Set(reading.profiles) == ["gemini-cli"])
        #expect(reading.events.map(\.meaning) == [.agentStart, .note, .toolStart, .toolEnd, .agentEnd])
        #expect(reading.events[3].status == .failure && reading.number(.tokensInput, 4) == 40 && reading.text(.model, 4) == "gemini-2.5-pro")
    }

    @Test func claudesResponsesAndToolsAreTold() throws {
        let lines = """
            {"type":"assistant","sessionId":"s","uuid":"u1","timestamp":"2026-01-01T00:00:00.000Z","isSidechain":false,"requestId":"r","message":{"id":"m","model":"claude-x","usage":{"input_tokens":3,"output_tokens":1},"content":[{"type":"tool_use","id":"t","name":"AskUserQuestion","input":{}}]}}
            {"type":"user","sessionId":"s","uuid":"u2","timestamp":"2026-01-01T00:00:05.000Z","isSidechain":false,"message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","is_error":true,"content":"no"}]}}
            {"type":"system","subtype":"turn_duration","durationMs":5000,"sessionId":"s","uuid":"u3","timestamp":"2026-01-01T00:00:06.000Z"}
            {"type":"brand-new-thing","sessionId":"s"}

            """
        let reading = try Reading(.auto, lines)
        #expect(reading.types == ["assistant", "user", "system/turn_duration", "brand-new-thing"])
        #expect(reading.parts(of: reading.events[0]).first?.waitsForHuman == true)
        #expect(reading.parts(of: reading.events[1]).first?.status == .failure)
        #expect(reading.text(.usageKey) == "claude-code/m/r" && reading.text(.agent) == "main" && reading.text(.provider) == "anthropic")
        #expect(reading.number(.durationMilliseconds, 2) == 5000)
    }
}
