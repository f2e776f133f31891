/// Figures by slot and dimensions, without executions, for the levels from minutes upwards.
///
/// Fields are added where they stand; what is counted by item, and executions, are lists that `settle` sorts and joins once, before they are read.
/// *Thread*: the engine's. *Limits*: its owner empties it with each commit.
struct LevelTable: ~Copyable {
    private(set) var slots: ContiguousArray<Int64> = []
    private(set) var dimensions: ContiguousArray<UInt64> = []
    private var values: ContiguousArray<Int64> = []
    /// Cell number plus one; 0 is free.
    private var index = ContiguousArray<UInt32>(repeating: 0, count: 256)

    /// Cell, kind and item in one number, and what is counted.
    private struct SideEntry {
        var key: UInt64
        var value: Int64
    }
    private struct Execution {
        var cell: UInt32
        var hash: UInt64
    }
    /// Bits of an item and of a kind and item in a key.
    private static let itemBits: UInt64 = 20, keyBits: UInt64 = 24
    /// The largest item that is not a hash.
    static let mostItem = 1 << 20 - 1
    private var sides: ContiguousArray<SideEntry> = []
    private var executions: ContiguousArray<Execution> = []
    /// Pairs noted lately, so that most repetitions are not noted again.
    private var lately = ContiguousArray<Execution>(repeating: Execution(cell: 0, hash: 0), count: 4096)

    init() {}

    var count: Int { slots.count }

    @inline(__always)
    mutating func cell(_ slot: Int64, _ dimension: UInt64) -> Int {
        let mask = index.count - 1
        var at = Int(truncatingIfNeeded: Self.hash(slot, dimension)) & mask
        while index[at] != 0 {
            let found = Int(index[at]) - 1
            if dimensions[found] == dimension && slots[found] == slot { return found }
            at = (at + 1) & mask
        }
        return insert(at, slot, dimension)
    }

    /// Adds a fact to its minute.
    mutating func add(_ fact: borrowing CellRow.Cell) {
        let cell = cell(fact.slot.floored(to: 60), fact.dimensions.bits)
        for (field, value) in fact.fields { merge(cell, field, value) }
        for (kind, item, value) in fact.sides { addSide(cell, kind, item, value) }
        if fact.entity != 0, fact.hasEvents { note(cell, execution: fact.entity) }
    }

    /// Hands every cell to `body`. The table is settled.
    func forEach(_ body: (inout CellRow.Cell) -> Void) {
        let sideStarts = starts(sides.lazy.map { Int($0.key >> Self.keyBits) })
        let executionStarts = starts(executions.lazy.map { Int($0.cell) })
        var cell = CellRow.Cell()
        for number in 0..<count {
            cell.slot = slots[number]
            cell.dimensions = Dimensions(bits: dimensions[number])
            cell.entity = 0
            cell.fields.removeAll(keepingCapacity: true)
            for field in 0..<Field.count where values[number * Field.count + field] != 0 { cell.fields.append((field, values[number * Field.count + field])) }
            cell.sides.removeAll(keepingCapacity: true)
            for side in sideStarts[number]..<sideStarts[number + 1] {
                let key = sides[side].key
                cell.sides.append((UInt8(truncatingIfNeeded: key >> Self.itemBits & 15), key & (1 << Self.itemBits - 1), sides[side].value))
            }
            for place in executionStarts[number]..<executionStarts[number + 1] { cell.sides.append((Side.execution, executions[place].hash, 1)) }
            body(&cell)
        }
    }

    @inline(__always)
    mutating func merge(_ cell: Int, _ field: Int, _ amount: Int64) {
        let at = cell * Field.count + field
        values[at] = Field.merge(field, values[at], amount)
    }

    @inline(__always)
    mutating func addSide(_ cell: Int, _ kind: UInt8, _ item: UInt64, _ value: Int64) {
        precondition(item <= UInt64(Self.mostItem), "an item of a cell is a small number")
        sides.append(SideEntry(key: UInt64(cell) << Self.keyBits | UInt64(kind) << Self.itemBits | item, value: value))
    }

    @inline(__always)
    mutating func note(_ cell: Int, execution: UInt64) {
        let place = Int(truncatingIfNeeded: execution ^ UInt64(cell) &* 0x9E37_79B9_7F4A_7C15) & 4095
        if lately[place].hash == execution && lately[place].cell == UInt32(cell) { return }
        lately[place] = Execution(cell: UInt32(cell), hash: execution)
        executions.append(Execution(cell: UInt32(cell), hash: execution))
    }

    @inline(__always)
    private static func hash(_ slot: Int64, _ dimension: UInt64) -> UInt64 {
        TextHash.mix(dimension ^ 0x9E37_79B9_7F4A_7C15, UInt64(bitPattern: slot) &* 0xD6E8_FEB8_6659_FD93 ^ 0xE703_7ED1_A0B4_28DB)
    }

    @inline(never)
    private mutating func insert(_ at: Int, _ slot: Int64, _ dimension: UInt64) -> Int {
        slots.append(slot)
        dimensions.append(dimension)
        values.append(contentsOf: repeatElement(0, count: Field.count))
        index[at] = UInt32(slots.count)
        if slots.count * 2 > index.count {
            index = ContiguousArray(repeating: 0, count: index.count * 4)
            let mask = index.count - 1
            for number in 0..<slots.count {
                var place = Int(truncatingIfNeeded: Self.hash(slots[number], dimensions[number])) & mask
                while index[place] != 0 { place = (place + 1) & mask }
                index[place] = UInt32(number + 1)
            }
        }
        return slots.count - 1
    }

    // MARK: settling

    /// Sorts the lists by cell and joins entries of the same item.
    mutating func settle() {
        settleSides()
        settleExecutions()
    }

    private mutating func settleSides() {
        let bits = Int(Self.keyBits) + (Int.bitWidth - max(count, 1).leadingZeroBitCount)
        var other = sides
        var shift = 0
        while shift < bits {
            var counts = [Int](repeating: 0, count: 2049)
            for side in sides { counts[Int(side.key >> UInt64(shift) & 2047) + 1] += 1 }
            // A digit that is the same everywhere needs no pass.
            if !counts.contains(sides.count) {
                for digit in 1...2048 { counts[digit] += counts[digit - 1] }
                for side in sides {
                    let digit = Int(side.key >> UInt64(shift) & 2047)
                    other[counts[digit]] = side
                    counts[digit] += 1
                }
                swap(&sides, &other)
            }
            shift += 11
        }
        var kept = 0
        for number in sides.indices {
            let side = sides[number]
            if kept > 0, sides[kept - 1].key == side.key {
                sides[kept - 1].value = Side.merge(UInt8(truncatingIfNeeded: side.key >> Self.itemBits & 15), sides[kept - 1].value, side.value)
            } else {
                sides[kept] = side
                kept += 1
            }
        }
        sides.removeLast(sides.count - kept)
    }

    private mutating func settleExecutions() {
        var starts = [Int](repeating: 0, count: count + 1)
        for execution in executions { starts[Int(execution.cell) + 1] += 1 }
        for cell in 0..<count { starts[cell + 1] += starts[cell] }
        var next = starts
        var hashes = ContiguousArray<UInt64>(repeating: 0, count: executions.count)
        for execution in executions {
            hashes[next[Int(execution.cell)]] = execution.hash
            next[Int(execution.cell)] += 1
        }
        executions.removeAll(keepingCapacity: true)
        for cell in 0..<count where starts[cell] < starts[cell + 1] {
            if starts[cell + 1] - starts[cell] > 1 { hashes[starts[cell]..<starts[cell + 1]].sort() }
            var last: UInt64 = 0
            for place in starts[cell]..<starts[cell + 1] where hashes[place] != last {
                last = hashes[place]
                executions.append(Execution(cell: UInt32(cell), hash: last))
            }
        }
    }

    /// The same figures by larger slots; 0 makes one slot of all. Both are settled.
    func coarser(_ step: Int64) -> LevelTable {
        var answer = LevelTable()
        var places = ContiguousArray<Int>()
        places.reserveCapacity(count)
        for cell in 0..<count {
            let into = answer.cell(step == 0 ? 0 : slots[cell].floored(to: step), dimensions[cell])
            places.append(into)
            for field in 0..<Field.count where values[cell * Field.count + field] != 0 { answer.merge(into, field, values[cell * Field.count + field]) }
        }
        answer.sides.reserveCapacity(sides.count)
        for side in sides {
            let into = UInt64(places[Int(side.key >> Self.keyBits)])
            answer.sides.append(SideEntry(key: into << Self.keyBits | side.key & (1 << Self.keyBits - 1), value: side.value))
        }
        answer.executions.reserveCapacity(executions.count)
        for execution in executions { answer.executions.append(Execution(cell: UInt32(places[Int(execution.cell)]), hash: execution.hash)) }
        // Where no two cells became one, the order is what it was.
        if answer.count != count { answer.settle() }
        return answer
    }

    // MARK: rows

    /// One row for each slot, in order of time. The table is settled.
    func rows() -> [(slot: Int64, row: [UInt8])] {
        let order = (0..<count).sorted { (slots[$0], $0) < (slots[$1], $1) }
        let sideStarts = starts(sides.lazy.map { Int($0.key >> Self.keyBits) })
        let executionStarts = starts(executions.lazy.map { Int($0.cell) })
        var answer: [(slot: Int64, row: [UInt8])] = []
        var arena = ByteArena(capacity: 65_536)
        var next = 0
        while next < order.count {
            let slot = slots[order[next]]
            arena.removeAll(keeping: 1 << 20)
            arena.reserve(CellRow.head)
            arena.fixed(ByteWriter.ordered(slot))
            while next < order.count, slots[order[next]] == slot {
                let cell = order[next]
                write(cell, sideStarts[cell]..<sideStarts[cell + 1], executionStarts[cell]..<executionStarts[cell + 1], &arena)
                next += 1
            }
            answer.append((slot, arena.bytes))
        }
        return answer
    }

    private func starts(_ cells: some Sequence<Int>) -> [Int] {
        var starts = [Int](repeating: 0, count: count + 1)
        for cell in cells { starts[cell + 1] += 1 }
        for cell in 0..<count { starts[cell + 1] += starts[cell] }
        return starts
    }

    private func write(_ cell: Int, _ sideRange: Range<Int>, _ executionRange: Range<Int>, _ arena: inout ByteArena) {
        arena.reserve(CellRow.mostCell + CellRow.mostSide * (sideRange.count * 2 + 2) + 8 * executionRange.count)
        let isBounded = executionRange.count > ExecutionSketch.mostExact
        var groups = executionRange.isEmpty ? 0 : 1
        for number in sideRange where number == sideRange.lowerBound || sides[number].key >> Self.itemBits != sides[number - 1].key >> Self.itemBits { groups += 1 }
        arena.byte(groups > 0 ? CellRow.hasSides : 0)
        arena.number(UInt64(0))
        arena.dimensions(dimensions[cell])
        var mask: UInt64 = 0
        for field in 0..<Field.count where values[cell * Field.count + field] != 0 { mask |= 1 << UInt64(field) }
        arena.number(mask)
        while mask != 0 {
            Field.write(values[cell * Field.count + mask.trailingZeroBitCount], mask.trailingZeroBitCount, to: &arena)
            mask &= mask - 1
        }
        if groups == 0 { return }
        arena.number(UInt64(groups))
        var next = sideRange.lowerBound
        while next < sideRange.upperBound {
            let group = sides[next].key >> Self.itemBits
            var end = next
            while end < sideRange.upperBound, sides[end].key >> Self.itemBits == group { end += 1 }
            arena.byte(UInt8(truncatingIfNeeded: group & 15))
            arena.number(UInt64(end - next))
            var last: UInt64 = 0
            for place in next..<end {
                let item = sides[place].key & (1 << Self.itemBits - 1)
                arena.number(item - last)
                last = item
                arena.signed(sides[place].value)
            }
            next = end
        }
        if executionRange.isEmpty { return }
        if isBounded {
            var ranks: [UInt64: Int64] = [:]
            for place in executionRange {
                let (register, rank) = ExecutionSketch.register(of: executions[place].hash)
                ranks[register] = max(ranks[register] ?? 0, rank)
            }
            arena.reserve(CellRow.mostSide * (ranks.count + 1))
            arena.byte(Side.executionRegister)
            arena.number(UInt64(ranks.count))
            var last: UInt64 = 0
            for (register, rank) in ranks.sorted(by: { $0.key < $1.key }) {
                arena.number(register - last)
                last = register
                arena.signed(rank)
            }
        } else {
            arena.byte(Side.execution)
            arena.number(UInt64(executionRange.count))
            for place in executionRange { arena.fixed(executions[place].hash) }
        }
    }

    mutating func removeAll() { self = LevelTable() }
}
