import EventailEvents
import EventailJSON
import EventailSystem
import EventailTestSupport
import Testing

/// The profiles of the five replaced systems and `generic`, on lines of every form that those systems write.
@Suite struct FamilyProfileTests {
    static let families = ["superagent", "aladdin", "auren", "outcome", "eremos"]
    static let samples =
        FamilySample.superagent + FamilySample.aladdin + FamilySample.auren + FamilySample.outcome + FamilySample.eremos + FamilySample.generic

    @Test(arguments: FamilySample.Family.allCases) func everySampleTellsItsRoles(_ family: FamilySample.Family) throws {
        let samples = Self.samples.filter { $0.family == family }
        let batch = try FamilyReader(.named(family.rawValue)).read(samples.map(\.line))
        #expect(batch.rejections.map(\.text) == [])
        #expect(batch.told == samples.map(\.told))
        for (event, sample) in zip(batch.events, samples) where family != .generic {
            #expect(event.timeMissing == !(sample.line.contains("timestamp") || sample.line.contains("discoveredAt")), "\(sample)")
            if family == .superagent { #expect(event.time == 1_760_000_000_250_000_000) }
        }
    }

    @Test func autoTakesEverySampleForItsFamily() throws {
        let samples = Self.samples.filter { $0.family != .generic }
        let reader = try FamilyReader(.auto)
        let batch = try reader.read(samples.map(\.line))
        #expect(batch.rejections.map(\.text) == [])
        #expect(batch.told == samples.map(\.told))
        #expect(reader.profiles(of: batch) == samples.map(\.family.rawValue))
    }

    @Test func genericTakesEverySample() throws {
        let batch = try FamilyReader(.named("generic")).read(Self.samples.map(\.line))
        #expect(batch.rejections.isEmpty)
        #expect(batch.events.count == Self.samples.count)
    }

    @Test func autoNeverTakesALineForGeneric() throws {
        let batch = try FamilyReader(.auto).read([#"{"hello":"world"}"#, "{}"])
        #expect(batch.rejections.map(\.reason) == [.unknownProfile, .unknownProfile])
    }

    @Test func theBeginningOfACallIsNotACall() throws {
        let calls = FamilySample.auren.filter { $0.told.hasPrefix("llm_call ") || $0.told.hasPrefix("tool_usage ") }
        let meanings = try FamilyReader(.auto).read(calls.map(\.line)).events.map(\.meaning)
        #expect(meanings.filter { $0 == .modelCall }.count == 3)
        #expect(meanings.filter { $0 == .agentProgress }.count == 1)
        #expect(meanings.filter { $0 == .toolStart }.count == 1)
        #expect(meanings.filter { $0 == .toolEnd }.count == 2)
    }

    // MARK: lines of every form of the originals, where they are at hand

    @Test(.enabled(if: FamilyMaterial.isThere, "needs the shared examples (EVENTAIL_SHARED)"), arguments: families)
    func everyExampleIsAccepted(_ family: String) throws {
        let lines = try FamilyMaterial.lines("\(family).jsonl")
        #expect(!lines.isEmpty)
        let own = try FamilyReader(.named(family)).read(lines)
        #expect(own.rejections.map(\.text) == [])
        #expect(own.events.count == lines.count)
        let reader = try FamilyReader(.auto)
        let auto = try reader.read(lines)
        #expect(auto.rejections.map(\.text) == [])
        #expect(auto.told == own.told)
        #expect(reader.profiles(of: auto) == Array(repeating: family, count: lines.count))
    }

    @Test(.enabled(if: FamilyMaterial.isThere, "needs the shared examples (EVENTAIL_SHARED)")) func noTranscriptIsTakenForAFamily() throws {
        for path in ["claude-code/recorded/crud.jsonl", "codex/recorded/crud.jsonl", "pi/recorded/crud.jsonl", "pi/recorded/branched.jsonl"] {
            let reader = try FamilyReader(.auto)
            let batch = try reader.read(try FamilyMaterial.lines("../agents/\(path)"))
            #expect(Set(reader.profiles(of: batch)).isDisjoint(with: Self.families))
            #expect(Set(batch.rejections.map(\.profile)).isDisjoint(with: Self.families))
        }
    }
}
