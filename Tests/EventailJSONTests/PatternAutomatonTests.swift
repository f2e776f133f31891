import Testing

@testable import EventailJSON

/// What a table of states takes must be what PCRE2 takes.
@Suite struct PatternAutomatonTests {
    private static let time = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})?$"

    private func matches(_ expression: CompiledExpression, _ text: String) -> Bool {
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 40)
        let matcher = ExpressionMatcher()
        defer { matcher.free() }
        return unsafe bytes.withUnsafeBufferPointer { unsafe matcher.match(expression, UnsafeBufferPointer(rebasing: $0[..<text.utf8.count])) == .yes }
    }

    @Test(arguments: [
        time, "^-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$", "^a*b$", "^(a|bc)+$", "^(?:x{2,3}|y{1,}){2}$", "^[a-z_][a-z0-9_-]*$", "^$", "^a?a?a?aaa$",
        "^\\d+\\.\\d+$", "^[+-]$", "^(a(b(c)?)?)?$", "^abcdefghijklmnopqrstuvwxyz[0-9]{4}$", "^[A-Za-z]{3}[ !-~]*$",
    ])
    func itTakesWhatTheEngineTakes(_ pattern: String) throws {
        #expect(PatternAutomaton(pattern) != nil)
        let both = try RegularExpression(pattern)
        // The same language, said so that only PCRE2 reads it.
        let engine = try RegularExpression("(?=)" + pattern)
        #expect(both.compiled.plain != nil && engine.compiled.plain == nil)
        var random = SystemRandomNumberGenerator()
        let letters = Array("0123456789abcxyzABCZTeE.:+-_ \u{e9}\u{1f600}~!\n")
        let seeds = [
            "2026-11-21T06:31:27.838Z", "2026-11-21T06:31:27+01:00", "-12.5e+3", "aaab", "abcbc", "xxyyx", "a_b-c", "", "aaaa", "1.5", "+", "abc",
            "abcdefghijklmnopqrstuvwxyz0123", "Abc !~",
        ]
        for seed in seeds {
            for _ in 0..<60 {
                var text = Array(seed)
                for _ in 0..<Int.random(in: 0...2, using: &random) {
                    let place = Int.random(in: 0...text.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: text.insert(letters.randomElement(using: &random) ?? "a", at: place)
                    case 1: if place < text.count { text.remove(at: place) }
                    default: if place < text.count { text[place] = letters.randomElement(using: &random) ?? "a" }
                    }
                }
                #expect(matches(both.compiled, String(text)) == matches(engine.compiled, String(text)), "\(pattern) on \(String(text))")
            }
        }
    }

    @Test(arguments: [
        "abc", "^abc", "abc$", "^a|b$", "^(a|b$)$", "^.$", "^[^a]$", "^\\w$", "^a{0}$", "^a+?$", "^\u{e9}$", "^\\u0041$", "^(?=a)a$", "^(a)\\1$", "^\\bx$",
        "^a\\$", "^[a{1000}$", "^(((((((((((((((((((a)))))))))))))))))))$", "^[0-9]{300}$",
    ])
    func whatIsNotPlainIsLeftAlone(_ pattern: String) {
        #expect(PatternAutomaton(pattern) == nil)
    }

    @Test func theFirstCharactersOfATimeAreComparedAtOnce() {
        #expect(PatternAutomaton(Self.time)?.prefix == 19)
    }
}
