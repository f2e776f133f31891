/// Finds e-mail addresses from their `@`.
enum EmailMatcher {
    static let mostLocal = 64
    static let mostDomain = 253

    static func match(_ text: ScannedText, at sign: Int) -> Found? {
        let end = domainEnd(text, sign)
        if end < 0 { return nil }
        let start = localStart(text, sign)
        if start >= sign { return nil }
        // Whoever clones from a code host writes this name, which is nobody's.
        if sign - start == 3 && text.has(git, at: start) && text[end] == 0x3A { return nil }
        return Found(.email, start, end)
    }

    private static let git = Array("git".utf8)
    /// Names of files with an `@` in them: `icon@2x.png`.
    private static let fileEndings = ["png", "jpg", "jpeg", "gif", "svg", "webp"].map { Array($0.utf8) }

    /// The end of the longest domain name behind the sign whose last part is letters; -1 when there is none.
    private static func domainEnd(_ text: ScannedText, _ sign: Int) -> Int {
        var index = sign + 1
        var start = index
        var labels = 0
        var letters = true
        var end = -1
        while index - sign <= mostDomain + 1 {
            let byte = text[index]
            if byte.isAlphanumeric || byte == 0x2D {
                letters = letters && byte.isLetter
                index += 1
                continue
            }
            if index == start { break }
            if labels > 0 && (letters && index - start >= 2 || text.has(punycode, at: start)) { end = index }
            if byte != 0x2E { break }
            labels += 1
            index += 1
            start = index
            letters = true
        }
        if end > 0 && text[sign + 1].isDigit && text[sign + 2] == 0x78 && fileEndings.contains(where: { text.has($0, at: end - $0.count) }) { return -1 }
        return end
    }

    private static let punycode = Array("xn--".utf8)

    private static func localStart(_ text: ScannedText, _ sign: Int) -> Int {
        var start = sign
        while sign - start < mostLocal {
            let byte = text[start - 1]
            if byte.isAlphanumeric || byte == 0x2E || byte == 0x5F || byte == 0x25 || byte == 0x2B || byte == 0x2D || byte == 0x27 {
                start -= 1
            } else if byte & 0xC0 == 0x80, text[start - 2] >= 0xC3, text[start - 2] <= 0xDF {
                start -= 2
            } else if byte == 0x5C && start < sign {
                // What begins with a backslash is an escape: a letter beyond ASCII belongs to the name, all else ends it.
                let isUnicode = text.isUnicodeEscape(start)
                if isUnicode && (text[start + 1] != 0x30 || text[start + 2] != 0x30 || text[start + 3] >= 0x38) {
                    while text[start - 1] == 0x5C { start -= 1 }
                    continue
                }
                start += isUnicode ? 5 : 1
                break
            } else {
                break
            }
        }
        while start < sign, text[start] == 0x2E || text[start] == 0x27 { start += 1 }
        return start
    }
}
