/// 64-bit hashes of texts, the same in every run because keys of the state are made of them.
///
/// Multiply and fold, eight bytes at a time: a few nanoseconds for an id. Not meant against people who choose texts to collide: a usage key has two
/// hashes with different seeds, 128 bits together.
enum TextHash {
    @inline(__always)
    static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// The hash of part of a text; never 0, which stands for an absent text.
    @inline(__always)
    static func hash(_ text: Span<UInt8>, _ start: Int, _ length: Int, seed: UInt64 = 0) -> UInt64 {
        precondition(start >= 0 && length >= 0 && start + length <= text.count, "a role's text lies within its batch")
        let bytes = unsafe text.bytes
        var state = seed ^ 0x9E37_79B9_7F4A_7C15 ^ UInt64(length) &* 0xA076_1D64_78BD_642F
        let end = start + length
        var tail: UInt64 = 0
        // Safety: all that is loaded lies within `start..<end`, which lies within the text (checked above).
        if length >= 8 {
            var at = start
            while at + 8 < end {
                let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
                state = mix(state ^ word, 0xE703_7ED1_A0B4_28DB)
                at += 8
            }
            // The last eight bytes, some of them once more.
            tail = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: end - 8, as: UInt64.self)
        } else if length >= 4 {
            tail = unsafe UInt64(bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self))
                | UInt64(bytes.unsafeLoadUnaligned(fromByteOffset: end - 4, as: UInt32.self)) << 32
        } else if length > 0 {
            tail = UInt64(text[start]) | UInt64(text[start + length / 2]) << 8 | UInt64(text[end - 1]) << 16
        }
        state = mix(state ^ tail, 0x8EBC_6AF0_9C88_C6E3)
        let hash = mix(state ^ 0x5899_65CC_7537_4CC3, 0x1D8E_4E27_C47D_124F)
        return hash == 0 ? 1 : hash
    }

    static func hash(_ text: String, seed: UInt64 = 0) -> UInt64 {
        let bytes = ContiguousArray(text.utf8)
        return hash(bytes.span, 0, bytes.count, seed: seed)
    }

    /// Spreads a number over 64 bits.
    @inline(__always)
    static func spread(_ number: UInt64) -> UInt64 { mix(number ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93) }
}
