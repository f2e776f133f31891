/// Figures by time slot, dimensions and entity (an execution or a task), in an open-addressing table.
///
/// All cells' fields lie in one array, `Field.count` to a cell; what is counted by item (sketch buckets, error types ...) lies in a second table keyed by cell,
/// kind and item. *Thread*: its owner's. *Limits*: its owner empties it (`removeAll`) before it gets large; nothing is removed singly.
struct CellTable {
    private(set) var slots: ContiguousArray<Int64> = []
    private(set) var dimensions: ContiguousArray<UInt64> = []
    private(set) var entities: ContiguousArray<UInt64> = []
    private(set) var values: ContiguousArray<Int64> = []
    /// The fields of each cell that were ever changed, one bit each: only they are looked at.
    private(set) var masks: ContiguousArray<UInt64> = []
    /// Cell number plus one; 0 is free.
    private var index: ContiguousArray<UInt32>

    /// Cell number shifted over the kind.
    private(set) var sideCells: ContiguousArray<UInt64> = []
    private(set) var sideItems: ContiguousArray<UInt64> = []
    private(set) var sideValues: ContiguousArray<Int64> = []
    private var sideIndex: ContiguousArray<UInt32>

    init() {
        index = ContiguousArray(repeating: 0, count: 64)
        sideIndex = ContiguousArray(repeating: 0, count: 64)
    }

    var count: Int { slots.count }
    var isEmpty: Bool { slots.isEmpty }

    /// The cell of a key, made when new.
    @inline(__always)
    mutating func cell(_ slot: Int64, _ dimension: UInt64, _ entity: UInt64) -> Int {
        let mask = index.count - 1
        var at = Int(truncatingIfNeeded: Self.hash(slot, dimension, entity)) & mask
        while index[at] != 0 {
            let found = Int(index[at]) - 1
            if slots[found] == slot && dimensions[found] == dimension && entities[found] == entity { return found }
            at = (at + 1) & mask
        }
        return insert(at, slot, dimension, entity)
    }

    @inline(__always)
    mutating func add(_ cell: Int, _ field: Int, _ amount: Int64) {
        let at = cell * Field.count + field
        values[at] = values[at].addingSaturated(amount)
        masks[cell] |= 1 &<< UInt64(field)
    }

    @inline(__always)
    mutating func merge(_ cell: Int, _ field: Int, _ amount: Int64) {
        let at = cell * Field.count + field
        values[at] = Field.merge(field, values[at], amount)
        masks[cell] |= 1 &<< UInt64(field)
    }

    @inline(__always) func value(_ cell: Int, _ field: Int) -> Int64 { values[cell * Field.count + field] }

    /// Adds to (or for sets and registers: raises) what is counted of an item.
    mutating func addSide(_ cell: Int, _ kind: UInt8, _ item: UInt64, _ amount: Int64) {
        let key = UInt64(cell) << 8 | UInt64(kind)
        var mask = sideIndex.count - 1
        var at = Int(truncatingIfNeeded: TextHash.mix(key ^ 0x9E37_79B9_7F4A_7C15, item ^ 0xE703_7ED1_A0B4_28DB)) & mask
        while sideIndex[at] != 0 {
            let found = Int(sideIndex[at]) - 1
            if sideCells[found] == key && sideItems[found] == item {
                sideValues[found] = Side.merge(kind, sideValues[found], amount)
                return
            }
            at = (at + 1) & mask
        }
        sideCells.append(key)
        sideItems.append(item)
        sideValues.append(amount)
        sideIndex[at] = UInt32(sideCells.count)
        if sideCells.count * 2 > sideIndex.count {
            sideIndex = ContiguousArray(repeating: 0, count: sideIndex.count * 2)
            mask = sideIndex.count - 1
            for number in 0..<sideCells.count {
                var place = Int(truncatingIfNeeded: TextHash.mix(sideCells[number] ^ 0x9E37_79B9_7F4A_7C15, sideItems[number] ^ 0xE703_7ED1_A0B4_28DB)) & mask
                while sideIndex[place] != 0 { place = (place + 1) & mask }
                sideIndex[place] = UInt32(number + 1)
            }
        }
    }

    /// Adds all fields of another table's cell to one of this table's.
    mutating func merge(_ cell: Int, from other: borrowing CellTable, _ source: Int) {
        let into = cell * Field.count, from = source * Field.count
        var rest = other.masks[source]
        masks[cell] |= rest
        while rest != 0 {
            let field = rest.trailingZeroBitCount
            values[into + field] = Field.merge(field, values[into + field], other.values[from + field])
            rest &= rest &- 1
        }
    }

    /// The numbers of the side entries, by cell.
    func sidesByCell() -> CellSides {
        var starts = ContiguousArray<Int>(repeating: 0, count: count + 1)
        for key in sideCells { starts[Int(key >> 8) + 1] += 1 }
        for cell in 0..<count { starts[cell + 1] += starts[cell] }
        var next = starts
        var order = ContiguousArray<Int>(repeating: 0, count: sideCells.count)
        for number in 0..<sideCells.count {
            let cell = Int(sideCells[number] >> 8)
            order[next[cell]] = number
            next[cell] += 1
        }
        return CellSides(starts: starts, order: order)
    }

    /// Hands every cell to `body`.
    func forEach(_ body: (inout CellRow.Cell) -> Void) {
        if isEmpty { return }
        let sides = sidesByCell()
        var cell = CellRow.Cell()
        for number in 0..<count {
            cell.slot = slots[number]
            cell.dimensions = Dimensions(bits: dimensions[number])
            cell.entity = entities[number]
            cell.fields.removeAll(keepingCapacity: true)
            var rest = masks[number]
            while rest != 0 {
                let field = rest.trailingZeroBitCount
                if value(number, field) != 0 { cell.fields.append((field, value(number, field))) }
                rest &= rest &- 1
            }
            cell.sides.removeAll(keepingCapacity: true)
            for place in sides.starts[number]..<sides.starts[number + 1] {
                let side = sides.order[place]
                cell.sides.append((UInt8(truncatingIfNeeded: sideCells[side]), sideItems[side], sideValues[side]))
            }
            body(&cell)
        }
    }

    mutating func removeAll() {
        // A table that was large once gives its memory back.
        let keep = count < 131_072
        slots.removeAll(keepingCapacity: keep)
        dimensions.removeAll(keepingCapacity: keep)
        entities.removeAll(keepingCapacity: keep)
        values.removeAll(keepingCapacity: keep)
        masks.removeAll(keepingCapacity: keep)
        sideCells.removeAll(keepingCapacity: keep)
        sideItems.removeAll(keepingCapacity: keep)
        sideValues.removeAll(keepingCapacity: keep)
        index = ContiguousArray(repeating: 0, count: keep ? index.count : 64)
        sideIndex = ContiguousArray(repeating: 0, count: keep ? sideIndex.count : 64)
    }

    @inline(__always)
    private static func hash(_ slot: Int64, _ dimension: UInt64, _ entity: UInt64) -> UInt64 {
        TextHash.mix(dimension ^ 0x9E37_79B9_7F4A_7C15, entity ^ UInt64(bitPattern: slot) &* 0xD6E8_FEB8_6659_FD93 ^ 0xE703_7ED1_A0B4_28DB)
    }

    @inline(never)
    private mutating func insert(_ at: Int, _ slot: Int64, _ dimension: UInt64, _ entity: UInt64) -> Int {
        slots.append(slot)
        dimensions.append(dimension)
        entities.append(entity)
        values.append(contentsOf: repeatElement(0, count: Field.count))
        masks.append(0)
        index[at] = UInt32(slots.count)
        if slots.count * 2 > index.count {
            index = ContiguousArray(repeating: 0, count: index.count * 2)
            let mask = index.count - 1
            for number in 0..<slots.count {
                var place = Int(truncatingIfNeeded: Self.hash(slots[number], dimensions[number], entities[number])) & mask
                while index[place] != 0 { place = (place + 1) & mask }
                index[place] = UInt32(number + 1)
            }
        }
        return slots.count - 1
    }
}

/// A table's side entries by cell: those of cell n are `order[starts[n]..<starts[n + 1]]`.
struct CellSides {
    var starts: ContiguousArray<Int>
    var order: ContiguousArray<Int>
}
