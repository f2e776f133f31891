import EventailEvents
import EventailJSON
import EventailSystem
import Testing

@Suite struct ExtractorTests {
    private func profile(_ rest: String, type: String = "/type", forms: String = "[{when: {}}]") -> String {
        "profile: test\ntype: \(type)\nforms: \(forms)\n\(rest)\n"
    }

    // MARK: lines

    @Test func everyLineIsAnEventARejectionOrBlank() throws {
        let text = "{\"type\":\"a\"}\n\n \t\n[1]\n{\"type\":\"b\"}\r\n{\"type\":\n\"x\"\n\u{00A0}\n{\"type\":\"a\"}"
        let reading = try Reading(profile("types: {a: {}}"), text)
        #expect(reading.types == ["a", "a"])
        #expect(reading.reasons == ["not_object", "unknown_type", "not_json", "not_object", "not_json"])
        #expect(reading.batch.blankLines == 2 && reading.batch.blankBytes == 4)
        let rejected = reading.batch.rejections.map(\.bytesInFile).reduce(0, +)
        #expect(reading.batch.validBytes + rejected + reading.batch.blankBytes == Int64(text.utf8.count))
        #expect(reading.batch.nextLine == 10)
        #expect(reading.events.map(\.line) == [1, 9])
        #expect(reading.batch.rejections[0].position == 17)
        #expect(reading.batch.line(reading.events[1]) == Array("{\"type\":\"a\"}".utf8))
    }

    @Test func badUTF8AndLongLinesAreTold() throws {
        let set = try ProfileSet(catalogue: Catalogue(), users: [try Profile(Array(profile("types: {a: {}}").utf8), file: "t")], builtIn: [])
        let extractor = try Extractor(profiles: set)
        let reading = Reading(extractor, set, bytes: Array("{\"type\":\"".utf8) + [0xFF] + Array("\"}\n".utf8))
        #expect(reading.reasons == ["invalid_utf8"])
        let lines = Reading.lines(Array("{\"type\":\"a\"}\n".utf8))
        lines.lines[0].tooLongBytes = 5000
        let batch = extractor.extract(lines, FileContext())
        #expect(batch.rejections.first?.reason == .tooLong && batch.rejections.first?.bytesInFile == 5000)
    }

    // MARK: forms and types

    @Test func formsAreTriedInOrder() throws {
        let forms = """

            - {when: {/a: string, /b: absent}, type: =first}
            - {when: {/a: [number, 'null']}, type: =second}
            - {when: {/a: {in: [x, y]}}, type: =third}
            - {when: {/a: {not: [z]}, /b: true}, type: =fourth}
            """
        let text = "{\"a\":\"q\"}\n{\"a\":1}\n{\"a\":null}\n{\"a\":\"x\",\"b\":1}\n{\"a\":\"q\",\"b\":true}\n"
        let set = try ProfileSet(catalogue: Catalogue(), users: [try Profile(Array(profile("", forms: forms).utf8), file: "t")], builtIn: [])
        let reading = Reading(try Extractor(profiles: set), set, text + "{\"a\":\"z\",\"b\":true}\n{\"a\":[]}\n")
        #expect(reading.types == ["first", "second", "second", "third", "fourth"])
        #expect(reading.reasons == ["unknown_profile", "unknown_profile"])
    }

    @Test func typeNamesAreJoinedOrConstant() throws {
        let types = "unknown_types: note\ntypes: {a/b: {meaning: message}}"
        let lines = "{\"type\":\"a\",\"sub\":\"b\"}\n{\"type\":\"a\"}\n{\"sub\":7}\n"
        let reading = try Reading(profile(types, type: "{join: [/type, /sub], missing: None}"), lines)
        #expect(reading.types == ["a/b", "a", "None"])
        #expect(reading.events[0].meaning == .message)
        let first = try Reading(profile(types, type: "{first: [/x, /type]}"), "{\"type\":\"t\"}\n{\"x\":\"u\",\"type\":\"t\"}\n{}\n")
        #expect(first.types == ["t", "u"])
        #expect(first.reasons == ["unknown_type"])
    }

    @Test func unknownTypesAreRefusedOrPassed() throws {
        let reading = try Reading(profile("types: {a: {}}"), "{\"type\":\"no\"}\n")
        let rejection = try #require(reading.batch.rejections.first)
        #expect(rejection.profile == "test" && rejection.location == "/type" && rejection.message.contains("\"no\""))
        let passed = try Reading(profile("types: {a: {}}"), "{\"type\":\"no\"}\n", unknownTypes: .pass)
        #expect(passed.types == ["no"])
        #expect(passed.events[0].meaning == .note)
    }

    @Test func aFormsTypesStandBeforeTheProfiles() throws {
        let forms = "[{when: {/x: present}, types: {a: {meaning: message}}, roles: {agent: =formed}}, {when: {}}]"
        let reading = try Reading(profile("roles: {agent: =plain}\ntypes: {a: {meaning: decision}, b: {roles: {agent: none}}}", forms: forms),
            "{\"type\":\"a\",\"x\":1}\n{\"type\":\"a\"}\n{\"type\":\"b\"}\n")
        #expect(reading.events.map(\.meaning) == [.message, .decision, .note])
        #expect(reading.text(.agent, 0) == "formed" && reading.text(.agent, 1) == "plain" && reading.text(.agent, 2) == nil)
    }

    // MARK: roles

    @Test func textsComeFromTheFirstPlaceThatHasOne() throws {
        let roles = "roles: {agent: [/a, /b/c, =main], id: /n, task: {join: [/a, /n], with: ':'}, user: /long}\ntypes: {t: {}}"
        let long = String(repeating: "é", count: 3000)
        let reading = try Reading(profile(roles),
            "{\"type\":\"t\",\"a\":null,\"b\":{\"c\":\"d\\u00e9\"},\"n\":12}\n{\"type\":\"t\",\"a\":\"\",\"b\":[],\"n\":1.5}\n{\"type\":\"t\",\"a\":{\"x\":1},\"n\":true,\"user\":0,\"long\":\"\(long)\"}\n")
        #expect(reading.text(.agent, 0) == "dé" && reading.text(.id, 0) == "12" && reading.text(.task, 0) == "12")
        #expect(reading.text(.agent, 1) == "main" && reading.text(.id, 1) == "1.5")
        #expect(reading.text(.id, 2) == "true")
        #expect(reading.text(.user, 2) == String(repeating: "é", count: 2048))
    }

    @Test func theLastOfEqualKeysCounts() throws {
        let reading = try Reading(profile("roles: {agent: /p/a}\ntypes: {t: {}, u: {}}"),
            "{\"type\":\"t\",\"p\":{\"a\":\"x\"},\"p\":{\"b\":1},\"type\":\"u\"}\n")
        #expect(reading.types == ["u"] && reading.text(.agent) == nil)
    }

    @Test func numbersAreCalculated() throws {
        let roles = """
            roles:
              tokens_input: {at: /in, minus: /cached}
              tokens_output: {at: /out, plus: [/think, /more]}
              tokens_total: {sum: /list, of: /n}
              cost_usd: {at: /amount, unit: cents}
              duration_ms: {at: /seconds, unit: s}
              score: [/missing, /text]
              memory_hit: /hit
              attempts: {at: /payload, json: /deep/attempt}
            types: {t: {}}
            """
        let line = "{\"type\":\"t\",\"in\":10,\"cached\":4,\"out\":5,\"think\":2,\"list\":[{\"n\":1},{\"n\":2.5},{}],\"amount\":\"250\",\"seconds\":1.5,\"text\":\"0.75\",\"hit\":true,\"payload\":\"{\\\"deep\\\":{\\\"attempt\\\":3}}\"}\n"
        let reading = try Reading(profile(roles), line + "{\"type\":\"t\",\"in\":3,\"cached\":4,\"text\":\"0x10\",\"think\":2}\n")
        #expect(reading.number(.tokensInput) == 6 && reading.number(.tokensOutput) == 7 && reading.number(.tokensTotal) == 3.5)
        #expect(reading.number(.costUSD) == 2.5 && reading.number(.durationMilliseconds) == 1500 && reading.number(.score) == 0.75)
        #expect(reading.number(.memoryHit) == 1 && reading.number(.attempts) == 3)
        #expect(reading.number(.tokensInput, 1) == 0 && reading.number(.score, 1) == nil && reading.number(.tokensOutput, 1) == 2)
    }

    @Test func targetsAreSeveral() throws {
        let reading = try Reading(profile("roles: {targets: [{at: /objects, of: /id}, {at: /json, json: /list}, /list]}\ntypes: {t: {}}"),
            "{\"type\":\"t\",\"list\":[\"a\",\"b\",null]}\n{\"type\":\"t\",\"objects\":[{\"id\":\"x\"},{},{\"id\":7}]}\n{\"type\":\"t\",\"list\":\"one\"}\n{\"type\":\"t\",\"json\":\"{\\\"list\\\":[\\\"j\\\",\\\"k\\\"]}\"}\n")
        #expect(reading.texts(.targets, 0) == ["a", "b"] && reading.texts(.targets, 1) == ["x", "7"] && reading.texts(.targets, 2) == ["one"])
        #expect(reading.texts(.targets, 3) == ["j", "k"])
    }

    @Test(arguments: [
        ("\"2026-11-21T06:31:27.838Z\"", 1_795_242_687_838_000_000), ("\"2026-11-21T06:31:27\"", 1_795_242_687_000_000_000), ("1760000000", 1_760_000_000_000_000_000),
        ("1760000000.123", 1_760_000_000_123_000_000), ("1760450000.1234567", 1_760_450_000_123_456_700), ("1760000000123", 1_760_000_000_123_000_000),
        ("1760000000123456", 1_760_000_000_123_456_000), ("1760000000123456789", 1_760_000_000_123_456_789), ("\"1760000000.5\"", 1_760_000_000_500_000_000),
        ("1760000000123.25", 1_760_000_000_123_250_000), ("0", 0), ("-1", -1_000_000_000), ("\"soon\"", 42), ("null", 42), ("[]", 42), ("1e300", 42),
    ] as [(String, Int64)])
    func timesAreReadByTheirSize(_ written: String, _ expected: Int64) throws {
        let reading = try Reading(profile("roles: {time: /t}\ntypes: {t: {}}"), "{\"type\":\"t\",\"t\":\(written)}\n")
        #expect(reading.events[0].time == expected)
        #expect(reading.events[0].timeMissing == (expected == 42))
    }

    @Test func aTimesUnitCanBeSaid() throws {
        let reading = try Reading(profile("roles: {time: {at: /t, unit: ms}}\ntypes: {t: {}}"), "{\"type\":\"t\",\"t\":1500}\n{\"type\":\"t\",\"t\":1.5}\n")
        #expect(reading.events.map(\.time) == [1_500_000_000, 1_500_000])
    }

    // MARK: words

    @Test func statusesAreFound() throws {
        let types = """
            words: {status: {fine: success, revised: partial}}
            types:
              word: {roles: {status: [/status, /ok]}}
              error: {roles: {status: [{at: /is_error, inverted: true}, =success]}}
              only: {roles: {status: [{at: /is_error, words: {true: failure}}, =approved]}}
              all: {roles: {status: {all: [/r/a, /r/b]}}}
              exit: {roles: {status: [{at: /out, json: /metadata/exit_code, exit_code: true}, {at: /out, exit_code: "exited with code "}, {at: /code, exit_code: true}]}}
            """
        let lines = [
            "\"type\":\"word\",\"status\":\"fine\"", "\"type\":\"word\",\"status\":\"Completed\"", "\"type\":\"word\",\"status\":\"odd\"", "\"type\":\"word\",\"ok\":false",
            "\"type\":\"word\",\"status\":\"timed_out\"", "\"type\":\"word\"", "\"type\":\"error\",\"is_error\":true", "\"type\":\"error\",\"is_error\":false",
            "\"type\":\"error\",\"is_error\":null", "\"type\":\"only\",\"is_error\":true", "\"type\":\"only\",\"is_error\":false", "\"type\":\"all\",\"r\":{\"a\":true,\"b\":true}",
            "\"type\":\"all\",\"r\":{\"a\":true}", "\"type\":\"all\"", "\"type\":\"exit\",\"out\":\"Process exited with code 0\\nexited with code 3\"",
            "\"type\":\"exit\",\"out\":\"x exited with code 12\"", "\"type\":\"exit\",\"out\":\"{\\\"metadata\\\":{\\\"exit_code\\\":1}}\"", "\"type\":\"exit\",\"out\":\"?\",\"code\":0",
            "\"type\":\"exit\",\"out\":\"nothing\"",
        ]
        let reading = try Reading(profile(types), lines.map { "{\($0)}\n" }.joined())
        let expected: [Status] = [
            .success, .success, .unknown, .failure, .timeout, .none, .failure, .success, .success, .failure, .approved, .success, .failure, .none, .success, .failure,
            .failure, .success, .none,
        ]
        #expect(reading.events.map(\.status) == expected)
        #expect(reading.text(.status, 2) == "odd")
        #expect(reading.events[4].severity == .error && reading.events[2].severity == .info)
    }

    @Test func severityAndPriorityAreFound() throws {
        let roles = """
            roles:
              status: /status
              severity: [/severity, {at: /recoverable, words: {true: warning, false: error}}]
              priority: {at: /priority, steps: {0.75: high, 0.4: medium, 0: low}}
            types: {t: {}}
            """
        let lines = ["\"severity\":\"WARN\"", "\"recoverable\":false", "\"severity\":\"odd\",\"status\":\"rejected\"", "\"priority\":0.8", "\"priority\":0.5", "\"priority\":\"critical\"", "\"priority\":-1"]
        let reading = try Reading(profile(roles), lines.map { "{\"type\":\"t\",\($0)}\n" }.joined())
        #expect(reading.events.map(\.severity) == [.warning, .error, .warning, .info, .info, .info, .info])
        #expect(reading.events.map(\.priority) == [.low, .low, .low, .high, .medium, .critical, .low])
    }

    // MARK: parts, usage, carry

    @Test func arraysAreTakenApart() throws {
        let types = """
            human_tools: [AskUserQuestion]
            types:
              t:
                parts:
                  - {of: /content, where: {/type: {in: [tool_use]}}, meaning: tool_start, roles: {call_id: /id, tool: /name, agent: $/agent}}
                  - {of: /content, where: {/type: {in: [tool_result]}}, meaning: tool_end, roles: {call_id: /id, status: [{at: /is_error, inverted: true}, =success]}}
                  - {of: /tiers, meaning: memory, roles: {memory_tier: $key, memory_hit: /hit}}
            """
        let reading = try Reading(profile(types),
            "{\"type\":\"t\",\"agent\":\"z\",\"content\":[{\"type\":\"text\"},{\"type\":\"tool_use\",\"id\":\"1\",\"name\":\"Bash\"},3,{\"type\":\"tool_use\",\"id\":\"2\",\"name\":\"AskUserQuestion\"},{\"type\":\"tool_result\",\"id\":\"0\",\"is_error\":true}],\"tiers\":{\"redis\":{\"hit\":true},\"disk\":{\"hit\":false}}}\n{\"type\":\"t\",\"content\":\"text\"}\n")
        let parts = reading.parts(of: reading.events[0])
        #expect(parts.map(\.meaning) == [.toolStart, .toolStart, .toolEnd, .memory, .memory])
        #expect(parts.map(\.waitsForHuman) == [false, true, false, false, false])
        #expect(parts[2].status == .failure)
        #expect(reading.text(.tool, of: parts[0]) == "Bash" && reading.text(.agent, of: parts[1]) == "z")
        #expect(parts[3...].map { reading.text(.memoryTier, of: $0) } == ["redis", "disk"])
        #expect(reading.events[1].partCount == 0)
    }

    @Test func usageKeysArePrefixedByTheProfile() throws {
        let types = """
            usage: {mode: highwater, key: [/id, /request]}
            roles: {tokens_output: /out, conversation: /session}
            types: {t: {}, r: {accounting: rollup}, c: {usage: {mode: cumulative, key: ['@conversation', =x]}}}
            """
        let reading = try Reading(profile(types),
            "{\"type\":\"t\",\"id\":\"m\",\"request\":\"r\",\"out\":1}\n{\"type\":\"t\",\"request\":\"r\",\"out\":1}\n{\"type\":\"t\",\"id\":\"m\"}\n{\"type\":\"r\",\"id\":\"m\",\"out\":1}\n{\"type\":\"c\",\"session\":\"s\",\"out\":1}\n{\"type\":\"t\",\"out\":1}\n")
        #expect((0..<6).map { reading.text(.usageKey, $0) } == ["test/m/r", "test/r", nil, nil, "test/s/x", nil])
        #expect(reading.events.map(\.usage) == [.highwater, .highwater, .highwater, .highwater, .cumulative, .highwater])
        #expect(reading.events[3].accounting == .rollup)
    }

    @Test func rolesAreCarriedThroughTheFile() throws {
        let types = """
            carry:
              model: {from: [context], at: /model}
              conversation: {from: [meta], at: /id, once: true}
            types: {t: {roles: {model: /own}}, context: {}, meta: {roles: {conversation: /id}}}
            """
        let first = try Reading(profile(types), "{\"type\":\"t\"}\n{\"type\":\"meta\",\"id\":\"A\"}\n{\"type\":\"context\",\"model\":\"m1\"}\n{\"type\":\"t\"}\n{\"type\":\"meta\",\"id\":\"B\"}\n{\"type\":\"t\",\"own\":\"o\"}\n")
        #expect((0..<6).map { first.text(.conversation, $0) } == [nil, "A", "A", "A", "A", "A"])
        #expect((0..<6).map { first.text(.model, $0) } == [nil, nil, "m1", "m1", "m1", "o"])
        #expect(!first.batch.carryOver.isEmpty)
        let second = try Reading(profile(types), "{\"type\":\"t\"}\n{\"type\":\"context\",\"model\":\"m2\"}\n", context: FileContext(decoding: first.batch.carryOver))
        #expect(second.text(.model, 0) == "m1" && second.text(.conversation, 0) == "A" && second.text(.model, 1) == "m2")
        #expect(FileContext(decoding: second.batch.carryOver).encode() == second.batch.carryOver)
        #expect(FileContext(decoding: [9, 9, 9]).encode().isEmpty && FileContext(decoding: Array(first.batch.carryOver.dropLast())).encode() != first.batch.carryOver)
        #expect(try Reading(profile("types: {t: {}}"), "{\"type\":\"t\"}\n").batch.carryOver.isEmpty)
    }
}
