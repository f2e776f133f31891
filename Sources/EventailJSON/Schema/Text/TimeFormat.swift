/// RFC 3339's dates, times and durations.
enum TimeFormat {
    static func isDateTime(_ bytes: [UInt8]) -> Bool {
        bytes.count > 11 && bytes[10] | 0x20 == 0x74 && isDate(bytes[..<10]) && isTime(bytes[11...])
    }

    static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: 0x2D, omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4), let month = number(parts[1], 2), let day = number(parts[2], 2) else { return false }
        guard (1...12).contains(month), day >= 1 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        guard let hour = take(&rest, 2), skip(&rest, 0x3A), let minute = take(&rest, 2), skip(&rest, 0x3A), let second = take(&rest, 2),
            hour < 24, minute < 60, second <= 60
        else { return false }
        if skip(&rest, 0x2E) {
            let before = rest.count
            rest = rest.drop { $0 >= 0x30 && $0 <= 0x39 }
            if rest.count == before { return false }
        }
        guard let zone = rest.popFirst() else { return false }
        var offset = 0
        if zone | 0x20 != 0x7A {
            guard zone == 0x2B || zone == 0x2D, let hours = take(&rest, 2), skip(&rest, 0x3A), let minutes = take(&rest, 2), hours < 24, minutes < 60
            else { return false }
            offset = (hours * 60 + minutes) * (zone == 0x2B ? 1 : -1)
        }
        if !rest.isEmpty { return false }
        // A leap second is the last one of a day in universal time.
        return second < 60 || ((hour * 60 + minute - offset) % 1440 + 1440) % 1440 == 1439
    }

    /// RFC 3339 appendix A.
    static func isDuration(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        if !skip(&rest, 0x50) || rest.isEmpty { return false }
        let halves = rest.split(separator: 0x54, maxSplits: 1, omittingEmptySubsequences: false)
        guard let days = units(halves[0]) else { return false }
        if halves.count == 1 { return days == "W" || isRun(days, of: "YMD") }
        guard let times = units(halves[1]), !times.isEmpty else { return false }
        return (days.isEmpty || isRun(days, of: "YMD")) && isRun(times, of: "HMS")
    }

    /// The letters behind the numbers, e.g. `YMD`.
    private static func units(_ bytes: ArraySlice<UInt8>) -> String? {
        var rest = bytes
        var letters = ""
        while !rest.isEmpty {
            let before = rest.count
            rest = rest.drop { $0 >= 0x30 && $0 <= 0x39 }
            guard rest.count < before, let letter = rest.popFirst() else { return nil }
            letters.unicodeScalars.append(Unicode.Scalar(letter))
        }
        return letters
    }

    /// Whether the units follow each other without a gap: years need months before days.
    private static func isRun(_ letters: String, of all: String) -> Bool {
        !letters.isEmpty && (0..<all.count).contains { all.dropFirst($0).hasPrefix(letters) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>, _ count: Int) -> Int? {
        var rest = bytes
        guard bytes.count == count else { return nil }
        return take(&rest, count)
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
        guard rest.count >= count else { return nil }
        var value = 0
        for byte in rest.prefix(count) {
            guard byte >= 0x30 && byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        rest = rest.dropFirst(count)
        return value
    }

    private static func skip(_ rest: inout ArraySlice<UInt8>, _ byte: UInt8) -> Bool {
        if rest.first != byte { return false }
        rest = rest.dropFirst()
        return true
    }
}
