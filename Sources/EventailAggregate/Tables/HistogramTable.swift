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

    private static let width = 16
    private var keys: ContiguousArray<UInt64> = []
    /// `width` to a histogram: its buckets.
    private var counts: ContiguousArray<Int64> = []
    private var sums: ContiguousArray<Int64> = []
    private var isDirty: ContiguousArray<Bool> = []
    private var dirty: ContiguousArray<Int> = []
    /// Number of the histogram plus one; 0 is free.
    private var index = ContiguousArray<UInt32>(repeating: 0, count: 256)
    private static let limits: [[Int64]] = [[]] + Kind.allCases.map(\.limits)

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
        keys.indices.compactMap { place in
            guard let kind = Kind(rawValue: UInt8(keys[place] >> 56)) else { return nil }
            let from = place * Self.width
            return Histogram(
                kind: kind, first: Int(keys[place] >> 24 & 0xFFFF_FFFF), second: Int(keys[place] & 0xFF_FFFF),
                counts: Array(counts[from...from + Self.limits[Int(kind.rawValue)].count]), sum: sums[place])
        }
    }

    private mutating func add(_ kind: Kind, _ first: Int, _ second: Int, _ value: Int64, _ sign: Int64) {
        let place = find(UInt64(kind.rawValue) << 56 | UInt64(first) << 24 | UInt64(second))
            ?? insert(kind, first, second)
        let limits = Self.limits[Int(kind.rawValue)]
        var bucket = 0
        while bucket < limits.count && value > limits[bucket] { bucket += 1 }
        counts[place * Self.width + bucket] += sign
        sums[place] = sums[place].addingSaturated(sign * value)
        if !isDirty[place] {
            isDirty[place] = true
            dirty.append(place)
        }
    }

    @inline(__always)
    private func find(_ key: UInt64) -> Int? {
        let mask = index.count - 1
        var at = Int(truncatingIfNeeded: TextHash.spread(key)) & mask
        while index[at] != 0 {
            let place = Int(index[at]) - 1
            if keys[place] == key { return place }
            at = (at + 1) & mask
        }
        return nil
    }

    private mutating func insert(_ kind: Kind, _ first: Int, _ second: Int) -> Int {
        if keys.count < Self.most { return append(UInt64(kind.rawValue) << 56 | UInt64(first) << 24 | UInt64(second)) }
        let other = UInt64(kind.rawValue) << 56 | UInt64(NameTable.other) << 24 | UInt64(NameTable.other)
        return find(other) ?? append(other)
    }

    private mutating func append(_ key: UInt64) -> Int {
        keys.append(key)
        sums.append(0)
        isDirty.append(false)
        counts.append(contentsOf: repeatElement(0, count: Self.width))
        if keys.count * 2 > index.count { index = ContiguousArray(repeating: 0, count: index.count * 2) } else { place(keys.count - 1); return keys.count - 1 }
        for number in keys.indices { place(number) }
        return keys.count - 1
    }

    private mutating func place(_ number: Int) {
        let mask = index.count - 1
        var at = Int(truncatingIfNeeded: TextHash.spread(keys[number])) & mask
        while index[at] != 0 { at = (at + 1) & mask }
        index[at] = UInt32(number + 1)
    }

    mutating func takeChanges(_ changes: inout [StoredChange]) {
        for place in dirty {
            isDirty[place] = false
            var writer = ByteWriter()
            writer.signed(sums[place])
            let buckets = Self.limits[Int(keys[place] >> 56)].count
            for count in counts[place * Self.width...place * Self.width + buckets] { writer.signed(count) }
            changes.append(StoredChange(kind: StateKind.histograms.rawValue, key: ByteWriter.bigEndian(keys[place]), value: writer.bytes))
        }
        dirty.removeAll(keepingCapacity: true)
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
            for bucket in 0...Self.limits[Int(kind.rawValue)].count { counts[place * Self.width + bucket] = reader.signed() }
        }
    }
}
