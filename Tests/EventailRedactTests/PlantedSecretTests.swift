import EventailJSON
import EventailRedact
import Testing

/// 10,000 secrets made at random, put into lines in many ways; none may be found again, however the line's escapes are undone.
@Suite struct PlantedSecretTests {
    private static let count = 10_000

    @Test(arguments: zip([RedactionMode.mask, .hash, .drop], [20_251_121, 7, 1_999] as [UInt64])) func noneSurvives(_ mode: RedactionMode, _ seed: UInt64) {
        let redactor = Redactor(RedactionRules(patterns: Set(RedactionPattern.allCases), secretKeys: true, mode: mode, key: Array("a key for the tests".utf8)))
        let parser = TapeParser()
        var planter = SecretPlanter(seed: seed)
        for number in 0..<Self.count / 3 + 1 {
            let planted = planter.next()
            let output = redactor.redact(json: Array(planted.line.utf8)) ?? Array(planted.line.utf8)
            guard case .success = parser.parse(output) else {
                Issue.record("number \(number) is no JSON any more: \(planted.line) became \(String(decoding: output, as: UTF8.self))")
                continue
            }
            var text = String(decoding: output, as: UTF8.self)
            for _ in 0..<3 {
                if text.contains(planted.secret) {
                    Issue.record("number \(number) survived as \(text): \(planted.secret) in \(planted.line)")
                    break
                }
                text = SecretPlanter.unescaped(text)
            }
            #expect(output.starts(with: Array(#"{"n":"#.utf8)), "what stands around it is still there")
        }
    }
}

/// Makes secrets and lines around them.
struct SecretPlanter {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    struct Planted {
        let secret: String
        let line: String
    }

    mutating func next() -> Planted {
        let (secret, needsKey) = secret()
        return Planted(secret: secret, line: line(secret, needsKey))
    }

    // MARK: secrets

    private mutating func secret() -> (String, needsKey: Bool) {
        switch pick(20) {
        case 0, 1: return (letters(1 + pick(10)) + "." + alphanumeric(1 + pick(8)) + "@" + letters(1 + pick(8)) + "." + one(of: ["com", "co.uk", "io", "museum"]), false)
        case 2: return (alphanumeric(3) + "+" + letters(3) + "@" + letters(4) + "-" + letters(3) + ".org", false)
        case 3: return ("+" + one(of: ["49", "44", "1", "81"]) + one(of: ["", " ", "-"]) + digits(3) + one(of: ["", " ", "-"]) + "7" + digits(6), false)
        case 4: return ("(\(2 + pick(8))\(digits(2))) \(2 + pick(8))\(digits(2))-\(digits(4))", false)
        case 5:
            let gap = one(of: ["-", "."])
            return ("\(2 + pick(8))\(digits(2))\(gap)\(2 + pick(8))\(digits(2))\(gap)\(digits(4))", false)
        case 6: return ("\(1 + pick(5))\(1 + pick(9))\(1 + pick(9))-\(1 + pick(9))\(pick(10))-\(1 + pick(9))\(digits(3))", false)
        case 7, 8: return (card(), false)
        case 9: return ("\(1 + pick(223)).\(pick(256)).\(pick(256)).\(1 + pick(255))", false)
        case 10: return ("2001:db8:" + (0..<6).map { _ in String(1 + pick(0xFFFE), radix: 16) }.joined(separator: ":"), false)
        case 11: return ("fe80::" + String(1 + pick(0xFFFE), radix: 16) + ":" + String(0x1000 + pick(0xEFFF), radix: 16) + ":1", false)
        case 12: return (one(of: ["sk-ant-api03-", "sk-proj-", "sk-or-v1-"]) + alphanumeric(32), false)
        case 13: return (one(of: ["ghp_", "gho_", "ghs_"]) + alphanumeric(36), false)
        case 14: return (one(of: ["AKIA", "ASIA"]) + upper(7) + "7" + upper(8), false)
        case 15: return (one(of: ["xoxb-", "xoxp-", "glpat-", "whsec_", "ya29."]) + alphanumeric(24), false)
        case 16: return (one(of: ["sk_live_", "rk_live_", "gsk_", "xai-", "pplx-"]) + alphanumeric(32), false)
        case 17: return ("AIza" + alphanumeric(35), false)
        case 18: return ("eyJ" + alphanumeric(20) + ".eyJ" + alphanumeric(40) + "." + alphanumeric(43), false)
        default: return (alphanumeric(4) + one(of: ["!", "/", " ", "?"]) + alphanumeric(6), true)
        }
    }

    private mutating func card() -> String {
        let (lead, length) = one(of: [("4", 16), ("5" + String(1 + pick(5)), 16), ("37", 15), ("6011", 16)])
        var numbers = (lead + digits(length - 1 - lead.utf8.count)).utf8.map { Int($0) - 48 }
        var sum = 0
        for (index, digit) in numbers.reversed().enumerated() { sum += index % 2 == 0 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit }
        numbers.append((10 - sum % 10) % 10)
        let text = numbers.map(String.init).joined()
        if length != 16 || pick(2) == 0 { return text }
        let gap = one(of: [" ", "-"])
        return stride(from: 0, to: 16, by: 4).map { start in String(text.dropFirst(start).prefix(4)) }.joined(separator: gap)
    }

    // MARK: lines

    private mutating func line(_ secret: String, _ needsKey: Bool) -> String {
        let key = one(of: ["password", "db_password", "clientSecret", "access-token", "Authorization", "API_KEY", "x-api-key"])
        var value = needsKey || pick(8) == 0 ? "" : one(of: ["", "see ", "a \\\"quoted\\\" ", "line\\n", "tab\\t", "caf\\u00e9 ", "id=", "(", "\\\\"])
        let isPlain = needsKey || !value.isEmpty || pick(2) == 0
        value += hidden(secret)
        if isPlain && !needsKey { value += one(of: ["", " etc.", "\\n", ")", "\\\" said"]) }
        let member = needsKey ? "\"\(key)\":\"\(value)\"" : "\"text\":\"\(value)\""
        switch pick(4) {
        case 0: return "{\"n\":1,\"time\":\"2025-01-01T00:00:00Z\",\(member)}"
        case 1: return "{\"n\":1,\"list\":[{\"a\":[1,2],\(member) , \"z\":null}],\"b\":2}"
        case 2: return "{\"n\":1,\"arguments\":\"\(escaped("{\"q\":1," + member + "}"))\"}"
        default: return "{\"n\":1,\"message\":{\"content\":[{\"type\":\"text\",\(member)},{\"c\":1}]}}"
        }
    }

    /// The secret as a string's content; now and then characters of it are written as escapes.
    private mutating func hidden(_ secret: String) -> String {
        let often = pick(4) == 0 ? 3 : 0
        var text = ""
        for scalar in secret.unicodeScalars {
            if often > 0 && pick(often) == 0 {
                let code = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - code.utf8.count) + code
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private func escaped(_ text: String) -> String {
        var output = ""
        for character in text { output += character == "\"" || character == "\\" ? "\\\(character)" : String(character) }
        return output
    }

    /// One level of escapes undone.
    static func unescaped(_ text: String) -> String {
        var output: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x5C && index + 5 < bytes.count && bytes[index + 1] == 0x75,
                let code = UInt32(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16), let scalar = UnicodeScalar(code)
            {
                output += Array(String(Character(scalar)).utf8)
                index += 6
            } else if bytes[index] == 0x5C && index + 1 < bytes.count {
                output.append(bytes[index + 1])
                index += 2
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    // MARK: chance

    private mutating func pick(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(count))
    }

    private mutating func one<Item>(of items: [Item]) -> Item { items[pick(items.count)] }

    private mutating func text(_ alphabet: String, _ count: Int) -> String {
        let characters = Array(alphabet)
        return String((0..<count).map { _ in characters[pick(characters.count)] })
    }

    private mutating func letters(_ count: Int) -> String { text("abcdefghijklmnopqrstuvwxyz", count) }
    private mutating func upper(_ count: Int) -> String { text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", count) }
    private mutating func digits(_ count: Int) -> String { text("0123456789", count) }
    private mutating func alphanumeric(_ count: Int) -> String { text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", count - 1) + digits(1) }
}
