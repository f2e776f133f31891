import EventailEvents
import Testing

/// Lines that are wrong in one way each, among the profiles of the program, as `auto` tells them.
@Suite struct BadLineTests {
    private static let good = #"{"event_type":"agent_completed","timestamp":1760000000.5,"payload":{"agent":"scribe","task_id":"t_1","status":"success","duration_ms":12,"cost_usd":0.25}}"#

    @Test func eachWayHasItsReason() throws {
        let cases: [([UInt8], String?)] = [
            (Array(Self.good.utf8), nil),
            (Array(Self.good.utf8.prefix(60)), "not_json"),
            (Array("plain text that is no JSON at all".utf8), "not_json"),
            (Array("[1,2,3]".utf8), "not_object"),
            (Array(Self.good.utf8.dropLast()) + Array(",\"x\":\"".utf8) + [0xFF, 0xFE] + Array("\"}".utf8), "invalid_utf8"),
            (Array(#"{"event_type":"no_such_event","timestamp":1760000000.0,"payload":{}}"#.utf8), "unknown_type"),
            (Array("{}".utf8), "unknown_profile"), (Array(#"{"level":"info","message":"hello"}"#.utf8), "unknown_profile"),
        ]
        let set = try ProfileSet(catalogue: Catalogue())
        let extractor = try Extractor(profiles: set)
        for (line, reason) in cases {
            let reading = Reading(extractor, set, bytes: line + [0x0A])
            #expect(reading.reasons.first == reason, "\(String(decoding: line, as: UTF8.self))")
            #expect(reading.events.count == (reason == nil ? 1 : 0))
        }
        let reading = Reading(extractor, set, bytes: cases[5].0)
        #expect(reading.batch.rejections[0].profile == "superagent" && reading.batch.rejections[0].location == "/event_type")
    }

    @Test func rolesOfAGoodLineAreFound() throws {
        let reading = try Reading(.auto, Self.good + "\n")
        #expect(reading.profiles == ["superagent"] && reading.types == ["agent_completed"])
        #expect(reading.events[0].meaning == .agentEnd && reading.events[0].status == .success && reading.events[0].time == 1_760_000_000_500_000_000)
        #expect(reading.text(.agent) == "scribe" && reading.text(.task) == "t_1" && reading.number(.costUSD) == 0.25 && reading.number(.durationMilliseconds) == 12)
    }
}
