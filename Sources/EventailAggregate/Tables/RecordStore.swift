internal import EventailEvents

/// Small records by a 128-bit key: counted usage, tool calls, tasks, spans, heads of executions.
///
/// A record is twelve numbers whose meaning is its user's. Those spoken of lately lie in memory, the others in the state, of which a `KeyFilter` knows what it may hold.
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
    private var dirty: ContiguousArray<Int> = []
    private var index = ContiguousArray<UInt32>(repeating: 0, count: 1024)
    private var turn: Int32 = 1
    var filter = KeyFilter()

    init(most: Int) { self.most = most }

    var count: Int { high.count }

    /// The place of a key's record, nil when there is none anywhere.
    mutating func find(_ key: RecordKey, _ view: StateView) throws -> Int? {
        if let place = look(key) {
            touched[place] = turn
            return place
        }
        guard filter.mayContain(key.high) else { return nil }
        var newest: (row: [UInt8], start: Int)?
        try view.forEach(.records, prefix: ByteWriter.bigEndian(RowBlock.place(ofHash: key.high))) { _, row in
            if let start = RecordRow.find(key, in: row) { newest = (row, start) }
        }
        guard let newest else { return nil }
        let place = insert(key)
        RecordRow.read(newest.row, at: newest.start, into: &values, from: place * Self.words)
        return place
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

    /// The places of the records that changed since the last commit.
    mutating func takeDirty() -> ContiguousArray<Int> {
        let places = dirty
        for place in places { isDirty[place] = false }
        dirty.removeAll(keepingCapacity: true)
        return places
    }

    /// Makes room for the next commit: of more than `most` records, the ones not touched for long leave memory.
    mutating func endCommit() {
        turn += 1
        if count > most { evict() }
    }

    func key(_ place: Int) -> RecordKey { RecordKey(high: high[place], low: low[place]) }

    private mutating func evict() {
        let sorted = touched.sorted()
        let limit = sorted[count - most / 2]
        var kept = RecordStore(most: most)
        kept.turn = turn
        kept.filter = filter
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
}
