import EventailEvents
import Testing

/// What the profiles of the five replaced systems refuse, and what they say of it.
@Suite struct FamilyRefusalTests {
    /// Lines that are nearly right, and the profile, reason and place that must be told.
    static let broken: [(line: String, family: String, reason: RejectionReason, location: String)] = [
        (#"{"event_type":"no_such_event","timestamp":1760000000.0,"payload":{}}"#, "superagent", .unknownType, "/event_type"),
        (#"{"event_type":"task_queued","timestamp":"2025-10-09T00:00:00Z","payload":{"task_id":"t"}}"#, "superagent", .schema, "/timestamp"),
        (#"{"timestamp":1760000000.0,"payload":{"task_id":"t"}}"#, "superagent", .unknownType, "/event_type"),
        (#"{"event_type":"agent_completed","timestamp":1.5,"payload":{"agent":"a","task_id":"t","status":"success","duration_ms":1,"cost_usd":null}}"#,
         "superagent", .schema, "/payload/cost_usd"),
        (#"{"type":"agent-paused","executionId":"e","timestamp":"2025-10-01T10:00:00.123Z"}"#, "aladdin", .unknownType, "/type"),
        (#"{"type":"agent-start","timestamp":"2025-10-01T10:00:00Z","agentId":"a","department":"d","task":"t"}"#, "aladdin", .schema, ""),
        (#"{"event_id":"e","timestamp":"2025-07-24T19:49:07Z","event_type":"llm_calls","payload":{}}"#, "auren", .unknownType, "/event_type"),
        (#"{"event_type":"llm_call","timestamp":"2025-07-24T19:49:07Z","payload":{"model":"m"}}"#, "auren", .schema, ""),
        (#"{"event_id":"e","timestamp":"2025-07-24T19:49:07Z","event_type":"llm_call","payload":"x"}"#, "auren", .schema, "/payload"),
        (#"{"id":"l","type":"agent_started","timestamp":"2025-07-29T04:38:10Z","session_id":"s","agent_name":"A"}"#, "auren", .schema, ""),
        (#"{"event_id":"e","run_id":"r","agent_name":"a","action_type":"x","timestamp":"later","duration_ms":1,"latency_ms":1,"status":"success","severity":"info"}"#,
         "outcome", .schema, "/timestamp"),
        (#"{"run_id":"r","agent_name":"a","action_type":"x","timestamp":"2025-10-09T12:34:56Z","status":"success"}"#, "outcome", .schema, ""),
        (#"{"id":"i","timestamp":1,"source":"ethereum","priority":"low","type":"transaction","data":{"hash":"0x","from":"a","to":"b","value":"1"}}"#, "eremos", .schema, ""),
        (#"{"id":"i","chainId":1,"timestamp":1,"source":"ethereum","priority":"low","type":"nft_mint","data":{}}"#, "eremos", .unknownType, "/type"),
    ]

    @Test func aBrokenLineIsToldByItsFamily() throws {
        let auto = try FamilyReader(.auto)
        for (family, cases) in Dictionary(grouping: Self.broken, by: \.family) {
            let own = try FamilyReader(.named(family))
            for broken in cases {
                for reader in [auto, own] {
                    let rejection = try #require(try reader.read([broken.line]).rejections.first, "\(broken.line)")
                    #expect(rejection.profile == family, "\(broken.line)")
                    #expect(rejection.reason == broken.reason, "\(broken.line)")
                    #expect(rejection.location == broken.location, "\(broken.line)")
                }
            }
        }
    }

    // MARK: lines that the originals would refuse, where they are at hand

    @Test(.enabled(if: FamilyMaterial.isThere, "needs the shared examples (EVENTAIL_SHARED)"), arguments: FamilyProfileTests.families)
    func everyWrongExampleIsRefusedForTheRightReason(_ family: String) throws {
        let lines = try FamilyMaterial.lines("\(family).invalid.jsonl")
        let levels = try FamilyMaterial.levels("\(family).invalid.reasons.json")
        #expect(levels.count == lines.count)
        let own = try FamilyReader(.named(family)).read(lines)
        let auto = try FamilyReader(.auto).read(lines)
        #expect(own.told == [])
        #expect(auto.told == [])
        for (index, level) in levels.enumerated() where index < own.rejections.count && index < auto.rejections.count {
            let syntax: Set<RejectionReason> = [.notJSON, .notObject, .invalidUTF8]
            let content: Set<RejectionReason> = [.unknownType, .schema]
            #expect((level == "json" ? syntax : content).contains(own.rejections[index].reason), "\(own.rejections[index].text)")
            #expect((level == "json" ? syntax : content.union([.unknownProfile])).contains(auto.rejections[index].reason))
            // An empty object and a log line with a message of its own could be anybody's.
            if level != "json", auto.rejections[index].reason != .unknownProfile { #expect(auto.rejections[index].profile == family) }
        }
        #expect(auto.rejections.count { $0.reason == .unknownProfile } <= 2)
    }
}
