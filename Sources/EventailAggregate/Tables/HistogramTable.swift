internal import EventailEvents

/// Prometheus histograms of agents over all time, under OpenTelemetry's bounds.
///
/// *Thread*: the engine's. *Limits*: as many as there are pairs of names, at most `most`; further pairs share those of `other`.
struct HistogramTable: ~Copyable {
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

    private static let width = 16
    private var keys = Column<UInt64>()
    /// `width` to a histogram: its buckets.
    private var counts = Column<Int64>()
    private var sums = Column<Int64>()
    private var isDirty = Column<Bool>()
    private var dirty = Column<Int>()
    private var index = HashIndex()
    /// `width` to a kind: its bounds, then numbers that nothing lies above.
    private var limits = Column<Int64>(repeating: .max, count: 7 * HistogramTable.width)

    init() {
        for kind in Kind.allCases {
            for (number, limit) in kind.limits.enumerated() { limits[Int(kind.rawValue) * Self.width + number] = limit }
        }
    }

    mutating func observe(_ kind: Kind, _ first: Int, _ second: Int, nanoseconds: Int64) { add(kind, first, second, nanoseconds, 1) }
    mutating func observe(_ kind: Kind, _ first: Int, _ second: Int, tokens: Int64) { add(kind, first, second, tokens, 1) }
    /// A line told more of what was observed before.
    mutating func move(_ kind: Kind, _ first: Int, _ second: Int, from old: Int64, to new: Int64) {
        if old == new { return }
        add(kind, first, second, old, -1)
        add(kind, first, second, new, 1)
    }

    /// All of them.
    var all: [Histogram] {
        (0..<keys.count).compactMap { place in
            guard let kind = Kind(rawValue: UInt8(keys[place] >> 56)) else { return nil }
            return Histogram(
                kind: kind, first: Int(keys[place] >> 24 & 0xFFFF_FFFF), second: Int(keys[place] & 0xFF_FFFF), counts: buckets(place, kind), sum: sums[place])
        }
    }

    private func buckets(_ place: Int, _ kind: Kind) -> [Int64] { (0...kind.limits.count).map { counts[place * Self.width + $0] } }

    private static func key(_ kind: Kind, _ first: Int, _ second: Int) -> UInt64 {
        UInt64(kind.rawValue) << 56 | UInt64(first) << 24 | UInt64(second)
    }

    private mutating func add(_ kind: Kind, _ first: Int, _ second: Int, _ value: Int64, _ sign: Int64) {
        let key = Self.key(kind, first, second)
        let place = find(key) ?? insert(key, kind)
        let from = Int(kind.rawValue) * Self.width
        var bucket = 0
        while value > limits[from + bucket] { bucket += 1 }
        counts[place * Self.width + bucket] += sign
        sums[place] = sums[place].addingSaturated(sign * value)
        if !isDirty[place] {
            isDirty[place] = true
            dirty.append(place)
        }
    }

    @inline(__always)
    private func find(_ key: UInt64) -> Int? { index.find(TextHash.spread(key)) { keys[$0] == key } }

    private mutating func insert(_ key: UInt64, _ kind: Kind) -> Int {
        if keys.count < Self.most { return append(key) }
        let other = Self.key(kind, NameTable.other, NameTable.other)
        return find(other) ?? append(other)
    }

    private mutating func append(_ key: UInt64) -> Int {
        keys.append(key)
        sums.append(0)
        isDirty.append(false)
        counts.stretch(to: keys.count * Self.width, filling: 0)
        index.insert(TextHash.spread(key), keys.count - 1)
        return keys.count - 1
    }

    mutating func takeChanges(_ changes: inout [StoredChange]) {
        for number in 0..<dirty.count {
            let place = dirty[number]
            isDirty[place] = false
            guard let kind = Kind(rawValue: UInt8(keys[place] >> 56)) else { continue }
            var writer = ByteWriter()
            writer.signed(sums[place])
            for count in buckets(place, kind) { writer.signed(count) }
            changes.append(StoredChange(kind: StateKind.histograms.rawValue, key: ByteWriter.bigEndian(keys[place]), value: writer.bytes))
        }
        dirty.removeAll()
    }

    mutating func restore(_ view: StateView) throws {
        self = HistogramTable()
        var found: [(key: UInt64, value: [UInt8])] = []
        try view.forEach(.histograms, prefix: []) { key, value in
            var reader = ByteReader(key)
            found.append((reader.fixed(), value))
        }
        for (key, value) in found {
            guard let kind = Kind(rawValue: UInt8(key >> 56)) else { continue }
            var reader = ByteReader(value)
            let place = append(key)
            sums[place] = reader.signed()
            for bucket in 0...kind.limits.count { counts[place * Self.width + bucket] = reader.signed() }
        }
    }
}
