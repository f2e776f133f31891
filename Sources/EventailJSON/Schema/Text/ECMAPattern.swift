/// Writes an ECMA-262 (Unicode mode) regular expression in PCRE2's words.
///
/// Every literal becomes itself or a code point, every class its ranges, so that nothing that only PCRE2 knows keeps a meaning.
struct ECMAPattern {
    /// Why a pattern is no ECMA-262 expression.
    struct Refusal: Error { let reason: String }

    private let text: [Unicode.Scalar]
    private var at = 0
    private var output = ""
    private var open = 0

    static func translated(_ pattern: String) throws(Refusal) -> String {
        var translation = ECMAPattern(text: Array(pattern.unicodeScalars))
        try translation.run()
        return translation.output
    }

    private init(text: [Unicode.Scalar]) { self.text = text }

    private static let spaces: [ClosedRange<UInt32>] = [
        0x9...0xD, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F, 0x205F...0x205F,
        0x3000...0x3000, 0xFEFF...0xFEFF,
    ]
    private static let lineEnds: [ClosedRange<UInt32>] = [0xA...0xA, 0xD...0xD, 0x2028...0x2029]
    private static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    private static let words: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? { at + ahead < text.count ? text[at + ahead] : nil }

    private mutating func run() throws(Refusal) {
        var canRepeat = false
        while let scalar = peek() {
            at += 1
            switch scalar {
            case "\\": canRepeat = try escape()
            case "[":
                try bracket()
                canRepeat = true
            case ".":
                output += "[^" + Self.written(Self.lineEnds) + "]"
                canRepeat = true
            case "(":
                try group()
                canRepeat = false
            case ")":
                open -= 1
                if open < 0 { throw Refusal(reason: "a ')' closes nothing") }
                output += ")"
                canRepeat = true
            case "^", "$", "|":
                output.unicodeScalars.append(scalar)
                canRepeat = false
            case "*", "+", "?":
                if !canRepeat { throw Refusal(reason: "'\(scalar)' has nothing to repeat") }
                output.unicodeScalars.append(scalar)
                lazily()
                canRepeat = false
            case "{":
                if let quantifier = quantifier() {
                    if !canRepeat { throw Refusal(reason: "'{' has nothing to repeat") }
                    output += quantifier
                    lazily()
                    canRepeat = false
                } else {
                    output += "\\{"
                    canRepeat = true
                }
            default:
                output += Self.literal(scalar.value)
                canRepeat = true
            }
        }
        if open != 0 { throw Refusal(reason: "a '(' is not closed") }
    }

    private mutating func lazily() {
        if peek() == "?" { output += "?"; at += 1 }
    }

    /// Reads `n}`, `n,}` or `n,m}`; nil and nothing read when it is none.
    private mutating func quantifier() -> String? {
        var ahead = 0
        var body = ""
        while let scalar = peek(ahead), scalar != "}" {
            if !("0"..."9").contains(scalar) && scalar != "," { return nil }
            body.unicodeScalars.append(scalar)
            ahead += 1
        }
        if peek(ahead) == nil || body.isEmpty || body.first == "," || body.filter({ $0 == "," }).count > 1 { return nil }
        at += ahead + 1
        return "{" + body + "}"
    }

    private mutating func group() throws(Refusal) {
        open += 1
        if peek() != "?" { output += "("; return }
        for start in ["?:", "?=", "?!", "?<=", "?<!"] where text[at...].starts(with: start.unicodeScalars) {
            at += start.unicodeScalars.count
            output += "(" + start
            return
        }
        if peek(1) == "<" {
            at += 2
            output += "(?<" + (try name()) + ">"
            return
        }
        throw Refusal(reason: "'(?' is followed by what ECMA-262 does not know")
    }

    private mutating func name() throws(Refusal) -> String {
        var name = ""
        while let scalar = peek(), scalar != ">" {
            let isDigit = ("0"..."9").contains(scalar)
            if !("a"..."z").contains(scalar) && !("A"..."Z").contains(scalar) && scalar != "_" && !(isDigit && !name.isEmpty) {
                throw Refusal(reason: "a group's name has letters, digits and '_' only")
            }
            name.unicodeScalars.append(scalar)
            at += 1
        }
        if peek() == nil || name.isEmpty || name.utf8.count > 32 { throw Refusal(reason: "a group's name is not closed, empty or too long") }
        at += 1
        return name
    }

    // MARK: escapes outside brackets

    /// Returns whether what was escaped can be repeated.
    private mutating func escape() throws(Refusal) -> Bool {
        guard let scalar = peek() else { throw Refusal(reason: "it ends in a '\\'") }
        switch scalar {
        case "b", "B":
            at += 1
            output += "\\" + String(scalar)
            return false
        case "1"..."9":
            var number = ""
            while let digit = peek(), ("0"..."9").contains(digit) { number.unicodeScalars.append(digit); at += 1 }
            output += "\\g{" + number + "}"
            return true
        case "k":
            at += 1
            if peek() != "<" { throw Refusal(reason: "'\\k' wants a group's name in '<>'") }
            at += 1
            output += "\\k<" + (try name()) + ">"
            return true
        default:
            switch try atom() {
            case .scalar(let value): output += Self.literal(value)
            case .ranges(let ranges): output += "[" + Self.written(ranges) + "]"
            case .property(let property): output += property
            }
            return true
        }
    }

    private enum Atom {
        case scalar(UInt32)
        case ranges([ClosedRange<UInt32>])
        case property(String)
    }

    /// Reads what follows a backslash, inside or outside brackets.
    private mutating func atom() throws(Refusal) -> Atom {
        guard let scalar = peek() else { throw Refusal(reason: "it ends in a '\\'") }
        at += 1
        switch scalar {
        case "d": return .ranges(Self.digits)
        case "D": return .ranges(Self.complement(Self.digits))
        case "w": return .ranges(Self.words)
        case "W": return .ranges(Self.complement(Self.words))
        case "s": return .ranges(Self.spaces)
        case "S": return .ranges(Self.complement(Self.spaces))
        case "t": return .scalar(9)
        case "n": return .scalar(10)
        case "v": return .scalar(11)
        case "f": return .scalar(12)
        case "r": return .scalar(13)
        case "0":
            if let next = peek(), ("0"..."9").contains(next) { throw Refusal(reason: "octal escapes are not allowed") }
            return .scalar(0)
        case "c":
            guard let letter = peek(), ("a"..."z").contains(letter) || ("A"..."Z").contains(letter) else { throw Refusal(reason: "'\\c' wants a letter") }
            at += 1
            return .scalar(letter.value & 31)
        case "x":
            guard let value = hex(2) else { throw Refusal(reason: "'\\x' wants two hexadecimal digits") }
            return .scalar(value)
        case "u": return .scalar(try codePoint())
        case "p", "P": return .property(try property(scalar == "P"))
        case "^", "$", "\\", ".", "*", "+", "?", "(", ")", "[", "]", "{", "}", "|", "/", "-": return .scalar(scalar.value)
        default:
            let isWord = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
            if isWord { throw Refusal(reason: "'\\\(scalar)' is no escape of ECMA-262") }
            return .scalar(scalar.value)
        }
    }

    private mutating func hex(_ count: Int) -> UInt32? {
        guard at + count <= text.count else { return nil }
        var value: UInt32 = 0
        for index in at..<at + count {
            guard let digit = Character(text[index]).hexDigitValue, text[index].isASCII else { return nil }
            value = value * 16 + UInt32(digit)
        }
        at += count
        return value
    }

    private mutating func codePoint() throws(Refusal) -> UInt32 {
        let refusal = Refusal(reason: "'\\u' wants four hexadecimal digits or a code point in braces")
        if peek() == "{" {
            at += 1
            var value: UInt32 = 0
            var count = 0
            while peek() != "}" {
                guard let digit = hex(1), value <= 0x10FFFF else { throw refusal }
                value = value * 16 + digit
                count += 1
            }
            at += 1
            if count == 0 || Unicode.Scalar(value) == nil { throw refusal }
            return value
        }
        guard let value = hex(4) else { throw refusal }
        if (0xD800...0xDBFF).contains(value), peek() == "\\", peek(1) == "u" {
            let before = at
            at += 2
            if let low = hex(4), (0xDC00...0xDFFF).contains(low) { return 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00) }
            at = before
        }
        if Unicode.Scalar(value) == nil { throw Refusal(reason: "half of a surrogate pair matches nothing") }
        return value
    }

    private mutating func property(_ isNegated: Bool) throws(Refusal) -> String {
        var name = ""
        let close = peek() == "{"
        if !close { throw Refusal(reason: "'\\p' wants a property in braces") }
        at += 1
        while let scalar = peek(), scalar != "}" { name.unicodeScalars.append(scalar); at += 1 }
        if peek() == nil || name.isEmpty { throw Refusal(reason: "a property is not closed or empty") }
        at += 1
        return (isNegated ? "\\P{" : "\\p{") + UnicodeProperty.named(name) + "}"
    }

    // MARK: brackets

    private mutating func bracket() throws(Refusal) {
        let isNegated = peek() == "^"
        if isNegated { at += 1 }
        var body = ""
        while true {
            guard let scalar = peek() else { throw Refusal(reason: "a '[' is not closed") }
            if scalar == "]" { at += 1; break }
            let low = try bracketAtom()
            guard peek() == "-", let next = peek(1), next != "]" else { body += Self.written(low); continue }
            at += 1
            let high = try bracketAtom()
            if case .scalar(let from) = low, case .scalar(let to) = high {
                if from > to { throw Refusal(reason: "a range runs backwards") }
                body += Self.written([from...to])
            } else {
                body += Self.written(low) + "\\-" + Self.written(high)
            }
        }
        if body.isEmpty { output += isNegated ? "[\\x{0}-\\x{10ffff}]" : "(?!)" } else { output += (isNegated ? "[^" : "[") + body + "]" }
    }

    private mutating func bracketAtom() throws(Refusal) -> Atom {
        guard let scalar = peek() else { throw Refusal(reason: "a '[' is not closed") }
        at += 1
        if scalar != "\\" { return .scalar(scalar.value) }
        if peek() == "b" { at += 1; return .scalar(8) }
        return try atom()
    }

    // MARK: writing

    private static func literal(_ value: UInt32) -> String {
        let isWord = words.contains { $0.contains(value) }
        return isWord ? String(Unicode.Scalar(UInt8(value))) : "\\x{" + String(value, radix: 16) + "}"
    }

    private static func written(_ ranges: [ClosedRange<UInt32>]) -> String {
        ranges.map { $0.count == 1 ? literal($0.lowerBound) : literal($0.lowerBound) + "-" + literal($0.upperBound) }.joined()
    }

    private static func written(_ atom: Atom) -> String {
        switch atom {
        case .scalar(let value): literal(value)
        case .ranges(let ranges): written(ranges)
        case .property(let property): property
        }
    }

    private static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var found: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { found.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        return found + [next...0x10FFFF]
    }
}
