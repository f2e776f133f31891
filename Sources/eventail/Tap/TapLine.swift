internal import EventailJSON

/// One message of the server as a line for people.
enum TapLine {
    /// Nil for messages that are of no interest to people.
    static func pretty(_ message: Element, color: Bool) -> String? {
        switch message["type"]?.string {
        case "event": event(message["roles"], message["event"], color)
        case "signal": "signal \(message["rule"]?.string ?? "?")"
        case "dropped": "(\(message["count"]?.int64 ?? 0) events were dropped: \(message["reason"]?.string ?? "slow"))"
        case "reset": "(events are missing: \(message["reason"]?.string ?? "the cursor is too old"))"
        default: nil
        }
    }

    private static func event(_ roles: Element?, _ event: Element?, _ color: Bool) -> String {
        // Of an RFC 3339 time the part behind the date, to the millisecond.
        let time = roles?["time"]?.string.map { String($0.dropFirst(11).prefix(12)) } ?? ""
        let type = roles?["type"]?.string ?? event?["type"]?.string ?? event?["event_type"]?.string ?? "event"
        var line = "\(time) \(type.padded(to: 24))"
        for key in ["agent", "execution", "task", "tool", "model", "status", "error_type"] {
            if let value = roles?[key]?.string { line += " \(key)=\(value)" }
        }
        if let duration = roles?["duration_ms"]?.double { line += " \(Int(duration.rounded()))ms" }
        if let cost = roles?["cost_usd"]?.double { line += " $\(cost)" }
        guard color, let tone = tone(roles) else { return line }
        return "\u{1B}[\(tone)m\(line)\u{1B}[0m"
    }

    private static func tone(_ roles: Element?) -> Int? {
        switch roles?["severity"]?.string {
        case "error", "critical": return 31
        case "warning": return 33
        default: break
        }
        switch roles?["status"]?.string {
        case "failure", "timeout", "rejected": return 31
        case "success", "approved": return 32
        default: return nil
        }
    }
}

extension String {
    /// The text with blanks behind it up to a width.
    func padded(to width: Int) -> String { count >= width ? self : self + String(repeating: " ", count: width - count) }
}
