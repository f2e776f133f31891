internal import EventailEvents

/// Prometheus histograms of agents over all time, under OpenTelemetry's bounds.
///
/// *Thread*: the engine's. *Limits*: as many as there are pairs of names, at most `most`; further pairs share those of `other`.
struct HistogramTable {
    static let most = 20_000
    enum Kind: UInt8, CaseIterable {
        /// By model.
        case operation = 1
        /// By model, and input (0) or output (1).
        case tokens
        /// By tool and agent.
        case tool
        /// By agent.
        case agent
        case completion, humanWait

        var bounds: [Double] {
            switch self {
            case .operation, .tool: (0..<14).map { 0.01 * Double(1 << $0) }
            case .agent: (0..<13).map { 0.1 * Double(1 << $0) }
            case .tokens: (0..<14).map { Double(1 << (2 * $0)) }
            case .completion, .humanWait: [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200]
            }
        }
        /// The bounds in nanoseconds or tokens.
        var limits: [Int64] { bounds.map { self == .tokens ? Int64($0) : Int64(($0 * 1e9).rounded()) } }
    }

    struct Histogram {
        let kind: Kind
        let first: Int
        let second: Int
        var counts: [Int64]
        /// Nanoseconds or tokens.
        var sum: Int64 = 0
    }

    private(set) var histograms: [UInt64: Histogram] = [:]
    private var dirty: Set<UInt64> = []
    private static let limits: [[Int64]] = [[]] + Kind.allCases.map(\.limits)

    mutating func observe(_ kind: Kind, _ first: Int, _ second: Int, nanoseconds: Int64) { add(kind, first, second, nanoseconds, 1) }
    mutating func observe(_ kind: Kind, _ first: Int, _ second: Int, tokens: Int64) { add(kind, first, second, tokens, 1) }
    /// A line told more of what was observed before.
    mutating func move(_ kind: Kind, _ first: Int, _ second: Int, from old: Int64, to new: Int64) {
        if old == new { return }
        add(kind, first, second, old, -1)
        add(kind, first, second, new, 1)
    }

    private mutating func add(_ kind: Kind, _ first: Int, _ second: Int, _ value: Int64, _ sign: Int64) {
        var key = UInt64(kind.rawValue) << 56 | UInt64(first) << 24 | UInt64(second)
        var pair = (first, second)
        if histograms[key] == nil && histograms.count >= Self.most {
            pair = (NameTable.other, NameTable.other)
            key = UInt64(kind.rawValue) << 56 | UInt64(pair.0) << 24 | UInt64(pair.1)
        }
        let limits = Self.limits[Int(kind.rawValue)]
        let bucket = limits.firstIndex { value <= $0 } ?? limits.count
        histograms[key, default: Histogram(kind: kind, first: pair.0, second: pair.1, counts: Array(repeating: 0, count: limits.count + 1))].counts[bucket] += sign
        histograms[key]!.sum = histograms[key]!.sum.addingSaturated(sign * value)
        dirty.insert(key)
    }

    mutating func takeChanges(_ changes: inout [StoredChange]) {
        for key in dirty {
            guard let histogram = histograms[key] else { continue }
            var writer = ByteWriter()
            writer.signed(histogram.sum)
            for count in histogram.counts { writer.signed(count) }
            changes.append(StoredChange(kind: StateKind.histograms.rawValue, key: ByteWriter.bigEndian(key), value: writer.bytes))
        }
        dirty.removeAll(keepingCapacity: true)
    }

    mutating func restore(_ view: StateView) throws {
        self = HistogramTable()
        var found: [UInt64: Histogram] = [:]
        try view.forEach(.histograms, prefix: []) { key, value in
            var reader = ByteReader(key)
            let number = reader.fixed()
            guard let kind = Kind(rawValue: UInt8(number >> 56)) else { return }
            reader = ByteReader(value)
            let sum = reader.signed()
            let counts = (0...kind.limits.count).map { _ in reader.signed() }
            found[number] = Histogram(kind: kind, first: Int(number >> 24 & 0xFFFF_FFFF), second: Int(number & 0xFF_FFFF), counts: counts, sum: sum)
        }
        histograms = found
    }
}
