/// Writes settings as YAML that the reader takes again; secrets are hidden.
enum SettingText {
    /// What is shown in place of a secret.
    static let hidden = "(hidden)"

    /// The whole tree, a line a setting, ended by a line end.
    static func yaml(_ value: SettingValue) -> String {
        var lines: [String] = []
        if case .members(let members) = value { write(members, "", &lines) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func write(_ members: [SettingMember], _ indent: String, _ lines: inout [String]) {
        for member in members { write(quoted(member.key) + ":", member.value, indent, &lines) }
    }

    private static func write(_ head: String, _ value: SettingValue, _ indent: String, _ lines: inout [String]) {
        switch value {
        case .members(let members) where !members.isEmpty:
            lines.append(indent + head)
            write(members, indent + "  ", &lines)
        case .list(let items) where items.contains(where: isMapping):
            lines.append(indent + head)
            for item in items {
                guard case .members(let members) = item else {
                    lines.append("\(indent)  - \(inline(item))")
                    continue
                }
                // The first key stands beside the dash.
                let from = lines.count
                write(members, indent + "    ", &lines)
                lines[from] = "\(indent)  - \(lines[from].dropFirst(indent.utf8.count + 4))"
            }
        default: lines.append("\(indent)\(head) \(inline(value))")
        }
    }

    private static func isMapping(_ value: SettingValue) -> Bool {
        if case .members(let members) = value { !members.isEmpty } else { false }
    }

    static func inline(_ value: SettingValue) -> String {
        switch value {
        case .none: "null"
        case .text(let text): quoted(withoutPassword(text))
        case .secret: quoted(hidden)
        case .boolean(let yes): yes ? "true" : "false"
        case .integer(let number): String(number)
        case .number(let number): "\(number)"
        case .size(let bytes): Units.text(size: bytes)
        case .duration(let duration): Units.text(duration)
        case .list(let items): "[" + items.map(inline).joined(separator: ", ") + "]"
        case .members(let members): "{" + members.map { "\(quoted($0.key)): \(inline($0.value))" }.joined(separator: ", ") + "}"
        }
    }

    /// The text with the password of a URL in it hidden: `redis://user:(hidden)@host`.
    static func withoutPassword(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let authority = text[scheme.upperBound...].prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return text }
        return String(text[...colon]) + hidden + text[at...]
    }

    /// Text as YAML: bare when nothing could misread it, else in double quotes; `${` is escaped.
    static func quoted(_ text: String) -> String {
        let text = text.replacing("${", with: "$${")
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isBare = !text.isEmpty && text.utf8.first.map { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == 0x2F || $0 == 0x5F } == true
            && text.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x2D && $0 <= 0x39) || $0 == 0x5F }
            && !words.contains(text.lowercased())
        if isBare { return text }
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let hex = String(scalar.value, radix: 16)
                    out += "\\x" + String(repeating: "0", count: 2 - hex.count) + hex
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}

extension Configuration {
    /// All settings with defaults filled in, as YAML; secrets are hidden (`eventail config show`).
    public var yaml: String { SettingText.yaml(settings) }
}
