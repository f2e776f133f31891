internal import EventailSystem

/// Reads the times that producers write: Unix seconds, milliseconds, microseconds or nanoseconds by their size, or RFC 3339 text.
///
/// *Limits*: what 64 bits of nanoseconds hold (1678 to 2261); anything else is no time.
enum EventTime {
    /// Below this it is seconds (until the year 5138), a thousand times that milliseconds, and so on.
    private static let mostSeconds: Int64 = 100_000_000_000

    /// Nanoseconds that one of a number of this size means.
    static func unit(of number: Double) -> Int64 {
        let size = abs(number), most = Double(mostSeconds)
        if size < most { return 1_000_000_000 }
        if size < most * 1e3 { return 1_000_000 }
        return size < most * 1e6 ? 1000 : 1
    }

    static func nanoseconds(_ number: Int64, unit: Int64) -> Int64? {
        let unit = unit > 0 ? unit : Self.unit(of: Double(number))
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : product
    }

    /// A fraction is taken for the shortest decimal that means the same Double: 1760000000.123 is 123 ms, not 122,999,907 ns.
    static func nanoseconds(_ number: Double, unit: Int64) -> Int64? {
        let unit = unit > 0 ? unit : Self.unit(of: number)
        let whole = number.rounded(.down)
        guard abs(whole) * Double(unit) < 9.2e18 else { return nil }
        let fraction = number - whole
        let start = Int64(whole) * unit
        if fraction == 0 { return start }
        var scale: Int64 = 1000
        while scale < unit {
            let digits = (fraction * Double(scale)).rounded()
            if whole + digits / Double(scale) == number { return start + Int64(digits) * (unit / scale) }
            scale *= scale == 1000 ? 1000 : 10
        }
        return start + Int64((fraction * Double(unit)).rounded())
    }

    /// RFC 3339, or a number written as text.
    static func nanoseconds(_ text: Span<UInt8>, unit: Int64) -> Int64? {
        if let time = Timestamp(rfc3339: text) { return time.nanoseconds }
        guard text.count > 0, text.count <= 32 else { return nil }
        var bytes: [UInt8] = []
        for index in 0..<text.count { bytes.append(text[index]) }
        let written = String(decoding: bytes, as: UTF8.self)
        if let number = Int64(written) { return nanoseconds(number, unit: unit) }
        return Extractor.number(written).flatMap { nanoseconds($0, unit: unit) }
    }
}
