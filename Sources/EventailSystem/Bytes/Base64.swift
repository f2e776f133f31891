/// Bytes as text of 64 letters (RFC 4648 sections 4 and 5).
public enum Base64 {
    /// The ordinary alphabet ends in `+/` and fills up with `=`; that for addresses ends in `-_` and does not.
    public enum Alphabet: Sendable { case ordinary, addresses }

    public static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .ordinary) -> String {
        let letters = alphabet == .ordinary ? ordinaryLetters : addressLetters
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = min(3, bytes.count - index)
            var group = UInt32(bytes[index]) << 16
            if left > 1 { group |= UInt32(bytes[index + 1]) << 8 }
            if left > 2 { group |= UInt32(bytes[index + 2]) }
            for place in 0...left { text.append(letters[Int(group >> UInt32(18 - 6 * place)) & 63]) }
            if alphabet == .ordinary { for _ in left..<3 { text.append(0x3D) } }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text in either alphabet, filled up or not; nil for anything else, also when its last bits mean nothing.
    public static func decode(_ text: String) -> [UInt8]? {
        var letters = Array(text.utf8)
        var fill = 0
        while letters.last == 0x3D && fill < 2 { letters.removeLast(); fill += 1 }
        if letters.count % 4 == 1 || (fill > 0 && (letters.count + fill) % 4 != 0) { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(letters.count * 3 / 4)
        var group: UInt32 = 0
        var bits: UInt32 = 0
        for letter in letters {
            let value = values[Int(letter)]
            if value == 0xFF { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> bits))
                group &= (1 << bits) - 1
            }
        }
        return group == 0 ? bytes : nil
    }

    private static let ordinaryLetters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let addressLetters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for letters in [ordinaryLetters, addressLetters] { for (index, letter) in letters.enumerated() { values[Int(letter)] = UInt8(index) } }
        return values
    }()
}
