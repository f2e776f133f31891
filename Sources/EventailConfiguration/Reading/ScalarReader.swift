internal import EventailSystem

/// Turns the text of one setting into a value of its field's type.
struct ScalarReader: Sendable {
    let environment: @Sendable (String) -> String?

    /// Why a text is no value of its field: what is wrong and what would be right.
    struct Failure: Error {
        let wrong: String
        let right: String
        init(_ wrong: String, _ right: String) {
            self.wrong = wrong
            self.right = right
        }
    }

    /// Names of the profiles that are part of the program.
    static var builtInProfiles: [String] {
        Resource.names.filter { $0.hasPrefix("profiles/") && $0.hasSuffix(".yaml") }.map { String($0.dropFirst(9).dropLast(5)) }
    }

    func read(_ text: String, as type: FieldType) throws(Failure) -> SettingValue {
        switch type {
        case .text, .free: return .text(text)
        case .secret: return .secret(text)
        case .name:
            let fits = text.utf8.allSatisfy { $0 == 0x5F || $0 == 0x2D || $0 == 0x2E || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) }
            guard fits, !text.isEmpty, text.utf8.count <= 64 else {
                throw Failure("\"\(text)\" is not a name", "use 1 to 64 letters, digits, \"_\", \"-\" and \".\"")
            }
            return .text(text)
        case .path:
            if text.isEmpty { throw Failure("the path is empty", "name a file or folder") }
            return .text(try expanded(text))
        case .url(let schemes):
            guard schemes.contains(where: { text.hasPrefix($0 + "://") }) else {
                throw Failure("\"\(SettingText.withoutPassword(text))\" is not such a URL", "it begins with " + Suggestion.list(schemes.map { $0 + "://" }))
            }
            return .text(text)
        case .address:
            guard let address = ListenAddress(text) else {
                throw Failure("\"\(text)\" is not an address", "write HOST:PORT, e.g. 127.0.0.1:8765 or [::1]:8765")
            }
            return .text(address.description)
        case .profile: return .text(try profile(text))
        case .boolean:
            switch text {
            case "true", "True", "TRUE", "yes", "on": return .boolean(true)
            case "false", "False", "FALSE", "no", "off": return .boolean(false)
            default: throw Failure("\"\(text)\" is neither true nor false", "write true or false")
            }
        case .integer(let range):
            guard let number = Int64(text.replacing("_", with: "")) else {
                throw Failure("\"\(text)\" is not a whole number", "write a number from \(range.lowerBound) to \(range.upperBound)")
            }
            if !range.contains(number) { throw Failure("\(number) is out of range", "write a number from \(range.lowerBound) to \(range.upperBound)") }
            return .integer(number)
        case .number(let range):
            guard let number = Double(text), number.isFinite else {
                throw Failure("\"\(text)\" is not a number", "write a number from \(range.lowerBound) to \(range.upperBound)")
            }
            if !range.contains(number) { throw Failure("\(text) is out of range", "write a number from \(range.lowerBound) to \(range.upperBound)") }
            return .number(number)
        case .size(let range):
            guard let bytes = Units.size(text) else { throw Failure("\"\(text)\" is not a size", "write \(Units.sizeForm)") }
            if !range.contains(bytes) {
                throw Failure("\(text) is out of range", "write a size from \(Units.text(size: range.lowerBound)) to \(Units.text(size: range.upperBound))")
            }
            return .size(bytes)
        case .duration(let range):
            guard let duration = Units.duration(text) else { throw Failure("\"\(text)\" is not a duration", "write \(Units.durationForm)") }
            if !range.contains(duration) {
                throw Failure("\(text) is out of range", "write a duration from \(Units.text(range.lowerBound)) to \(Units.text(range.upperBound))")
            }
            return .duration(duration)
        case .choice(let words):
            if !words.contains(text) { throw Failure("\"\(text)\" is not one of its values", Suggestion.sentence(for: text, among: words)) }
            return .text(text)
        case .list: throw Failure("is a single value", "write a list: [a, b]")
        case .map, .part, .variants: throw Failure("is a single value", "write a mapping: {key: value}")
        }
    }

    private func expanded(_ path: String) throws(Failure) -> String {
        guard path == "~" || path.hasPrefix("~/") else { return path }
        guard let home = environment("HOME"), !home.isEmpty else {
            throw Failure("\"~\" has no meaning because HOME is not set", "set HOME or write the whole path")
        }
        return home + path.dropFirst()
    }

    private func profile(_ text: String) throws(Failure) -> String {
        let names = ["auto"] + Self.builtInProfiles
        if names.contains(text) { return text }
        guard text.contains("/") || text.hasSuffix(".yaml") || text.hasSuffix(".yml") else {
            throw Failure("there is no built-in profile \"\(text)\"", Suggestion.sentence(for: text, among: names) + ", or the path of a profile")
        }
        let path = try expanded(text)
        if !FileSystem.exists(path) || FileSystem.isFolder(path) {
            throw Failure("there is no profile file \"\(path)\"", "name a file that exists, auto, or a built-in profile")
        }
        return path
    }
}
