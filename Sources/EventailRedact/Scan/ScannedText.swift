/// Bytes that are looked through: a line, or a text out of one.
///
/// Valid while its memory is. *Limits*: 32 bytes behind the end must be readable, though nothing depends on what they are.
@safe struct ScannedText {
    /// How far behind its end a text may be read.
    static let padding = 32
    let base: UnsafeRawPointer
    let count: Int

    init(_ base: UnsafeRawPointer, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    /// A byte; 0 before the beginning and behind the end, which is no character of any pattern.
    @inline(__always) subscript(_ index: Int) -> UInt8 {
        if index < 0 || index >= count { return 0 }
        return unsafe base.load(fromByteOffset: index, as: UInt8.self)
    }

    /// A part as a text of its own.
    func part(_ offset: Int, _ length: Int) -> ScannedText {
        precondition(offset >= 0 && length >= 0 && offset + length <= count, "a part lies within its text")
        return unsafe ScannedText(base + offset, count: length)
    }

    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "a range lies within its text")
        return unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// Whether a word is at a place.
    func has(_ word: [UInt8], at index: Int) -> Bool {
        for offset in 0..<word.count where self[index + offset] != word[offset] { return false }
        return true
    }

    /// Whether something may begin at a place: nothing of a word is before it. The letter of an escape (`\n`, `\u00e9`) is nothing of a word.
    func isBoundary(_ index: Int) -> Bool {
        let before = self[index - 1]
        if !before.isLetter && !before.isDigit { return true }
        return before.isLetter && self[index - 2] == 0x5C || self[index - 5] == 0x75 && self[index - 6] == 0x5C && isUnicodeEscape(index - 5)
    }

    /// Whether `u` and four hexadecimal digits are at a place.
    func isUnicodeEscape(_ index: Int) -> Bool {
        self[index] == 0x75 && self[index + 1].isHexadecimal && self[index + 2].isHexadecimal && self[index + 3].isHexadecimal
            && self[index + 4].isHexadecimal
    }
}

extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isHexadecimal: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
    var isAlphanumeric: Bool { isDigit || isLetter }
    /// Of tokens and URL-safe Base64.
    var isTokenPart: Bool { isAlphanumeric || self == 0x5F || self == 0x2D }
    var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
    /// The value of a hexadecimal digit.
    var hexadecimalValue: UInt8 { isDigit ? self &- 0x30 : (self | 0x20) &- 0x57 }
}
