internal import EventailConfiguration

/// What a verb takes, for reading its words and for its help.
struct Syntax: Sendable {
    let verb: String
    /// The ways to write it, without `eventail`.
    let forms: [String]
    /// One sentence.
    let summary: String
    let options: [Option]
    /// Further lines of its help.
    var notes = ""

    struct Option: Sendable {
        /// With its dashes.
        let name: String
        /// What stands behind it in the help; nil for a switch.
        let value: String?
        let help: String
        var repeats = false
    }

    var help: String {
        var text = forms.map { "eventail \($0)\n" }.joined() + "\n\(summary)\n"
        if !options.isEmpty { text += "\n" }
        for option in options {
            let head = option.value.map { "\(option.name) \($0)" } ?? option.name
            text += "  " + head + String(repeating: " ", count: max(1, 26 - head.count)) + option.help + "\n"
        }
        return text + (notes.isEmpty ? "" : "\n\(notes)\n")
    }
}

/// The words of one call, told apart: options with their values, and the rest.
struct Arguments: Sendable {
    let verb: String
    /// What is no option, in order.
    private(set) var positionals: [String] = []
    private var values: [String: [String]] = [:]

    /// Reads `--option value`, `--option=value` and switches; behind `--` everything is positional, and `-` always is.
    init(_ words: [String], _ syntax: Syntax) throws(CommandFailure) {
        verb = syntax.verb
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                positionals += rest
                return
            }
            guard word.hasPrefix("-"), word != "-" else {
                positionals.append(word)
                continue
            }
            let equals = word.firstIndex(of: "=")
            let name = String(word[..<(equals ?? word.endIndex)])
            guard let option = syntax.options.first(where: { $0.name == name }) else {
                throw .usage("there is no option \(name)", Suggestion.sentence(for: name, among: syntax.options.map(\.name) + ["--help"]))
            }
            if values[name] != nil, !option.repeats { throw .usage("\(name) is given twice", "give it once") }
            guard let placeholder = option.value else {
                if equals != nil { throw .usage("\(name) takes no value", "write \(name)") }
                values[name] = [""]
                continue
            }
            if let equals {
                values[name, default: []].append(String(word[word.index(after: equals)...]))
            } else if let value = rest.popFirst() {
                values[name, default: []].append(value)
            } else {
                throw .usage("\(name) has no value", "write \(name) \(placeholder)")
            }
        }
    }

    func has(_ name: String) -> Bool { values[name] != nil }
    func value(_ name: String) -> String? { values[name]?.last }
    func values(_ name: String) -> [String] { values[name] ?? [] }

    /// The value of an option that must be given.
    func required(_ name: String, _ placeholder: String) throws(CommandFailure) -> String {
        guard let value = value(name) else { throw .usage("\(name) is missing", "add \(name) \(placeholder)") }
        return value
    }

    /// The value of an option that is one of a few words.
    func choice(_ name: String, _ words: [String], else fallback: String) throws(CommandFailure) -> String {
        guard let value = value(name) else { return fallback }
        guard words.contains(value) else { throw .usage("\(name) \(value) is not known", Suggestion.sentence(for: value, among: words)) }
        return value
    }

    /// The value of an option that is a whole number of a range.
    func number(_ name: String, _ range: ClosedRange<Int>, else fallback: Int) throws(CommandFailure) -> Int {
        guard let value = value(name) else { return fallback }
        guard let number = Int(value), range.contains(number) else {
            throw .usage("\(name) \(value) is not such a number", "write a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func requireNoMore(than count: Int) throws(CommandFailure) {
        if positionals.count > count { throw .usage("\"\(positionals[count])\" is too much", "leave it out") }
    }
}
