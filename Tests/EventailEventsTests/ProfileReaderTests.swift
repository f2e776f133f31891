import EventailEvents
import Testing

@Suite struct ProfileReaderTests {
    private func problem(_ text: String) -> ProfileError? {
        #expect(throws: ProfileError.self, "\(text)") { try Profile(Array(text.utf8), file: "p.yaml") }
    }

    @Test func theSmallestProfileIsRead() throws {
        let profile = try Profile(Array("profile: mine\ntype: =event\nforms: [{when: {}}]\n".utf8), file: "p.yaml")
        #expect(profile.name == "mine")
        #expect(profile.isAutomatic)
    }

    @Test(arguments: [
        ("type: =x\nforms: [{}]\n", 1, 1, "profile"),
        ("profile: Mine\ntype: =x\nforms: [{}]\n", 1, 10, "small letters"),
        ("profile: p\ntype: =x\n", 1, 1, "forms"),
        ("profile: p\nforms: [{}]\n", 2, 9, "type"),
        ("profile: p\ntype: =x\nforms: [{}]\nrole: {}\n", 4, 1, "role is no key"),
        ("profile: p\ntype: =x\nforms: [{when: {/a: strnig}}]\n", 3, 21, "strnig"),
        ("profile: p\ntype: =x\nforms: [{when: {a: string}}]\n", 3, 17, "JSON Pointer"),
        ("profile: p\ntype: =x\nforms: [{}]\nroles:\n  agnet: /a\n", 5, 3, "agnet"),
        ("profile: p\ntype: =x\nforms: [{}]\nroles: {agent: a}\n", 4, 16, "JSON Pointer"),
        ("profile: p\ntype: =x\nforms: [{}]\nroles: {agent: {at: /a, unti: s}}\n", 4, 25, "unti"),
        ("profile: p\ntype: =x\nforms: [{}]\nwords: {status: {fine: succes}}\n", 4, 24, "succes"),
        ("profile: p\ntype: =x\nforms: [{}]\ntypes: {a: {meaning: agent_ended}}\n", 4, 22, "agent_ended"),
        ("profile: p\ntype: =x\nforms: [{}]\ntypes: {'a, b': {}, b: {}}\n", 4, 21, "twice"),
        ("profile: p\ntype: =x\nforms: [{}]\ntypes: {a: {schema: missing}}\n", 4, 21, "missing"),
        ("profile: p\ntype: =x\nforms: [{}]\nusage: {mode: highwater}\n", 4, 8, "key"),
        ("profile: p\ntype: =x\nforms: [{}]\ncarry: {cost_usd: {at: /a}}\n", 4, 9, "cost_usd"),
    ])
    func mistakesAreToldWithTheirPlace(_ text: String, _ line: Int, _ column: Int, _ words: String) {
        let error = problem(text)
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }

    @Test func allBuiltInProfilesAreRead() throws {
        let set = try ProfileSet(catalogue: Catalogue())
        #expect(set.names == ["superagent", "aladdin", "auren", "outcome", "eremos", "claude-code", "codex", "pi", "gemini-cli", "generic"])
        #expect(set.profile("generic")?.isAutomatic == false)
        #expect(set.profile("codex")?.about.isEmpty == false)
    }

    /// Built-in schemas are taken for right, and what tells of their refusals is made later: so that is checked here.
    @Test func builtInProfilesKeepTheRulesForUsersProfiles() throws {
        for profile in try ProfileSet.builtIn() {
            #expect(profile.isBuiltIn)
            #expect(try Profile(profile.source, file: profile.file).types == profile.types)
        }
    }

    @Test func aUsersProfileStandsInPlaceOfTheBuiltInOne() throws {
        let mine = try Profile(Array("profile: codex\ntype: =x\nforms: [{when: {/codex: present}}]\n".utf8), file: "mine.yaml")
        let set = try ProfileSet(catalogue: Catalogue(), users: [mine], builtIn: try ProfileSet.builtIn())
        #expect(set.profile("codex")?.file == "mine.yaml")
        #expect(set.profile("mine.yaml") === mine)
        #expect(throws: ProfileError.self) { try Extractor(profiles: set, choice: .named("no-such")) }
        #expect(throws: ProfileError.self) { try ProfileSet(catalogue: Catalogue(), users: [mine, mine], builtIn: []) }
    }
}
