/// Sizes and durations as people write them: `16MiB`, `256MB`, `5ms`, `1h30m`.
public enum Units {
    private static let sizes: [(String, Int64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("KB", 1000), ("B", 1),
    ]
    private static let durations: [(String, Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000), ("ns", 1),
    ]

    /// What a size looks like, for messages.
    static let sizeForm = "a number of bytes or a number with KiB, MiB, GiB, kB, MB or GB, e.g. 16MiB"
    /// What a duration looks like, for messages.
    public static let durationForm = "a number with ms, s, m, h or d, e.g. 30s or 1h30m"

    /// Bytes; nil when the text is no size or is beyond 64 bits.
    static func size(_ text: String) -> Int64? {
        guard let (number, rest) = leadingNumber(text[...]) else { return nil }
        let unit = rest.drop { $0 == " " }
        if unit.isEmpty { return Int64(exactly: number) }
        guard let factor = sizes.first(where: { $0.0 == unit })?.1 else { return nil }
        return Int64(exactly: (number * Double(factor)).rounded())
    }

    /// A duration of one or several numbers with their units; nil when the text is none or is longer than 292 years. 0 needs no unit.
    public static func duration(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = text[...]
        var total = 0.0
        while !rest.isEmpty {
            guard let (number, behind) = leadingNumber(rest) else { return nil }
            let unit = behind.prefix { $0.isLetter }
            guard let factor = durations.first(where: { $0.0 == unit })?.1 else { return nil }
            total += number * Double(factor)
            rest = behind.dropFirst(unit.count)
        }
        guard !text.isEmpty, let nanoseconds = Int64(exactly: total.rounded()) else { return nil }
        return .nanoseconds(nanoseconds)
    }

    /// The shortest exact text of a size: `16MiB`, `256MB`, `1234`.
    static func text(size bytes: Int64) -> String {
        if bytes != 0 {
            for (unit, factor) in sizes where factor > 1 && unit != "KB" && bytes % factor == 0 { return "\(bytes / factor)\(unit)" }
        }
        return String(bytes)
    }

    /// The shortest exact text of a duration: `30s`, `1500ms`.
    static func text(_ duration: Duration) -> String {
        let nanoseconds = nanoseconds(duration)
        if nanoseconds == 0 { return "0s" }
        for (unit, factor) in durations where nanoseconds % factor == 0 { return "\(nanoseconds / factor)\(unit)" }
        return "\(nanoseconds)ns"
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }

    private static func leadingNumber(_ text: Substring) -> (Double, Substring)? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard digits.first?.isNumber == true, digits.last?.isNumber == true, let number = Double(digits) else { return nil }
        return (number, text.dropFirst(digits.count))
    }
}
