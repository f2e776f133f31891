/// What was folded and not yet committed: a cell for each event, part or task, written one behind the other.
///
/// A fact that is open is a few numbers that are added to (`add`, `raise`, `addSide`); `close` writes all open facts. Nothing is looked up: readers add cells of
/// equal keys anyway. *Owns* its bytes. *Thread*: the engine's. *Limits*: its owner empties it with each commit.
struct FactLog: ~Copyable {
    /// A fact's words before its cell: its bytes without these two words, and the number of its minute.
    private static let head = 8
    private static let mostKept = 8 << 20

    private var arena = ByteArena(capacity: 65_536)
    /// What the newest events added; noted here because `add` is where it is known.
    var contributions = ContributionRing(capacity: 1)
    private(set) var count = 0

    // Open facts.
    private struct Open {
        var second: Int64
        var dimensions: UInt64
        var entity: UInt64
        var mask: UInt64
    }
    private var open: ContiguousArray<Open> = []
    private var values: ContiguousArray<Int64> = []
    private var sides: ContiguousArray<(fact: Int, kind: UInt8, item: UInt64, value: Int64)> = []

    // Minutes that facts lie in.
    private var minutes: ContiguousArray<Int64> = []
    private var minuteBytes: ContiguousArray<Int> = []
    private var numberOfMinute: [Int64: Int] = [:]
    private var lastMinute = Int64.min
    private var lastNumber = 0
    private var entityCount = 0

    init() {}

    var isEmpty: Bool { count == 0 }
    /// Facts that have an entity.
    var withEntity: Int { entityCount }

    // MARK: writing

    /// Opens a fact; its number is good until `close`.
    @inline(__always)
    mutating func cell(_ second: Int64, _ dimensions: UInt64, _ entity: UInt64) -> Int {
        open.append(Open(second: second, dimensions: dimensions, entity: entity, mask: 0))
        if values.count < open.count * Field.count { values.append(contentsOf: repeatElement(0, count: Field.count)) }
        return open.count - 1
    }

    @inline(__always)
    mutating func add(_ fact: Int, _ field: Int, _ amount: Int64) {
        let at = fact * Field.count + field
        values[at] = values[at].addingSaturated(amount)
        open[fact].mask |= 1 &<< UInt64(field)
        contributions.add(field, amount)
    }

    @inline(__always)
    mutating func merge(_ fact: Int, _ field: Int, _ amount: Int64) {
        let at = fact * Field.count + field
        values[at] = Field.merge(field, values[at], amount)
        open[fact].mask |= 1 &<< UInt64(field)
    }

    /// Adds one duration to its count, sum, extremes and buckets.
    mutating func observe(_ fact: Int, count: Int, sum: Int, minimum: Int, maximum: Int, sketch: UInt8, _ nanoseconds: Int64) {
        add(fact, count, 1)
        add(fact, sum, nanoseconds)
        merge(fact, minimum, nanoseconds + 1)
        merge(fact, maximum, nanoseconds + 1)
        addSide(fact, sketch, Sketch.bucket(nanoseconds), 1)
    }

    @inline(__always)
    mutating func addSide(_ fact: Int, _ kind: UInt8, _ item: UInt64, _ value: Int64) { sides.append((fact, kind, item, value)) }

    /// Writes the open facts, and adds those of events to the table of minutes.
    @inline(__always)
    mutating func close(into levels: inout LevelTable) {
        for fact in 0..<open.count { write(fact, &levels) }
        open.removeAll(keepingCapacity: true)
        sides.removeAll(keepingCapacity: true)
    }

    /// Writes the open facts.
    mutating func close() {
        var none: LevelTable? = nil
        for fact in 0..<open.count { write(fact, &none) }
        open.removeAll(keepingCapacity: true)
        sides.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private mutating func write(_ fact: Int, _ levels: inout LevelTable) {
        let written = encode(fact)
        if !written { return }
        let head = open[fact]
        let cell = levels.cell(minutes[lastNumber], head.dimensions)
        var rest = head.mask
        while rest != 0 {
            let field = rest.trailingZeroBitCount
            levels.merge(cell, field, values[fact * Field.count + field])
            values[fact * Field.count + field] = 0
            rest &= rest - 1
        }
        for side in sides where side.fact == fact { levels.addSide(cell, side.kind, side.item, side.value) }
        if head.entity != 0, head.mask & (1 << UInt64(Field.events) | 1 << UInt64(Field.partLines)) != 0 { levels.note(cell, execution: head.entity) }
    }

    private mutating func write(_ fact: Int, _ levels: inout LevelTable?) {
        _ = encode(fact)
        var rest = open[fact].mask
        while rest != 0 {
            values[fact * Field.count + rest.trailingZeroBitCount] = 0
            rest &= rest - 1
        }
    }

    /// Writes one fact; false when it says nothing.
    @inline(__always)
    private mutating func encode(_ fact: Int) -> Bool {
        let head = open[fact]
        let from = fact * Field.count
        var mask: UInt64 = 0, rest = head.mask
        while rest != 0 {
            if values[from + rest.trailingZeroBitCount] != 0 { mask |= rest & (0 &- rest) }
            rest &= rest - 1
        }
        var sideCount = 0
        for side in sides where side.fact == fact { sideCount += 1 }
        if mask == 0 && sideCount == 0 { return false }

        let minute = head.second.floored(to: 60)
        if minute != lastMinute { turn(to: minute) }
        arena.reserve(Self.head + CellRow.mostCell + CellRow.mostSide * (sideCount + 1))
        let start = arena.count
        arena.word(0)
        arena.word(UInt32(truncatingIfNeeded: lastNumber))
        var marks: UInt8 = head.entity != 0 ? CellRow.hasEntity : 0
        let isOneDuration = isOne(from, mask, Field.durationCount, Field.durationSum, Field.durationMinimum, Field.durationMaximum, sketch: Side.duration, fact)
        let isOneLatency = isOne(from, mask, Field.latencyCount, Field.latencySum, Field.latencyMinimum, Field.latencyMaximum, sketch: Side.latency, fact)
        var written = mask
        if isOneDuration {
            marks |= CellRow.oneDuration
            written &= ~CellRow.durationExtremes
            sideCount -= 1
        }
        if isOneLatency {
            marks |= CellRow.oneLatency
            written &= ~CellRow.latencyExtremes
            sideCount -= 1
        }
        if sideCount > 0 { marks |= CellRow.hasSides }
        arena.byte(marks)
        arena.byte(UInt8(truncatingIfNeeded: head.second - minute))
        arena.fixed(head.dimensions)
        if head.entity != 0 {
            arena.fixed(head.entity)
            entityCount += 1
        }
        arena.number(written)
        while written != 0 {
            arena.signed(values[from + written.trailingZeroBitCount])
            written &= written - 1
        }
        if sideCount > 0 {
            arena.number(UInt64(sideCount))
            for side in sides where side.fact == fact {
                if isOneDuration && side.kind == Side.duration || isOneLatency && side.kind == Side.latency { continue }
                arena.byte(side.kind)
                arena.number(1)
                if Side.isHash(side.kind) {
                    arena.fixed(side.item)
                } else {
                    arena.number(side.item)
                    arena.signed(side.value)
                }
            }
        }
        let length = arena.count - start - Self.head
        arena.set(word: UInt32(truncatingIfNeeded: length), at: start)
        minuteBytes[lastNumber] += length
        count += 1
        return true
    }

    /// Whether a duration was seen exactly once, so that its extremes and bucket follow from its sum.
    @inline(__always)
    private func isOne(_ from: Int, _ mask: UInt64, _ count: Int, _ sum: Int, _ minimum: Int, _ maximum: Int, sketch: UInt8, _ fact: Int) -> Bool {
        if mask >> UInt64(sum) & 1 == 0 || values[from + count] != 1 { return false }
        let value = values[from + sum]
        if values[from + minimum] != value + 1 || values[from + maximum] != value + 1 { return false }
        var found = 0
        for side in sides where side.fact == fact && side.kind == sketch { found += side.item == Sketch.bucket(value) && side.value == 1 ? 1 : 2 }
        return found == 1
    }

    @inline(never)
    private mutating func turn(to minute: Int64) {
        lastMinute = minute
        if let number = numberOfMinute[minute] {
            lastNumber = number
            return
        }
        lastNumber = minutes.count
        numberOfMinute[minute] = lastNumber
        minutes.append(minute)
        minuteBytes.append(0)
    }

    // MARK: reading

    /// Hands every fact to `body` as a cell.
    func forEach(_ body: (inout CellRow.Cell) -> Void) {
        if isEmpty { return }
        var reader = ByteReader(arena.bytes)
        var cell = CellRow.Cell()
        var at = 0
        while at < arena.count {
            let length = Int(arena.word(at: at)), minute = minutes[Int(arena.word(at: at + 4))]
            reader.at = at + Self.head
            CellRow.read(&reader, minute, &cell)
            body(&cell)
            at += Self.head + length
        }
    }

    /// One row for each minute, in order of time: the minute and its bytes.
    func rowsByMinute() -> [(minute: Int64, row: [UInt8])] { rows(minutes.map { $0 }) }

    /// One row for each hour.
    func rowsByHour() -> [(minute: Int64, row: [UInt8])] { rows(minutes.map { $0.floored(to: 3600) }) }

    /// Rows by block, where `blocks` has the block of each minute; offsets are from the block.
    private func rows(_ blocks: [Int64]) -> [(minute: Int64, row: [UInt8])] {
        let order = blocks.indices.sorted { (blocks[$0], $0) < (blocks[$1], $1) }
        let isFine = blocks.elementsEqual(minutes)
        // An offset beyond a minute's may take two bytes where one was.
        var sizes = [Int](repeating: 0, count: blocks.count)
        for minute in blocks.indices { sizes[minute] = minuteBytes[minute] }
        if !isFine {
            var at = 0
            while at < arena.count {
                let length = Int(arena.word(at: at)), minute = Int(arena.word(at: at + 4))
                let offset = Int64(arena[at + Self.head + 1]) + minutes[minute] - blocks[minute]
                if offset >= 128 { sizes[minute] += 1 }
                at += Self.head + length
            }
        }
        var places = [Int](repeating: 0, count: blocks.count)
        var starts: [(block: Int64, at: Int)] = []
        var end = 0
        for minute in order {
            if starts.last?.block != blocks[minute] {
                starts.append((blocks[minute], end))
                end += CellRow.head
            }
            places[minute] = end
            end += sizes[minute]
        }
        var all = ByteArena(capacity: end)
        all.stretch(to: end)
        var scratch = ByteArena(capacity: 64)
        for (block, at) in starts {
            scratch.removeAll(keeping: 64)
            scratch.fixed(ByteWriter.ordered(block))
            all.put(scratch, 0, CellRow.head, at: at)
        }
        var at = 0
        while at < arena.count {
            let length = Int(arena.word(at: at)), minute = Int(arena.word(at: at + 4))
            if isFine {
                all.put(arena, at + Self.head, length, at: places[minute])
                places[minute] += length
            } else {
                scratch.removeAll(keeping: 64)
                scratch.byte(arena[at + Self.head])
                scratch.number(UInt64(bitPattern: Int64(arena[at + Self.head + 1]) + minutes[minute] - blocks[minute]))
                all.put(scratch, 0, scratch.count, at: places[minute])
                all.put(arena, at + Self.head + 2, length - 2, at: places[minute] + scratch.count)
                places[minute] += length - 2 + scratch.count
            }
            at += Self.head + length
        }
        return starts.indices.map { number in
            (starts[number].block, all.bytes(starts[number].at, number + 1 < starts.count ? starts[number + 1].at : end))
        }
    }

    /// The facts of entities as pages of `runs`, by the entity's upper bits.
    func pages(bits: Int) -> [[UInt8]] {
        var pages = 1 << bits
        if entityCount == 0 { pages = 0 }
        var sizes = [Int](repeating: CellRow.head, count: pages)
        guard let base = minutes.min(), pages > 0 else { return [] }
        var at = 0
        while at < arena.count {
            let length = Int(arena.word(at: at))
            if arena[at + Self.head] & CellRow.hasEntity != 0 {
                let page = RunList.page(of: arena.fixed(at: at + Self.head + 10), bits)
                sizes[page] += length + 9
            }
            at += Self.head + length
        }
        var places = [Int](repeating: 0, count: pages), end = 0
        for page in 0..<pages {
            places[page] = end
            end += sizes[page]
        }
        let starts = places
        var all = ByteArena(capacity: end)
        all.stretch(to: end)
        var scratch = ByteArena(capacity: 64)
        scratch.fixed(ByteWriter.ordered(base))
        for page in 0..<pages {
            all.put(scratch, 0, CellRow.head, at: places[page])
            places[page] += CellRow.head
        }
        at = 0
        while at < arena.count {
            let length = Int(arena.word(at: at))
            if arena[at + Self.head] & CellRow.hasEntity != 0 {
                let page = RunList.page(of: arena.fixed(at: at + Self.head + 10), bits)
                let second = minutes[Int(arena.word(at: at + 4))] + Int64(arena[at + Self.head + 1])
                scratch.removeAll(keeping: 64)
                scratch.byte(arena[at + Self.head])
                scratch.number(UInt64(bitPattern: second - base))
                all.put(scratch, 0, scratch.count, at: places[page])
                all.put(arena, at + Self.head + 2, length - 2, at: places[page] + scratch.count)
                places[page] += length - 2 + scratch.count
            }
            at += Self.head + length
        }
        return (0..<pages).map { places[$0] == starts[$0] + CellRow.head ? [] : all.bytes(starts[$0], places[$0]) }
    }

    mutating func removeAll() {
        arena.removeAll(keeping: Self.mostKept)
        count = 0
        entityCount = 0
        open.removeAll(keepingCapacity: true)
        sides.removeAll(keepingCapacity: true)
        minutes.removeAll(keepingCapacity: true)
        minuteBytes.removeAll(keepingCapacity: true)
        numberOfMinute.removeAll()
        lastMinute = .min
        lastNumber = 0
    }
}
