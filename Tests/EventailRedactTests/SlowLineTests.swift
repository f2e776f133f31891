import EventailRedact
import EventailSystem
import Testing

/// Lines made to be slow take time in proportion to their length.
@Suite struct SlowLineTests {
    private let redactor = Redactor(RedactionRules(patterns: Set(RedactionPattern.allCases), secretKeys: true))

    @Test(arguments: [
        "a@", "@", "sk-", "eyJ-", "eyJ.", "AKIA", "AKIAAAAA", "1.", "1.1.", "1::", "::", "a:a:", "4111 ", "4111111111111112 ", "+1 ", "555-", "-12-1234", "token", "\\\"token\\\":",
        "\"password\":{", "\\\\\\\"", "x://a:", "-BEGIN ", "-BEGIN PRIVATE KEY", "bearer ", "\\u0041", "\\u0040a", "SG.", "AIza", "github_pat_ ",
    ])
    func timeGrowsWithTheLength(_ piece: String) {
        let unit = Array(piece.utf8)
        func seconds(_ bytes: Int) -> Double {
            var line = Array(#"{"a":""#.utf8)
            while line.count < bytes { line += unit }
            line += Array(#""}"#.utf8)
            let before = ProcessUsage.cpuSeconds()
            _ = redactor.redact(json: line)
            return ProcessUsage.cpuSeconds() - before
        }
        // A debug build needs microseconds for a byte; what grows with the square would need minutes for this.
        let short = seconds(25_000)
        let long = seconds(100_000)
        #expect(long < short * 10 + 0.2, "\(piece): \(short) s for 25,000 bytes, \(long) s for 100,000")
    }
}
