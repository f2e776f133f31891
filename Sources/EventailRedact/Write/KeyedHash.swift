/// SipHash-2-4: a short hash that nobody can make, or try guesses against, without the key.
struct KeyedHash {
    private let low: UInt64
    private let high: UInt64

    /// A key of any length; of two different ones the hashes have nothing in common.
    init(_ key: [UInt8]) {
        let plain = KeyedHash(low: 0x6576_656E_7461_696C, high: 0x7265_6461_6374_3031)
        low = plain.hash(key + [0])
        high = plain.hash(key + [1])
    }

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    func hash(_ bytes: some Collection<UInt8>) -> UInt64 {
        var state = State(
            a: low ^ 0x736F_6D65_7073_6575, b: high ^ 0x646F_7261_6E64_6F6D, c: low ^ 0x6C79_6765_6E65_7261, d: high ^ 0x7465_6462_7974_6573)
        var word: UInt64 = 0
        var filled: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << (8 * (filled & 7))
            filled += 1
            if filled & 7 == 0 {
                state.take(word)
                word = 0
            }
        }
        state.take(word | filled << 56)
        state.c ^= 0xFF
        for _ in 0..<4 { state.turn() }
        return state.a ^ state.b ^ state.c ^ state.d
    }

    private struct State {
        var a: UInt64, b: UInt64, c: UInt64, d: UInt64

        mutating func take(_ word: UInt64) {
            d ^= word
            turn()
            turn()
            a ^= word
        }

        mutating func turn() {
            a &+= b
            b = (b << 13 | b >> 51) ^ a
            a = a << 32 | a >> 32
            c &+= d
            d = (d << 16 | d >> 48) ^ c
            a &+= d
            d = (d << 21 | d >> 43) ^ a
            c &+= b
            b = (b << 17 | b >> 47) ^ c
            c = c << 32 | c >> 32
        }
    }
}
