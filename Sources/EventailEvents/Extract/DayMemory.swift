internal import EventailSystem

/// Remembers the day read last, so that a time of the same day, written as `2026-11-21T06:31:27.838Z`, needs no calendar.
///
/// *Thread*: its extractor's.
@safe struct DayMemory {
    /// The ten bytes of the date.
    private var yearAndMonth: UInt64 = 0
    private var day: UInt16 = 0
    /// When it begins, in seconds since 1970.
    private var start: Int64 = 0

    /// `00:00:00`, the first digit in the lowest byte.
    private static let clock: UInt64 = 0x3030_3A30_303A_3030

    /// The nanoseconds of a text of the day read last; nil for anything else. Behind the text 8 bytes are readable.
    @inline(__always)
    func nanoseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        let count = text.count
        guard count >= 20, count <= 30, let base = unsafe text.baseAddress.map({ unsafe UnsafeRawPointer($0) }) else { return nil }
        guard unsafe base.loadUnaligned(as: UInt64.self) == yearAndMonth, unsafe (base + 8).loadUnaligned(as: UInt16.self) == day else { return nil }
        guard unsafe text[10] == 0x54, unsafe text[count - 1] == 0x5A else { return nil }
        let digits = unsafe (base + 11).loadUnaligned(as: UInt64.self) ^ Self.clock
        guard (digits | (digits &+ 0x0606_0006_0600_0606)) & 0xF0F0_FFF0_F0FF_F0F0 == 0 else { return nil }
        let hour = Self.pair(digits), minute = Self.pair(digits &>> 24), second = Self.pair(digits &>> 48)
        guard hour <= 23, minute <= 59, second <= 60 else { return nil }
        var fraction: Int64 = 0
        if count > 20 {
            guard unsafe text[19] == 0x2E, count > 21 else { return nil }
            var scale: Int64 = 100_000_000
            for index in 20..<count - 1 {
                let digit = unsafe text[index] &- 0x30
                if digit > 9 { return nil }
                fraction += Int64(digit) * scale
                scale /= 10
            }
        }
        return (start + hour * 3600 + minute * 60 + second) * 1_000_000_000 + fraction
    }

    @inline(__always)
    private static func pair(_ digits: UInt64) -> Int64 { Int64(digits & 0xFF) * 10 + Int64(digits &>> 8 & 0xFF) }

    /// Remembers the day of a text that was read the long way.
    mutating func remember(_ text: UnsafeBufferPointer<UInt8>, _ nanoseconds: Int64) {
        // Only of times without an offset, and not of a leap second, is the day that of the date.
        guard text.count >= 20, text.count <= 30, unsafe text[text.count - 1] == 0x5A, unsafe text[17] != 0x36, let base = text.baseAddress else { return }
        unsafe yearAndMonth = UnsafeRawPointer(base).loadUnaligned(as: UInt64.self)
        unsafe day = UnsafeRawPointer(base + 8).loadUnaligned(as: UInt16.self)
        let seconds = Timestamp(nanoseconds: nanoseconds).seconds
        start = seconds - ((seconds % 86_400) + 86_400) % 86_400
    }
}
