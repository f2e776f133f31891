/// Hides in one text at a time what rules name.
///
/// A text without anything to hide costs one pass of the `CandidateScanner` and no copy. *Owns* the list of what was found. *Thread*: one.
public final class Redactor {
    private let rules: RedactionRules
    private let fields: FieldFinder
    private let wanted: CandidateScanner.Wanted
    private let has: Patterns
    private let grams: GramTable?
    let writer: RedactionWriter
    /// What the last `search` found, in order.
    private(set) var found: [Found] = []

    /// What kind of text is looked through.
    enum Form {
        /// A JSON value; it stays one.
        case json
        /// Anything.
        case plain
    }

    public init(_ rules: RedactionRules) {
        self.rules = rules
        fields = FieldFinder(rules.fields)
        writer = RedactionWriter(rules)
        has = Patterns(rules.patterns)
        wanted = CandidateScanner.Wanted(email: has.email || has.apiKey, digits: has.phone || has.ssn || has.creditCard || has.ip)
        let wantsKeys = has.apiKey || has.jwt
        grams = wantsKeys || rules.secretKeys ? GramTable(keys: wantsKeys, names: rules.secretKeys) : nil
    }

    /// A JSON line without what must not leave; nil when it may leave as it is.
    public func redact(json line: [UInt8]) -> [UInt8]? { redact(line, .json) }

    /// Any text without what must not leave; nil when it may leave as it is.
    public func redact(text: [UInt8]) -> [UInt8]? { redact(text, .plain) }

    /// The same for a text that is at hand as a string.
    public func redact(_ text: String) -> String {
        redact(Array(text.utf8), .plain).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    private func redact(_ bytes: [UInt8], _ form: Form) -> [UInt8]? {
        let padded = bytes + [UInt8](repeating: 0, count: ScannedText.padding)
        return unsafe padded.withUnsafeBytes { memory in
            guard let base = memory.baseAddress else { return nil }
            let text = unsafe ScannedText(base, count: bytes.count)
            if !search(text, form) { return nil }
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count + 64)
            writer.write(text, found, into: &output)
            return output
        }
    }

    /// Fills `found`; false when there is nothing to hide.
    func search(_ text: ScannedText, _ form: Form) -> Bool {
        found.removeAll(keepingCapacity: true)
        let isEscaped = scan(text, form)
        if isEscaped { searchEscapes(text, form) }
        if !fields.isEmpty && form == .json { fields.find(in: text, escaped: isEscaped, into: &found) }
        if found.isEmpty { return false }
        writer.order(&found)
        return true
    }

    /// All places of a text where something may have to be hidden.
    func candidates(_ text: ScannedText) -> [Int] {
        var scanner = CandidateScanner(text, wanted, grams)
        var places: [Int] = []
        while true {
            let place = scanner.next()
            if place < 0 { return places }
            places.append(place)
        }
    }

    /// The texts within the members that the last `search` found, escapes undone.
    func hiddenTexts(_ text: ScannedText) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        for piece in found where piece.kind == .secret {
            if piece.quoting < 0 {
                texts.append(plain(text, piece.start..<piece.end))
                continue
            }
            var index = piece.start
            while index < piece.end {
                if text[index] != 0x22 {
                    index += 1
                    continue
                }
                let end = min(piece.end, SecretMember.endOfString(text, index + 1, 0))
                if end > index + 1 { texts.append(plain(text, index + 1..<end)) }
                index = end + 1
            }
        }
        return texts
    }

    private func plain(_ text: ScannedText, _ range: Range<Int>) -> [UInt8] {
        let escaped = EscapedText(text, range)
        return Array(escaped.bytes.prefix(escaped.count))
    }

    /// Looks at all candidates; true when an escape may hide something.
    private func scan(_ text: ScannedText, _ form: Form) -> Bool {
        var scanner = CandidateScanner(text, wanted, grams)
        var covered = 0
        var isEscaped = false
        var strings = StringTracker(text)
        while true {
            let candidate = scanner.next()
            if candidate < 0 { return isEscaped }
            if text[candidate] == 0x5C {
                isEscaped = true
                continue
            }
            if candidate < covered { continue }
            guard var piece = match(text, candidate), piece.end > covered else { continue }
            piece.start = max(piece.start, covered)
            if form == .json && piece.kind == .creditCard && !strings.isInside(piece.start) { piece.quoting = 0 }
            found.append(piece)
            covered = piece.end
        }
    }

    private func match(_ text: ScannedText, _ candidate: Int) -> Found? {
        let byte = text[candidate]
        if byte.isLetter {
            if byte == 0x65 && has.jwt && text[candidate + 2] == 0x4A, let token = KeyMatcher.webToken(text, at: candidate) { return token }
            if has.apiKey {
                if let key = KeyMatcher.key(text, at: candidate) { return key }
                if byte | 0x20 == 0x72, text[candidate + 3] == 0x20, let token = KeyMatcher.bearerToken(text, at: candidate) { return token }
            }
            return rules.secretKeys ? SecretMember.match(text, at: candidate) : nil
        }
        switch byte {
        case 0x40:
            if has.apiKey, let password = KeyMatcher.passwordInAddress(text, at: candidate) { return password }
            return has.email ? EmailMatcher.match(text, at: candidate) : nil
        case 0x30...0x39: return has.creditCard ? NumberMatcher.creditCard(text, at: candidate) : nil
        case 0x2B: return has.phone ? NumberMatcher.international(text, at: candidate) : nil
        case 0x3A: return has.ip ? AddressMatcher.version6(text, at: candidate) : nil
        case 0x2E:
            if has.ip, let address = AddressMatcher.version4(text, at: candidate) { return address }
            return has.phone ? NumberMatcher.northAmerican(text, at: candidate) : nil
        case 0x20, 0x29, 0x2D:
            if byte == 0x2D && text[candidate + 1] == 0x42 { return has.apiKey ? KeyMatcher.privateKey(text, at: candidate) : nil }
            if has.ssn, let number = NumberMatcher.socialSecurity(text, at: candidate) { return number }
            return has.phone ? NumberMatcher.northAmerican(text, at: candidate) : nil
        default: return nil
        }
    }

    /// Looks again at the strings that have escapes where plain characters would do, with the escapes undone.
    private func searchEscapes(_ text: ScannedText, _ form: Form) {
        if form == .plain { return searchEscapes(text, 0..<text.count) }
        var index = 0
        while index < text.count {
            if text[index] != 0x22 {
                index += 1
                continue
            }
            let end = SecretMember.endOfString(text, index + 1, 0)
            searchEscapes(text, index + 1..<end)
            let colon = SecretMember.skipSpace(text, end + 1)
            if rules.secretKeys && text[colon] == 0x3A && end - index <= 6 * SecretName.longest {
                let name = EscapedText(text, index + 1..<end)
                let verdict = unsafe name.bytes.withUnsafeBytes { memory in
                    guard let base = memory.baseAddress else { return SecretName.Verdict.harmless }
                    return SecretName.verdict(unsafe ScannedText(base, count: name.count), 0, name.count)
                }
                if verdict != .harmless, let piece = SecretMember.value(text, behind: colon, of: index, 0, verdict) { found.append(piece) }
            }
            index = end + 1
        }
    }

    private func searchEscapes(_ text: ScannedText, _ range: Range<Int>) {
        var has = false
        for index in range where text[index] == 0x5C && text[index + 1] == 0x75 { has = true; break }
        if !has { return }
        let plain = EscapedText(text, range)
        let before = found.count
        unsafe plain.bytes.withUnsafeBytes { memory in
            guard let base = memory.baseAddress else { return }
            _ = scan(unsafe ScannedText(base, count: plain.count), .plain)
        }
        for index in before..<found.count {
            var piece = Found(found[index].kind, plain.origin(found[index].start), plain.origin(found[index].end))
            // Within a string of the line, where quotes would end it.
            piece.quoting = -1
            found[index] = piece
        }
    }
}

/// The patterns that are looked for, asked for at each candidate.
private struct Patterns {
    let email: Bool, phone: Bool, ssn: Bool, creditCard: Bool, apiKey: Bool, jwt: Bool, ip: Bool

    init(_ patterns: Set<RedactionPattern>) {
        email = patterns.contains(.email)
        phone = patterns.contains(.phone)
        ssn = patterns.contains(.ssn)
        creditCard = patterns.contains(.creditCard)
        apiKey = patterns.contains(.apiKey)
        jwt = patterns.contains(.jwt)
        ip = patterns.contains(.ip)
    }
}

/// Tells whether a place of a JSON line lies within a string; asked for places in ascending order.
private struct StringTracker {
    private let text: ScannedText
    private var index = 0
    private var inside = false

    init(_ text: ScannedText) { self.text = text }

    mutating func isInside(_ place: Int) -> Bool {
        while index < place {
            if text[index] == 0x22 {
                inside.toggle()
            } else if text[index] == 0x5C && inside {
                index += 1
            }
            index += 1
        }
        return inside
    }
}
