/// The text of a string with its escapes undone, those of JSON within it too, and where each byte of it was.
///
/// However many backslashes stand before it, an escape counts as what it finally means: whatever hides behind them is found.
/// *Limits*: the memory of five times the string.
struct EscapedText {
    private(set) var bytes: [UInt8] = []
    /// Where each byte came from; one entry more for the end.
    private var origins: [Int] = []
    /// Bytes without the padding.
    let count: Int

    init(_ text: ScannedText, _ range: Range<Int>) {
        bytes.reserveCapacity(range.count + ScannedText.padding)
        origins.reserveCapacity(range.count + 1)
        var index = range.lowerBound
        while index < range.upperBound {
            let start = index
            if text[index] != 0x5C {
                bytes.append(text[index])
                origins.append(start)
                index += 1
                continue
            }
            while index < range.upperBound && text[index] == 0x5C { index += 1 }
            if index >= range.upperBound { break }
            if index + 4 < range.upperBound && text.isUnicodeEscape(index) {
                var code: UInt32 = 0
                for digit in 1...4 { code = code << 4 | UInt32(text[index + digit].hexadecimalValue) }
                index += 5
                let scalar = UnicodeScalar(code) ?? "?"
                for byte in String(Character(scalar)).utf8 {
                    bytes.append(byte)
                    origins.append(start)
                }
                continue
            }
            let isControl = switch text[index] {
            case 0x6E, 0x72, 0x74, 0x62, 0x66: true
            default: false
            }
            if isControl && (index - start) & 1 == 0 {
                // Either a backslash and a letter, or a control character of JSON within the string: the matchers take it for both.
                bytes.append(0x5C)
                origins.append(start)
                continue
            }
            bytes.append(isControl ? 0x0A : text[index])
            origins.append(start)
            index += 1
        }
        origins.append(range.upperBound)
        count = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: ScannedText.padding))
    }

    /// Where a place of the text was.
    func origin(_ index: Int) -> Int { origins[index] }
}
