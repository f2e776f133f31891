internal import EventailEvents

/// Small records by a 128-bit key: counted usage, tool calls, tasks, spans, heads of executions.
///
/// A record is twelve numbers whose meaning is its user's. Those spoken of lately lie in memory, the others in the state's runs, of which a `KeyFilter` knows what
/// they may hold.
/// *Thread*: the engine's. *Limits*: `most` records in memory after a commit; between commits as many as were touched.
struct RecordStore: ~Copyable {
    static let words = 12
    /// Numbers of a record in memory: its key, when it was last touched, whether it changed, and its words; two cache lines.
    private static let stride = 16, low = 1, touched = 2, changed = 3, first = 4
    let most: Int
    private var room = Column<Int64>(capacity: 1024)
    private var index = HashIndex()
    private var dirty = Column<Int>()
    /// Counts commits.
    private var turn: Int64 = 1
    var filter = KeyFilter()
    var runs = RunList(.records)
    /// Of the records that others keep in memory, which are appended at other times than the own ones.
    var images = RunList(.heads)

    init(most: Int) { self.most = most }

    var count: Int { room.count / Self.stride }

    /// The place of a key's record, nil when there is none anywhere.
    @inline(__always)
    mutating func find(_ key: RecordKey, _ view: StateView) throws -> Int? {
        if let place = look(key) {
            room[place * Self.stride + Self.touched] = turn
            return place
        }
        guard filter.mayContain(key.high) else { return nil }
        return try load(key, view)
    }

    @inline(never)
    private mutating func load(_ key: RecordKey, _ view: StateView) throws -> Int? {
        guard let words = try Self.stored(key, runs, view) else { return nil }
        let place = insert(key)
        for word in 0..<Self.words { room[place * Self.stride + Self.first + word] = words[word] }
        return place
    }

    /// The words of a record as the state holds it, nil when it holds none.
    private static func stored(_ key: RecordKey, _ runs: RunList, _ view: StateView) throws -> [Int64]? {
        var words: [Int64]?
        try runs.forEachPage(of: key.high, view) { page in
            forEach(page) { found, start, _ in
                if found != key || words != nil { return }
                var reader = ByteReader(page, at: start)
                let mask = reader.number()
                words = (0..<Self.words).map { mask >> UInt64($0) & 1 == 1 ? reader.signed() : 0 }
            }
            return words == nil
        }
        return words
    }

    // MARK: records that others keep in memory

    /// A record whole.
    struct Image {
        var key: RecordKey
        var words: [Int64]
    }

    /// The words of a record that is never found or made here, only read and appended; nil when there is none.
    func read(_ key: RecordKey, _ view: StateView) throws -> [Int64]? { filter.mayContain(key.high) ? try Self.stored(key, images, view) : nil }

    /// Appends records to the state.
    mutating func append(_ fresh: [Image], _ view: StateView, _ changes: inout [StoredChange]) throws {
        if fresh.isEmpty { return }
        let bits = RunList.bits(of: fresh.count)
        var starts = [Int](repeating: 0, count: 1 << bits + 1)
        for image in fresh { starts[RunList.page(of: image.key.high, bits) + 1] += 1 }
        for page in 1..<starts.count { starts[page] += starts[page - 1] }
        var next = starts
        var order = [Int](repeating: 0, count: fresh.count)
        for number in fresh.indices {
            let page = RunList.page(of: fresh[number].key.high, bits)
            order[next[page]] = number
            next[page] += 1
            filter.insert(fresh[number].key.high)
        }
        var arena = ByteArena(capacity: 32_768)
        let pages = (0..<1 << bits).map { page -> [UInt8] in
            arena.removeAll(keeping: 1 << 20)
            for number in starts[page]..<starts[page + 1] {
                let image = fresh[order[number]]
                Self.write(image.key, { image.words[$0] }, to: &arena)
            }
            return arena.bytes
        }
        try images.append(bits: bits, pages: pages, view, &changes, merge: Self.merge)
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
    @inline(__always)
    mutating func findOrMake(_ key: RecordKey, _ view: StateView) throws -> (place: Int, isNew: Bool) {
        if let place = try find(key, view) { return (place, false) }
        filter.insert(key.high)
        let place = insert(key)
        mark(place)
        return (place, true)
    }

    @inline(__always)
    subscript(_ place: Int, _ word: Int) -> Int64 {
        get { room[place * Self.stride + Self.first + word] }
        set {
            room[place * Self.stride + Self.first + word] = newValue
            if room[place * Self.stride + Self.changed] == 0 { mark(place) }
        }
    }

    /// The changed records, and room for the next commit: of more than `most`, the ones not touched for long leave memory.
    mutating func takeChanges(_ view: StateView, _ changes: inout [StoredChange]) throws {
        if !dirty.isEmpty {
            let bits = RunList.bits(of: dirty.count)
            try runs.append(bits: bits, pages: pages(bits), view, &changes, merge: Self.merge)
        }
        for number in 0..<dirty.count { room[dirty[number] * Self.stride + Self.changed] = 0 }
        dirty.removeAll()
        turn += 1
        if count > most { evict() }
    }

    @inline(__always) private func high(_ place: Int) -> UInt64 { UInt64(bitPattern: room[place * Self.stride]) }

    /// The changed records by the upper bits of their keys.
    private func pages(_ bits: Int) -> [[UInt8]] {
        var starts = [Int](repeating: 0, count: 1 << bits + 1)
        for number in 0..<dirty.count { starts[RunList.page(of: high(dirty[number]), bits) + 1] += 1 }
        for page in 1..<starts.count { starts[page] += starts[page - 1] }
        var next = starts
        var order = [Int](repeating: 0, count: dirty.count)
        for number in 0..<dirty.count {
            let page = RunList.page(of: high(dirty[number]), bits)
            order[next[page]] = dirty[number]
            next[page] += 1
        }
        var arena = ByteArena(capacity: 32_768)
        return (0..<1 << bits).map { page in
            arena.removeAll(keeping: 1 << 20)
            for number in starts[page]..<starts[page + 1] { write(order[number], to: &arena) }
            return arena.bytes
        }
    }

    private func write(_ place: Int, to arena: inout ByteArena) {
        let from = place * Self.stride + Self.first
        Self.write(RecordKey(high: high(place), low: UInt64(bitPattern: room[place * Self.stride + Self.low])), { room[from + $0] }, to: &arena)
    }

    @inline(__always)
    private static func write(_ key: RecordKey, _ word: (Int) -> Int64, to arena: inout ByteArena) {
        arena.reserve(32 + words * 10)
        arena.fixed(key.high)
        arena.fixed(key.low)
        let lengthPlace = arena.count
        arena.byte(0)
        var mask: UInt64 = 0
        for number in 0..<words where word(number) != 0 { mask |= 1 << UInt64(number) }
        arena.number(mask)
        while mask != 0 {
            arena.signed(word(mask.trailingZeroBitCount))
            mask &= mask - 1
        }
        arena.set(byte: UInt8(truncatingIfNeeded: arena.count - lengthPlace - 1), at: lengthPlace)
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
        for place in 0..<count { ages[age(place)] += 1 }
        var oldest = 0, keeping = 0
        while oldest < 1023, keeping + ages[oldest + 1] <= most / 2 {
            oldest += 1
            keeping += ages[oldest]
        }
        var old = Column<Int64>(capacity: max(keeping, 64) * Self.stride)
        swap(&room, &old)
        index.removeAll(keeping: most)
        for from in Swift.stride(from: 0, to: old.count, by: Self.stride) where min(1023, Int(turn - old[from + Self.touched])) <= oldest {
            for number in 0..<Self.stride { room.append(old[from + number]) }
            index.insert(UInt64(bitPattern: old[from]), room.count / Self.stride - 1)
        }
    }

    private func age(_ place: Int) -> Int { min(1023, Int(turn - room[place * Self.stride + Self.touched])) }

    @inline(__always)
    private func look(_ key: RecordKey) -> Int? {
        index.find(key.high) { place in
            UInt64(bitPattern: room[place * Self.stride]) == key.high && UInt64(bitPattern: room[place * Self.stride + Self.low]) == key.low
        }
    }

    @inline(__always)
    private mutating func mark(_ place: Int) {
        room[place * Self.stride + Self.changed] = 1
        dirty.append(place)
    }

    private mutating func insert(_ key: RecordKey) -> Int {
        let place = count
        room.stretch(to: room.count + Self.stride, filling: 0)
        room[place * Self.stride] = Int64(bitPattern: key.high)
        room[place * Self.stride + Self.low] = Int64(bitPattern: key.low)
        room[place * Self.stride + Self.touched] = turn
        index.insert(key.high, place)
        return place
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
