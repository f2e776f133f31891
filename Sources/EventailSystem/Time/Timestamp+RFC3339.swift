/// RFC 3339 text, read leniently where agents write it so: no offset means UTC (Python's `utcnow().isoformat()`), a blank or `t` between date and
/// time, an offset without a colon; up to 9 digits of a second count, further ones are cut.
extension Timestamp {
    /// Reads `2026-11-21T06:31:27.838Z` and its kin; nil for anything else, also for days a month does not have.
    public init?(rfc3339 text: Span<UInt8>) {
        let count = text.count
        guard count >= 19, text[4] == 0x2D, text[7] == 0x2D, text[13] == 0x3A, text[16] == 0x3A else { return nil }
        guard text[10] == 0x54 || text[10] == 0x74 || text[10] == 0x20 else { return nil }
        let year = Self.number(text, 0, 4), month = Self.number(text, 5, 2), day = Self.number(text, 8, 2)
        let hour = Self.number(text, 11, 2), minute = Self.number(text, 14, 2), second = Self.number(text, 17, 2)
        guard year >= 1678, year <= 2261, month >= 1, month <= 12, day >= 1, day <= Self.days(of: month, in: year) else { return nil }
        guard hour >= 0, hour <= 23, minute >= 0, minute <= 59, second >= 0, second <= 60 else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if index < count, text[index] == 0x2E || text[index] == 0x2C {
            index += 1
            var scale: Int64 = 100_000_000
            let start = index
            while index < count, text[index] >= 0x30, text[index] <= 0x39 {
                fraction += Int64(text[index] - 0x30) * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        var offset: Int64 = 0
        if index < count {
            switch text[index] {
            case 0x5A, 0x7A: index += 1
            case 0x2B, 0x2D:
                let sign: Int64 = text[index] == 0x2B ? 1 : -1
                guard index + 3 <= count else { return nil }
                let hours = Self.number(text, index + 1, 2)
                var minutes: Int64 = 0
                index += 3
                if index < count {
                    if text[index] == 0x3A { index += 1 }
                    guard index + 2 <= count else { return nil }
                    minutes = Self.number(text, index, 2)
                    index += 2
                }
                guard hours >= 0, hours <= 23, minutes >= 0, minutes <= 59 else { return nil }
                offset = sign * (hours * 3600 + minutes * 60)
            default: return nil
            }
        }
        guard index == count else { return nil }
        let seconds = Self.daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        nanoseconds = seconds * 1_000_000_000 + fraction
    }

    public init?(rfc3339 text: String) {
        self.init(rfc3339: text.utf8Span.span)
    }

    /// `2026-11-21T06:31:27.838Z`: UTC with three, six or nine digits of a second, as many as are needed.
    public var rfc3339: String {
        let second = seconds
        // The second that holds the earliest time begins before what 64 bits hold.
        let fraction = nanoseconds &- second &* 1_000_000_000
        let digits = fraction % 1_000_000 == 0 ? 3 : fraction % 1000 == 0 ? 6 : 9
        let divided = digits == 3 ? fraction / 1_000_000 : digits == 6 ? fraction / 1000 : fraction
        let (year, month, day) = Self.civil(fromDays: Self.floorDivide(second, 86_400))
        let inDay = second - Self.floorDivide(second, 86_400) * 86_400
        return Self.pad(year, 4) + "-" + Self.pad(month, 2) + "-" + Self.pad(day, 2) + "T" + Self.pad(inDay / 3600, 2) + ":"
            + Self.pad(inDay / 60 % 60, 2) + ":" + Self.pad(inDay % 60, 2) + "." + Self.pad(divided, digits) + "Z"
    }

    /// The most bytes that `writeRFC3339` writes.
    public static let longestRFC3339 = 30

    /// The same text as `rfc3339` into memory with room for `longestRFC3339` bytes, without allocating; answers how many.
    public func writeRFC3339(to target: UnsafeMutablePointer<UInt8>) -> Int {
        let second = seconds
        let fraction = nanoseconds &- second &* 1_000_000_000
        let digits = fraction % 1_000_000 == 0 ? 3 : fraction % 1000 == 0 ? 6 : 9
        let divided = digits == 3 ? fraction / 1_000_000 : digits == 6 ? fraction / 1000 : fraction
        let days = Self.floorDivide(second, 86_400)
        let (year, month, day) = Self.civil(fromDays: days)
        let inDay = second - days * 86_400
        var place = 0
        func put(_ value: Int64, _ width: Int, _ behind: UInt8) {
            var rest = value
            for index in (0..<width).reversed() {
                unsafe target[place + index] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
                rest /= 10
            }
            unsafe target[place + width] = behind
            place += width + 1
        }
        put(year, 4, 0x2D)
        put(month, 2, 0x2D)
        put(day, 2, 0x54)
        put(inDay / 3600, 2, 0x3A)
        put(inDay / 60 % 60, 2, 0x3A)
        put(inDay % 60, 2, 0x2E)
        put(divided, digits, 0x5A)
        return place
    }

    static func pad(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return text.utf8.count >= width ? text : String(repeating: "0", count: width - text.utf8.count) + text
    }

    /// The number in `length` digits, or a very negative one when there is something else.
    @inline(__always)
    private static func number(_ text: Span<UInt8>, _ start: Int, _ length: Int) -> Int64 {
        var value: Int64 = 0
        for index in start..<start + length {
            let digit = text[index] &- 0x30
            if digit > 9 { return -1_000_000 }
            value = value * 10 + Int64(digit)
        }
        return value
    }

    static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
        value >= 0 ? value / by : (value - by + 1) / by
    }

    static func days(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, counting years from March.
    static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex + (monthIndex < 10 ? 3 : -9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }
}
