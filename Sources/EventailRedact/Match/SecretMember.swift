/// Finds the values of keys that look secret, in the line's own JSON and in JSON that lies in its strings (`{\"password\":\"...\"}`).
///
/// A quote's backslashes tell how deep it lies: none, one, three, seven. Nothing before the key is read.
enum SecretMember {
    private static let quote: UInt8 = 0x22
    private static let backslash: UInt8 = 0x5C

    /// From a place within the key.
    static func match(_ text: ScannedText, at place: Int) -> Found? {
        var end = place
        while end - place <= SecretName.longest && isKeyPart(text[end]) { end += 1 }
        let depth = backslashes(text, from: end)
        guard text[end + depth] == quote, depth & (depth + 1) == 0 else { return nil }
        let colon = skipSpace(text, end + depth + 1)
        guard text[colon] == 0x3A else { return nil }
        var start = place
        while place - start <= SecretName.longest && isKeyPart(text[start - 1]) { start -= 1 }
        guard text[start - 1] == quote else { return nil }
        var opening = start - 1
        while text[opening - 1] == backslash { opening -= 1 }
        guard start - 1 - opening == depth else { return nil }
        let verdict = SecretName.verdict(text, start, end)
        return verdict == .harmless ? nil : value(text, behind: colon, of: opening, depth, verdict)
    }

    /// The value behind a key's colon; nil when it holds no secret: it is empty, null, true or false.
    static func value(_ text: ScannedText, behind colon: Int, of member: Int, _ depth: Int, _ verdict: SecretName.Verdict) -> Found? {
        let start = skipSpace(text, colon + 1)
        if isQuote(text, start, depth) {
            let inside = start + depth + 1
            let end = endOfString(text, inside, depth)
            if end == inside { return nil }
            var found = Found(.secret, inside, end)
            found.member = member..<(isQuote(text, end, depth) ? end + depth + 1 : end)
            return found
        }
        let byte = text[start]
        if byte == 0x6E || byte == 0x74 || byte == 0x66 { return nil }
        let isNumber = byte.isDigit || byte == 0x2D
        if isNumber && verdict == .text { return nil }
        let end = byte == 0x7B || byte == 0x5B ? endOfContainer(text, start, depth) : isNumber ? endOfScalar(text, start) : start
        if end <= start { return nil }
        var found = Found(.secret, start, end)
        found.quoting = depth
        found.member = member..<end
        return found
    }

    private static func isKeyPart(_ byte: UInt8) -> Bool {
        byte.isTokenPart || byte == 0x2E || byte == 0x20 || byte == 0x24 || byte == 0x3A || byte == 0x2F
    }

    private static func backslashes(_ text: ScannedText, from start: Int) -> Int {
        var end = start
        while text[end] == backslash { end += 1 }
        return end - start
    }

    private static func isQuote(_ text: ScannedText, _ index: Int, _ depth: Int) -> Bool {
        backslashes(text, from: index) == depth && text[index + depth] == quote
    }

    /// Behind spaces, and behind `\n` and `\t` of JSON within a string.
    static func skipSpace(_ text: ScannedText, _ start: Int) -> Int {
        var index = start
        while true {
            if text[index].isSpace {
                index += 1
            } else if text[index] == backslash {
                let after = index + backslashes(text, from: index)
                guard text[after] == 0x6E || text[after] == 0x74 || text[after] == 0x72 else { return index }
                index = after + 1
            } else {
                return index
            }
        }
    }

    /// Where a string's closing quote begins, backslashes included; of one that is cut, the end of what there is of it.
    static func endOfString(_ text: ScannedText, _ start: Int, _ depth: Int) -> Int {
        var index = start
        while index < text.count {
            if text[index] != backslash && text[index] != quote {
                index += 1
                continue
            }
            let count = backslashes(text, from: index)
            if text[index + count] != quote {
                index += count + 1
                continue
            }
            // Behind an even number of its own escapes it closes; a quote of less depth closes what this string lies in.
            if count % (2 * depth + 2) == depth { return index + count - depth }
            if count % (depth + 1) != depth { return index + count - count % (depth + 1) }
            index += count + 1
        }
        return min(index, text.count)
    }

    static func endOfContainer(_ text: ScannedText, _ start: Int, _ depth: Int) -> Int {
        var index = start
        var open = 0
        while index < text.count {
            switch text[index] {
            case 0x7B, 0x5B:
                open += 1
                index += 1
            case 0x7D, 0x5D:
                open -= 1
                index += 1
                if open == 0 { return index }
            case backslash, quote:
                let count = backslashes(text, from: index)
                if text[index + count] != quote {
                    index += count + 1
                } else if count == depth {
                    let end = endOfString(text, index + count + 1, depth)
                    if !isQuote(text, end, depth) { return end }
                    index = end + depth + 1
                } else {
                    return index
                }
            default: index += 1
            }
        }
        return text.count
    }

    private static func endOfScalar(_ text: ScannedText, _ start: Int) -> Int {
        var index = start
        while text[index].isAlphanumeric || text[index] == 0x2D || text[index] == 0x2B || text[index] == 0x2E { index += 1 }
        return index
    }
}
