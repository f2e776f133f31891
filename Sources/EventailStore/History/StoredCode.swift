internal import EventailEvents

/// The numbers under which history keeps the words of the vocabulary: never renumbered, only added to.
///
/// The vocabulary's raw values are for memory only, so each word has its number here.
enum StoredCode {
    private static let meanings = Codes<Meaning>(
        [
            "note", "agent_start", "agent_end", "agent_progress", "task_queued", "task_end", "validation", "escalation", "budget", "model_call",
            "tool_start", "tool_end", "collaboration", "decision", "message", "memory", "measure",
        ], Meaning.allCases, \.name)
    private static let statuses = Codes<Status>(
        ["none", "success", "running", "unknown", "failure", "partial", "timeout", "cancelled", "approved", "rejected"], Status.allCases, \.name)
    private static let severities = Codes<Severity>(["debug", "info", "warning", "error", "critical"], Severity.allCases, \.name)
    private static let priorities = Codes<Priority>(["low", "medium", "high", "critical"], Priority.allCases, \.name)

    /// The condition of the partial indexes: events without a status, successes, what is no
    /// trouble and what is fast are most of all and need no index.
    static let rareStatus = "status >= 2"
    static let rareSeverity = "severity >= 2"

    static let slowLatency = "latency >= \(slowMilliseconds).0"
    static let slowMilliseconds = 1000

    static func code(_ word: Meaning) -> Int64 { meanings.codes[Int(word.rawValue)] }
    static func code(_ word: Status) -> Int64 { statuses.codes[Int(word.rawValue)] }
    static func code(_ word: Severity) -> Int64 { severities.codes[Int(word.rawValue)] }
    static func code(_ word: Priority) -> Int64 { priorities.codes[Int(word.rawValue)] }
    static func meaning(_ code: Int64) -> Meaning { meanings.word(code) ?? .note }
    static func status(_ code: Int64) -> Status { statuses.word(code) ?? .none }
    static func severity(_ code: Int64) -> Severity { severities.word(code) ?? .info }
    static func priority(_ code: Int64) -> Priority { priorities.word(code) ?? .low }

    private struct Codes<Word: Sendable>: Sendable {
        /// By the word's raw value, which is its place among all cases.
        let codes: [Int64]
        /// By code.
        private let words: [Word?]

        init(_ names: [String], _ all: [Word], _ name: (Word) -> String) {
            codes = all.map { word in
                guard let code = names.firstIndex(of: name(word)) else { preconditionFailure("\(name(word)) needs a number in history: add it at the end") }
                return Int64(code)
            }
            words = names.map { text in all.first { name($0) == text } }
        }

        func word(_ code: Int64) -> Word? { code >= 0 && code < words.count ? words[Int(code)] : nil }
    }
}
