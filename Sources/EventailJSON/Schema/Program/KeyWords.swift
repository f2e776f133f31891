/// What is compared of a string before its bytes: its first and last eight bytes and its length.
///
/// Up to sixteen bytes that is the whole string; longer ones are compared in full once these words agree.
struct KeyWords: Equatable {
    var first: UInt64
    var last: UInt64
    var length: UInt32

    /// Reads eight bytes at `start` whatever `length` says: a tape's strings have that many readable bytes behind them.
    @inline(__always)
    init(_ start: UnsafePointer<UInt8>, _ length: Int) {
        let raw = unsafe UnsafeRawPointer(start)
        let missing = 8 &- length
        if missing > 0 {
            // The shift stays below 64 because an empty string is told apart.
            let kept: UInt64 = length == 0 ? 0 : ~0 &>> UInt64(truncatingIfNeeded: missing &* 8)
            unsafe first = raw.loadUnaligned(as: UInt64.self) & kept
            last = first
        } else {
            unsafe first = raw.loadUnaligned(as: UInt64.self)
            unsafe last = (raw + length - 8).loadUnaligned(as: UInt64.self)
        }
        self.length = UInt32(truncatingIfNeeded: length)
    }

    init(_ bytes: [UInt8]) {
        func word(_ range: Range<Int>) -> UInt64 {
            var word: UInt64 = 0
            for index in range.reversed() { word = word << 8 | UInt64(bytes[index]) }
            return word
        }
        first = word(0..<min(8, bytes.count))
        last = bytes.count < 8 ? first : word(bytes.count - 8..<bytes.count)
        length = UInt32(bytes.count)
    }

    @inline(__always) func hash(_ multiplier: UInt64) -> UInt64 {
        let mixed = first ^ (last &<< 7 | last &>> 57) ^ UInt64(length) &* 0x9E37_79B9_7F4A_7C15
        return mixed &* multiplier
    }
}
