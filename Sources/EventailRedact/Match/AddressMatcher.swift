/// Finds addresses of the Internet. Those that are every machine's own (`127.0.0.1`, `::1`, `0.0.0.0`) stay.
enum AddressMatcher {
    private static let dot: UInt8 = 0x2E
    private static let colon: UInt8 = 0x3A
    static let longest = 45

    /// From the first dot.
    static func version4(_ text: ScannedText, at dot: Int) -> Found? {
        var start = dot
        while dot - start < 4 && text[start - 1].isDigit { start -= 1 }
        guard text.isBoundary(start), text[start - 1] != Self.dot else { return nil }
        var index = start
        var address: UInt32 = 0
        for octet in 0..<4 {
            let first = index
            var value: UInt32 = 0
            while text[index].isDigit && index - first < 4 {
                value = value * 10 + UInt32(text[index] &- 0x30)
                index += 1
            }
            if index == first || value > 255 || text[first] == 0x30 && index - first > 1 { return nil }
            address = address << 8 | value
            if octet == 3 { break }
            guard text[index] == Self.dot else { return nil }
            index += 1
        }
        let after = text[index]
        if after.isAlphanumeric || after == Self.dot && text[index + 1].isDigit { return nil }
        return address == 0x7F00_0001 || address == 0 || address == .max ? nil : Found(.ip, start, index)
    }

    /// From one of the colons.
    static func version6(_ text: ScannedText, at colon: Int) -> Found? {
        if text[colon + 1] == Self.colon && text[colon + 2] == Self.colon { return nil }
        var start = colon
        while colon - start < longest && (text[start - 1].isHexadecimal || text[start - 1] == Self.colon) { start -= 1 }
        // The rest of an escape: \f, \b, \u00e9.
        if text[start - 1] == 0x5C && (text[start] == 0x66 || text[start] == 0x62) { start += 1 }
        if text[start - 1] == 0x75 && text[start - 2] == 0x5C { start += 4 }
        guard start <= colon, text.isBoundary(start) else { return nil }
        var end = colon
        while end - start <= longest && (text[end].isHexadecimal || text[end] == Self.colon || text[end] == dot) { end += 1 }
        if end - start > longest || text[end].isAlphanumeric { return nil }
        // A sentence may go on behind it.
        while end > start, text[end - 1] == dot || text[end - 1] == Self.colon && text[end - 2] != Self.colon { end -= 1 }
        return isVersion6(text, start, end) ? Found(.ip, start, end) : nil
    }

    private static func isVersion6(_ text: ScannedText, _ start: Int, _ end: Int) -> Bool {
        var index = start
        var (groups, gaps, longer, hasDigit) = (0, 0, 0, false)
        if text[index] == colon {
            guard text[index + 1] == colon else { return false }
            gaps = 1
            index += 2
        }
        while index < end {
            let first = index
            while text[index].isHexadecimal && index < end {
                hasDigit = hasDigit || text[index].isDigit
                index += 1
            }
            if index == first || index - first > 4 { return false }
            if text[index] == dot && index < end {
                // The last two groups may be written as a version 4 address.
                guard groups > 0 || gaps > 0 else { return false }
                groups += 2
                return (gaps == 1 ? groups <= 7 : groups == 8) && version4(text.part(first, end - first), at: index - first) != nil
            }
            groups += 1
            if index - first > 1 { longer += 1 }
            if index >= end { break }
            guard text[index] == colon else { return false }
            index += 1
            if text[index] == colon && index < end {
                gaps += 1
                index += 1
            } else if index >= end {
                return false
            }
        }
        if gaps == 0 { return groups == 8 }
        // Without a digit it is two words of a program (`face::add`); ::1 is this machine, ::2 nobody's.
        return gaps == 1 && groups < 8 && hasDigit && longer > 0
    }
}
