/// Finds phone numbers, social security numbers and credit cards.
enum NumberMatcher {
    private static let dash: UInt8 = 0x2D
    private static let space: UInt8 = 0x20
    private static let dot: UInt8 = 0x2E
    private static let plus: UInt8 = 0x2B

    // MARK: social security numbers

    /// `123-45-6789` or with spaces, from the first gap.
    static func socialSecurity(_ text: ScannedText, at gap: Int) -> Found? {
        let separator = text[gap]
        guard separator == dash || separator == space, text[gap + 3] == separator, digits(text, gap - 3, 3), digits(text, gap + 1, 2),
            digits(text, gap + 4, 4)
        else { return nil }
        let (start, end) = (gap - 3, gap + 8)
        guard standsAlone(text, start, end, separator) else { return nil }
        let area = number(text, start, 3)
        if area == 0 || area == 666 || area >= 900 || number(text, gap + 1, 2) == 0 || number(text, gap + 4, 4) == 0 { return nil }
        return Found(.ssn, start, end)
    }

    // MARK: phone numbers

    /// `+44 20 7946 0958`: a plus and 8 to 15 digits in groups.
    static func international(_ text: ScannedText, at sign: Int) -> Found? {
        guard text.isBoundary(sign), text[sign - 1] != plus, text[sign + 1].isDigit, text[sign + 1] != 0x30 else { return nil }
        var index = sign + 1
        var (count, gaps) = (0, 0)
        // The last end of a group at which the number could be over.
        var end = -1
        while gaps <= 2 {
            let byte = text[index]
            if byte.isDigit {
                count += 1
                gaps = 0
                if count > 15 { break }
            } else {
                if gaps == 0 && count >= 8 { end = index }
                guard byte == space || byte == dash || byte == dot || byte == 0x28 || byte == 0x29 else { break }
                gaps += 1
            }
            index += 1
        }
        return end < 0 ? nil : Found(.phone, sign, end)
    }

    /// `555-123-4567`, `(555) 123-4567`, `1 555 123 4567`, from the gap before the last seven digits.
    static func northAmerican(_ text: ScannedText, at gap: Int) -> Found? {
        let separator = text[gap + 4]
        guard separator == dash || separator == space || separator == dot, digits(text, gap + 1, 3), digits(text, gap + 5, 4) else { return nil }
        let end = gap + 9
        var start = gap
        let first = text[gap]
        if first == 0x29 || first == space && text[gap - 1] == 0x29 {
            start = first == 0x29 ? gap : gap - 1
            guard digits(text, start - 3, 3), text[start - 4] == 0x28 else { return nil }
            start -= 4
        } else {
            guard first == separator, digits(text, gap - 3, 3) else { return nil }
            start -= 3
            // Between dots and spaces there are often plain numbers.
            if separator != dash && (text[start] < 0x32 || text[gap + 1] < 0x32) { return nil }
        }
        let hasCountry = text[start - 2] == 0x31 && (text[start - 1] == space || text[start - 1] == dash || text[start - 1] == dot)
        if hasCountry && text.isBoundary(start - 2) { start -= 2 }
        if text[start - 1] == plus { start -= 1 }
        return standsAlone(text, start, end, separator) ? Found(.phone, start, end) : nil
    }

    // MARK: credit cards

    /// 13 to 19 digits whose first ones an issuer has and whose last one is right, together or in the usual groups.
    static func creditCard(_ text: ScannedText, at start: Int) -> Found? {
        let before = text[start - 1]
        guard text.isBoundary(start), before != dot, before != plus else { return nil }
        let separator = text[start + 4]
        let isGrouped = separator == dash || separator == space
        var end = start
        var count = 0
        var groups = 0
        var group = 0
        while count < 20 {
            let byte = text[end]
            if byte.isDigit {
                count += 1
                group += 1
                end += 1
                continue
            }
            groups = groups << 4 | group
            guard isGrouped, byte == separator, text[end + 1].isDigit, !isComplete(groups) else { break }
            group = 0
            end += 1
        }
        let after = text[end]
        if count >= 20 || after.isAlphanumeric || after == dot && text[end + 1].isDigit { return nil }
        if isGrouped && !isComplete(groups) { return nil }
        guard hasIssuer(text, start, count, isGrouped ? separator : 0), isLuhn(text, start, end) else { return nil }
        return Found(.creditCard, start, end)
    }

    /// 4-4-4-4, 4-4-4-4-3, 4-6-5 and 4-6-4, as hexadecimal digits.
    private static func isComplete(_ groups: Int) -> Bool { groups == 0x4444 || groups == 0x44443 || groups == 0x465 || groups == 0x464 }

    private static func hasIssuer(_ text: ScannedText, _ start: Int, _ count: Int, _ separator: UInt8) -> Bool {
        let lead = number(text, start, 4)
        switch lead / 100 {
        case 40...49: return count == 16 || count == 13 || count == 19
        case 51...55: return count == 16
        case 34, 37: return count == 15
        case 36, 38, 39: return count == 14
        case 30: return count == 14 && lead <= 3059
        case 35: return count == 16 && lead >= 3528
        case 22...27: return count == 16 && lead >= 2221 && lead <= 2720
        case 62: return count >= 16
        case 65: return count == 16 || count == 19
        case 60: return lead == 6011 && (count == 16 || count == 19)
        case 64: return lead >= 6440 && (count == 16 || count == 19)
        default: return false
        }
    }

    private static func isLuhn(_ text: ScannedText, _ start: Int, _ end: Int) -> Bool {
        var sum = 0
        var doubles = false
        for index in stride(from: end - 1, through: start, by: -1) where text[index].isDigit {
            var digit = Int(text[index] &- 0x30)
            if doubles { digit = digit > 4 ? digit * 2 - 9 : digit * 2 }
            sum += digit
            doubles.toggle()
        }
        return sum % 10 == 0
    }

    // MARK: parts

    private static func digits(_ text: ScannedText, _ start: Int, _ count: Int) -> Bool {
        for index in start..<start + count where !text[index].isDigit { return false }
        return true
    }

    private static func number(_ text: ScannedText, _ start: Int, _ count: Int) -> Int {
        var number = 0
        for index in start..<start + count { number = number * 10 + Int(text[index] &- 0x30) }
        return number
    }

    /// Whether nothing of the same kind goes on before or behind: a longer number, a word, a list of numbers.
    private static func standsAlone(_ text: ScannedText, _ start: Int, _ end: Int, _ separator: UInt8) -> Bool {
        let (before, after) = (text[start - 1], text[end])
        guard text.isBoundary(start), !after.isAlphanumeric else { return false }
        if (before == separator || before == dot || before == dash) && text[start - 2].isDigit { return false }
        return !((after == separator || after == dot || after == dash) && text[end + 1].isDigit)
    }
}
