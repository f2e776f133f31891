/// A pattern of paths: `*`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, `\` before a character meant as itself, and `**` for any number of folders.
///
/// No wildcard but `**` matches a slash. A leading dot of a name is nothing special, because agents write below hidden folders.
/// *Limits*: `mostAlternatives` patterns after braces are opened.
struct Glob: Sendable {
    let pattern: String
    /// One for each choice of the braces.
    let alternatives: [Alternative]

    static let mostAlternatives = 256

    init(_ pattern: String) throws(TailError) {
        self.pattern = pattern
        var made: [Alternative] = []
        for text in try Self.openBraces(Array(pattern.utf8), of: pattern) { made.append(try Alternative(text, of: pattern)) }
        alternatives = made
    }

    func matches(_ path: String) -> Bool {
        let parts = Self.split(path)
        return alternatives.contains { $0.matches(parts) }
    }

    /// Whether something below the folder at `path` may match.
    func mayMatchBelow(_ path: String) -> Bool {
        let parts = Self.split(path)
        return alternatives.contains { $0.mayMatchBelow(parts) }
    }

    /// The names of a path; empty ones and `.` say nothing.
    static func split(_ path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." }
    }

    /// A pattern without braces, name by name.
    struct Alternative: Sendable {
        let isAbsolute: Bool
        let parts: [Part]

        enum Part: Sendable, Equatable {
            case literal(String)
            case wildcard(NamePattern)
            /// `**`
            case anyDepth
        }

        init(_ text: [UInt8], of pattern: String) throws(TailError) {
            isAbsolute = text.first == 0x2F
            var parts: [Part] = []
            for name in text.split(separator: 0x2F) where name != [0x2E] {
                if name == [0x2A, 0x2A] {
                    if parts.last != .anyDepth { parts.append(.anyDepth) }
                } else {
                    let compiled = try NamePattern(Array(name), of: pattern)
                    parts.append(compiled.literal.map { .literal($0) } ?? .wildcard(compiled))
                }
            }
            guard let last = parts.last else { throw .pattern(pattern, reason: "it names no file") }
            if last == .anyDepth { parts.append(.wildcard(.anything)) }
            self.parts = parts
        }

        /// The folder to start from and how many parts lead to it.
        var start: (folder: String, index: Int) {
            var folder = isAbsolute ? "/" : "."
            var index = 0
            while index < parts.count - 1, case .literal(let name) = parts[index] {
                folder = Self.join(folder, name)
                index += 1
            }
            return (folder, index)
        }

        static func join(_ folder: String, _ name: some StringProtocol) -> String {
            folder == "/" ? "/" + name : folder == "." ? String(name) : folder + "/" + name
        }

        func matches(_ path: [Substring]) -> Bool { matches(path[...], from: 0, prefix: false) }

        func mayMatchBelow(_ path: [Substring]) -> Bool { matches(path[...], from: 0, prefix: true) }

        /// With `prefix` it is enough that the path ends before the pattern does.
        private func matches(_ path: ArraySlice<Substring>, from start: Int, prefix: Bool) -> Bool {
            var path = path
            var index = start
            while index < parts.count {
                if parts[index] == .anyDepth {
                    if prefix { return true }
                    for skipped in 0...path.count where matches(path.dropFirst(skipped), from: index + 1, prefix: false) { return true }
                    return false
                }
                guard let name = path.first else { return prefix }
                if !parts[index].matches(name) { return false }
                path = path.dropFirst()
                index += 1
            }
            return path.isEmpty && !prefix
        }
    }

    private static func openBraces(_ text: [UInt8], of pattern: String) throws(TailError) -> [[UInt8]] {
        guard let open = unescaped(0x7B, in: text, from: 0) else {
            if unescaped(0x7D, in: text, from: 0) != nil { throw .pattern(pattern, reason: "a `}` without `{`") }
            return [text]
        }
        var depth = 0
        var choices: [[UInt8]] = [[]]
        var index = open
        while index < text.count {
            let byte = text[index]
            if byte == 0x5C, index + 1 < text.count {
                choices[choices.count - 1] += [byte, text[index + 1]]
                index += 2
                continue
            }
            if byte == 0x7B {
                depth += 1
                if depth > 1 { choices[choices.count - 1].append(byte) }
            } else if byte == 0x7D {
                depth -= 1
                if depth == 0 { break }
                choices[choices.count - 1].append(byte)
            } else if byte == 0x2C, depth == 1 {
                choices.append([])
            } else {
                choices[choices.count - 1].append(byte)
            }
            index += 1
        }
        if depth != 0 { throw .pattern(pattern, reason: "a `{` without `}`") }
        var opened: [[UInt8]] = []
        for choice in choices {
            opened += try openBraces(Array(text[..<open]) + choice + Array(text[(index + 1)...]), of: pattern)
            if opened.count > mostAlternatives { throw .pattern(pattern, reason: "more than \(mostAlternatives) choices") }
        }
        return opened
    }

    private static func unescaped(_ byte: UInt8, in text: [UInt8], from start: Int) -> Int? {
        var index = start
        while index < text.count {
            if text[index] == 0x5C { index += 2; continue }
            if text[index] == byte { return index }
            index += 1
        }
        return nil
    }
}

extension Glob.Alternative.Part {
    func matches(_ name: Substring) -> Bool {
        switch self {
        case .literal(let text): name == text
        case .wildcard(let pattern): pattern.matches(name.utf8)
        case .anyDepth: true
        }
    }
}
