/// The 64-bit number by which history finds a text: FNV-1a, mixed once more.
///
/// Stored, so it never changes. Two texts of one number are told apart when they are read, because the text itself is among the roles.
enum TextHash {
    static func of(_ text: ContiguousArray<UInt8>, from offset: Int, length: Int) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in offset..<offset + length { hash = (hash ^ UInt64(text[index])) &* 0x0000_0100_0000_01B3 }
        return mixed(hash)
    }

    static func of(_ text: String) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return mixed(hash)
    }

    private static func mixed(_ hash: UInt64) -> Int64 {
        var hash = hash
        hash ^= hash >> 32
        hash = hash &* 0xD6E8_FEB8_6659_FD93
        hash ^= hash >> 32
        return Int64(bitPattern: hash)
    }
}
