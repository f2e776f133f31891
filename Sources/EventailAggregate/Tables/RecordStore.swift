internal import EventailEvents

/// Small records by a 128-bit key: counted usage, tool calls, tasks, spans, heads of executions.
///
/// A record is twelve numbers whose meaning is its user's. Those spoken of lately lie in memory, the others in the state's runs, of which a `KeyFilter` knows what
/// they may hold.
/// *Thread*: the engine's. *Limits*: `most` records in memory after a commit; between commits as many as were touched.
struct RecordStore {
    static let words = 12
    let most: Int
    private var high: ContiguousArray<UInt64> = []
    private var low: ContiguousArray<UInt64> = []
    private(set) var values: ContiguousArray<Int64> = []
    /// The commit in which a record was last touched; negative: changed since the last commit.
    private var touched: ContiguousArray<Int32> = []
    private var isDirty: ContiguousArray<Bool> = []
    private var dirty: [Int] = []
    private var index = ContiguousArray<UInt32>(repeating: 0, count: 1024)
    private var turn: Int32 = 1
    var filter = KeyFilter()
    var runs = RunList(.records)

    init(most: Int) { self.most = most }

    var count: Int { high.count }

    /// The place of a key's record, nil when there is none anywhere.
    mutating func find(_ key: RecordKey, _ view: StateView) throws -> Int? {
        if let place = look(key) {
            touched[place] = turn
            return place
        }
        guard filter.mayContain(key.high) else { return nil }
        return try load(key, view)
    }

    @inline(never)
    private mutating func load(_ key: RecordKey, _ view: StateView) throws -> Int? {
        var words: [Int64]?
        try runs.forEachPage(of: key.high, view) { page in
            Self.forEach(page) { found, start, _ in
                if found != key || words != nil { return }
                var reader = ByteReader(page, at: start)
                let mask = reader.number()
                words = (0..<Self.words).map { mask >> UInt64($0) & 1 == 1 ? reader.signed() : 0 }
            }
            return words == nil
        }
        guard let words else { return nil }
        let place = insert(key)
        for word in 0..<Self.words { values[place * Self.words + word] = words[word] }
        return place
    }

    /// Hands each record of a page to `body`: its key, and where its words lie.
    private static func forEach(_ page: [UInt8], _ body: (_ key: RecordKey, _ start: Int, _ end: Int) -> Void) {
        var reader = ByteReader(page)
        while !reader.isAtEnd {
            let key = RecordKey(high: reader.fixed(), low: reader.fixed())
            let length = Int(reader.byte())
            if reader.isBroken || reader.at + length > page.count { return }
            body(key, reader.at, reader.at + length)
            reader.at += length
        }
    }

    /// The place of a key's record, made of zeros when there is none.
    mutating func findOrMake(_ key: RecordKey, _ view: StateView) throws -> (place: Int, isNew: Bool) {
        if let place = try find(key, view) { return (place, false) }
        filter.insert(key.high)
        let place = insert(key)
        mark(place)
        return (place, true)
    }

    @inline(__always)
    subscript(_ place: Int, _ word: Int) -> Int64 {
        get { values[place * Self.words + word] }
        set {
            values[place * Self.words + word] = newValue
            if !isDirty[place] { mark(place) }
        }
    }

    /// The changed records, and room for the next commit: of more than `most`, the ones not touched for long leave memory.
    mutating func takeChanges(_ view: StateView, _ changes: inout [StoredChange]) throws {
        if !dirty.isEmpty {
            let bits = RunList.bits(of: dirty.count)
            try runs.append(bits: bits, pages: pages(bits), view, &changes, merge: Self.merge)
        }
        for place in dirty { isDirty[place] = false }
        dirty.removeAll(keepingCapacity: true)
        turn += 1
        if count > most { evict() }
    }

    /// The changed records by the upper bits of their keys.
    private func pages(_ bits: Int) -> [[UInt8]] {
        var starts = [Int](repeating: 0, count: 1 << bits + 1)
        for place in dirty { starts[RunList.page(of: high[place], bits) + 1] += 1 }
        for page in 1..<starts.count { starts[page] += starts[page - 1] }
        var next = starts
        var order = [Int](repeating: 0, count: dirty.count)
        for place in dirty {
            let page = RunList.page(of: high[place], bits)
            order[next[page]] = place
            next[page] += 1
        }
        var arena = ByteArena(capacity: 32_768)
        return (0..<1 << bits).map { page in
            arena.removeAll(keeping: 1 << 20)
            for number in starts[page]..<starts[page + 1] {
                let from = order[number] * Self.words
                arena.reserve(32 + Self.words * 10)
                arena.fixed(high[order[number]])
                arena.fixed(low[order[number]])
                let lengthPlace = arena.count
                arena.byte(0)
                var mask: UInt64 = 0
                for word in 0..<Self.words where values[from + word] != 0 { mask |= 1 << UInt64(word) }
                arena.number(mask)
                while mask != 0 {
                    arena.signed(values[from + mask.trailingZeroBitCount])
                    mask &= mask - 1
                }
                arena.set(byte: UInt8(truncatingIfNeeded: arena.count - lengthPlace - 1), at: lengthPlace)
            }
            return arena.bytes
        }
    }

    /// One run of several: of a record that is in more than one of them the newest stands.
    private static func merge(_ rows: [[UInt8]]) -> (bits: Int, pages: [[UInt8]]) {
        var newest: [RecordKey: (row: Int, start: Int, end: Int)] = [:]
        for (number, row) in rows.enumerated() { forEach(row) { newest[$0] = (number, $1, $2) } }
        let bits = RunList.bits(of: newest.count)
        var pages = [[UInt8]](repeating: [], count: 1 << bits)
        for (key, found) in newest {
            pages[RunList.page(of: key.high, bits)] += rows[found.row][found.start - 17..<found.end]
        }
        return (bits, pages)
    }

    private mutating func evict() {
        // How many were last touched how many commits ago; those of long ago are one.
        var ages = [Int](repeating: 0, count: 1024)
        for touched in touched { ages[min(1023, Int(turn - touched))] += 1 }
        var oldest = 0, keeping = 0
        while oldest < 1023, keeping + ages[oldest + 1] <= most / 2 {
            oldest += 1
            keeping += ages[oldest]
        }
        let limit = turn - Int32(oldest) - 1
        var kept = RecordStore(most: most)
        kept.turn = turn
        kept.filter = filter
        kept.runs = runs
        kept.index = ContiguousArray(repeating: 0, count: index.count)
        for place in 0..<count where touched[place] > limit {
            let made = kept.insert(RecordKey(high: high[place], low: low[place]))
            kept.touched[made] = touched[place]
            for word in 0..<Self.words { kept.values[made * Self.words + word] = values[place * Self.words + word] }
        }
        self = kept
    }

    @inline(__always)
    private func look(_ key: RecordKey) -> Int? {
        let mask = index.count - 1
        var at = Int(truncatingIfNeeded: key.high) & mask
        while index[at] != 0 {
            let place = Int(index[at]) - 1
            if high[place] == key.high && low[place] == key.low { return place }
            at = (at + 1) & mask
        }
        return nil
    }

    private mutating func mark(_ place: Int) {
        isDirty[place] = true
        dirty.append(place)
    }

    private mutating func insert(_ key: RecordKey) -> Int {
        high.append(key.high)
        low.append(key.low)
        values.append(contentsOf: repeatElement(0, count: Self.words))
        touched.append(turn)
        isDirty.append(false)
        if high.count * 2 > index.count { index = ContiguousArray(repeating: 0, count: index.count * 2) } else { place(high.count - 1); return high.count - 1 }
        for number in 0..<high.count { place(number) }
        return high.count - 1
    }

    private mutating func place(_ number: Int) {
        let mask = index.count - 1
        var at = Int(truncatingIfNeeded: high[number]) & mask
        while index[at] != 0 { at = (at + 1) & mask }
        index[at] = UInt32(number + 1)
    }
}

/// What a record is found by: what kind of thing it is of, and that thing's hashes.
struct RecordKey: Hashable {
    var high: UInt64
    var low: UInt64

    enum Kind: UInt64 { case usage = 1, cumulativeFile, cumulativeEpoch, call, task, span, execution, agent }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
    @inline(__always)
    init(_ kind: Kind, _ first: UInt64, _ second: UInt64 = 0) {
        high = TextHash.mix(first ^ kind.rawValue &* 0x9E37_79B9_7F4A_7C15, TextHash.spread(second) | 1)
        low = TextHash.spread(first ^ TextHash.spread(second &+ kind.rawValue))
    }
    var bytes: [UInt8] { ByteWriter.bigEndian(high) + ByteWriter.bigEndian(low) }
}
