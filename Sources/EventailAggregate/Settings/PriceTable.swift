
/// What a model's tokens cost, from a dated table that the operator may replace.
///
/// A model is looked up as written, then without its provider prefix (`anthropic/`), each time also without a date at its end (`-20250929`,
/// `@20250929`). Never by what its name begins with: a newer model would get an older one's price, and a wrong price is worse than none.
/// *Limits*: what the file holds; a table is immutable.
public struct PriceTable: Sendable {
    /// US dollars for a million tokens.
    public struct Price: Sendable, Equatable {
        public var input: Double
        public var output: Double
        public var cacheRead: Double
        public var cacheWrite: Double
        /// Of cache writes kept for an hour.
        public var cacheWriteHour: Double
        public init(input: Double, output: Double, cacheRead: Double, cacheWrite: Double, cacheWriteHour: Double) {
            self.input = input
            self.output = output
            self.cacheRead = cacheRead
            self.cacheWrite = cacheWrite
            self.cacheWriteHour = cacheWriteHour
        }
    }

    /// The table's date or other name, for people.
    public let version: String
    private let prices: [String: Price]

    public init(version: String = "", prices: [String: Price]) {
        self.version = version
        self.prices = prices
    }

    public var isEmpty: Bool { prices.isEmpty }

    /// The price of a model, nil when the table has none.
    public func price(of model: String) -> Price? {
        var name = model
        while true {
            if let price = prices[name] { return price }
            if let price = prices[Self.withoutDate(name)] { return price }
            guard let slash = name.firstIndex(of: "/") else { return nil }
            name = String(name[name.index(after: slash)...])
        }
    }

    /// The name without `-YYYYMMDD`, `@YYYYMMDD` or `-YYYY-MM-DD` at its end.
    private static func withoutDate(_ name: String) -> String {
        let bytes = Array(name.utf8)
        for (length, dashed) in [(9, false), (11, true)] where bytes.count > length {
            let tail = Array(bytes[(bytes.count - length)...])
            guard tail[0] == 0x2D || tail[0] == 0x40 else { continue }
            let digits = tail.dropFirst().enumerated().allSatisfy { index, byte in
                dashed && (index == 4 || index == 7) ? byte == 0x2D : byte >= 0x30 && byte <= 0x39
            }
            if digits { return String(decoding: bytes[..<(bytes.count - length)], as: UTF8.self) }
        }
        return name
    }
}
