internal import EventailEvents
internal import EventailSystem

/// One event as people read it on a terminal:
///
///     14:03:22 agent_completed scribe success
///         task: t_42
///         cost_usd: 0.12
///
/// Texts of agents come from outside, so control characters are shown, never sent to the terminal.
struct ConsoleBlock {
    /// Whether words are coloured.
    let colours: Bool
    private static let longestValue = 200
    /// What is most telling, in this order; `agent` stands in the first line.
    private static let shown: [Role] = [
        .execution, .conversation, .task, .workflow, .feature, .model, .provider, .tool, .targets, .durationMilliseconds, .latencyMilliseconds,
        .tokensInput, .tokensOutput, .tokensCacheRead, .tokensCacheWrite, .tokensReasoning, .tokensTotal, .costUSD, .attempts, .score,
        .memoryTier, .errorType, .errorMessage,
    ]
    private static let names = shown.map(\.name)

    /// Adds the block of an event to `text`.
    func append(_ event: Event, of batch: EventBatch, type: String, to text: inout String) {
        text += paint(Timestamp(nanoseconds: event.time).localClock, "2")
        text += " " + paint(Self.plain(type), event.severity >= .error ? "1;31" : event.severity == .warning ? "1;33" : Self.colour(of: event.meaning))
        if let agent = batch.text(.agent, of: event) { text += " " + paint(Self.plain(agent), "1") }
        switch event.status {
        case .none: break
        case .unknown: if let word = batch.text(.status, of: event) { text += " " + Self.plain(word) }
        default: text += " " + paint(event.status.name, event.status.isSuccess ? "32" : event.status.isFailure ? "31" : "33")
        }
        text += "\n"
        for (index, role) in Self.shown.enumerated() { appendRole(role, Self.names[index], event, batch, to: &text) }
        for index in Int(event.firstPart)..<Int(event.firstPart) + Int(event.partCount) {
            let part = batch.parts[index]
            text += "    \(part.meaning.name)"
            for place in Int(part.firstValue)..<Int(part.firstValue) + Int(part.valueCount) {
                let value = batch.values[place]
                if value.role.isShown && !value.role.isNumber { text += " " + Self.plain(batch.string(value)) }
            }
            text += "\n"
        }
    }

    private func appendRole(_ role: Role, _ name: String, _ event: Event, _ batch: EventBatch, to text: inout String) {
        var words = ""
        for index in batch.values(of: event) where batch.values[index].role == role {
            let value = batch.values[index]
            if role.isNumber {
                words = Self.plain(value.number)
                break
            }
            words += (words.isEmpty ? "" : ", ") + Self.plain(batch.string(value))
            if role != .targets { break }
        }
        if !words.isEmpty { text += "    " + paint(name + ":", "2") + " " + words + "\n" }
    }

    private func paint(_ words: String, _ code: String) -> String { colours ? "\u{1B}[\(code)m\(words)\u{1B}[0m" : words }

    private static func colour(of meaning: Meaning) -> String {
        switch meaning {
        case .agentStart, .taskQueued, .toolStart: "36"
        case .agentEnd, .taskEnd, .toolEnd, .validation: "32"
        case .modelCall, .decision: "34"
        case .message, .collaboration, .memory: "35"
        case .escalation, .budget: "33"
        default: "37"
        }
    }

    private static func plain(_ number: Double) -> String {
        if let whole = Int64(exactly: number) { return String(whole) }
        return number.description
    }

    /// A text without what a terminal would obey, cut when long.
    static func plain(_ text: String) -> String {
        var safe = ""
        var count = 0
        for scalar in text.unicodeScalars {
            count += 1
            if count > longestValue { return safe + "…" }
            switch scalar.value {
            case 0x0A: safe += "\\n"
            case 0x0D: safe += "\\r"
            case 0x09: safe += "\\t"
            // Control characters of both sets, and those that turn the direction of text around.
            case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: safe += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }
}
