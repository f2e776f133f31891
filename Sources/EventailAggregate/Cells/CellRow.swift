/// Cells as the state holds them: a row of bytes that is added to a table again.
///
///     base                          eight bytes: the slot that offsets are from
///     then until the end, a cell each:
///     marks   offset of the slot   dimensions (five numbers)   entity (eight bytes, when marked)
///     mask of fields   their values   groups of sides (when marked)
///
/// A group of sides is its kind, its count and its entries: a hash of eight bytes, or the difference to the item before and a value.
/// Nothing in a cell refers to another, so rows of the same base are merged by putting one behind the other. Of a duration that was seen once, extremes and
/// bucket are not written: they follow from the sum.
enum CellRow {
    /// Marks of a cell.
    static let hasEntity: UInt8 = 1, hasSides: UInt8 = 2, oneDuration: UInt8 = 4, oneLatency: UInt8 = 8
    /// Bytes before the first cell.
    static let head = 8
    /// More bytes than all of a cell but its sides, and than a side.
    static let mostCell = 64 + Field.count * 10, mostSide = 32
    /// What need not be written of a duration or latency seen once.
    static let durationExtremes: UInt64 = 1 << UInt64(Field.durationMinimum) | 1 << UInt64(Field.durationMaximum)
    static let latencyExtremes: UInt64 = 1 << UInt64(Field.latencyMinimum) | 1 << UInt64(Field.latencyMaximum)

    /// Writes some of a table's cells.
    static func encode(_ table: borrowing CellTable, _ cells: [Int], _ sides: borrowing CellSides) -> [UInt8] {
        var arena = ByteArena(capacity: 4096)
        var base = cells.isEmpty ? 0 : table.slots[cells[0]]
        for cell in cells { base = min(base, table.slots[cell]) }
        arena.fixed(ByteWriter.ordered(base))
        for cell in cells {
            arena.reserve(mostCell)
            let entity = table.entities[cell]
            let range = sides.starts[cell]..<sides.starts[cell + 1]
            arena.byte((entity != 0 ? hasEntity : 0) | (range.isEmpty ? 0 : hasSides))
            arena.number(UInt64(bitPattern: table.slots[cell] &- base))
            arena.dimensions(table.dimensions[cell])
            if entity != 0 { arena.fixed(entity) }
            var mask: UInt64 = 0
            for field in 0..<Field.count where table.value(cell, field) != 0 { mask |= 1 << UInt64(field) }
            arena.number(mask)
            for field in 0..<Field.count where table.value(cell, field) != 0 { Field.write(table.value(cell, field), field, to: &arena) }
            if range.isEmpty { continue }
            var groups = SideGroups()
            for place in range {
                let side = sides.order[place]
                groups.items.append((UInt8(truncatingIfNeeded: table.sideCells[side]), table.sideItems[side], table.sideValues[side]))
            }
            groups.items.sort { ($0.kind, $0.item) < ($1.kind, $1.item) }
            groups.write(to: &arena)
        }
        return arena.bytes
    }

    /// Writes the marks of a cell and what stands behind its slot.
    static func writeBody(_ cell: borrowing Cell, to arena: inout ByteArena) {
        arena.reserve(mostCell)
        var mask: UInt64 = 0, durations = 0, latencies = 0
        for (field, value) in cell.fields where value != 0 { mask |= 1 << UInt64(field) }
        for side in cell.sides { if side.kind == Side.duration { durations += 1 } else if side.kind == Side.latency { latencies += 1 } }
        var left = cell.sides.count
        var marks = cell.entity != 0 ? hasEntity : 0
        if durations == 1, mask >> UInt64(Field.durationSum) & 1 == 1, cell.value(Field.durationCount) == 1 {
            marks |= oneDuration
            mask &= ~durationExtremes
            left -= 1
        }
        if latencies == 1, mask >> UInt64(Field.latencySum) & 1 == 1, cell.value(Field.latencyCount) == 1 {
            marks |= oneLatency
            mask &= ~latencyExtremes
            left -= 1
        }
        if left > 0 { marks |= hasSides }
        arena.byte(marks)
        arena.dimensions(cell.dimensions.bits)
        if cell.entity != 0 { arena.fixed(cell.entity) }
        arena.number(mask)
        while mask != 0 {
            Field.write(cell.value(mask.trailingZeroBitCount), mask.trailingZeroBitCount, to: &arena)
            mask &= mask - 1
        }
        if left == 0 { return }
        var groups = SideGroups()
        for side in cell.sides {
            if side.kind == Side.duration && marks & oneDuration != 0 || side.kind == Side.latency && marks & oneLatency != 0 { continue }
            groups.items.append(side)
        }
        groups.items.sort { ($0.kind, $0.item) < ($1.kind, $1.item) }
        groups.write(to: &arena)
    }

    /// One cell of a row, while it is read.
    struct Cell {
        var slot: Int64 = 0
        var dimensions = Dimensions(bits: 0)
        var entity: UInt64 = 0
        /// Places and values of the fields that are not 0.
        var fields: [(field: Int, value: Int64)] = []
        var sides: [(kind: UInt8, item: UInt64, value: Int64)] = []

        func value(_ field: Int) -> Int64 {
            for told in fields where told.field == field { return told.value }
            return 0
        }
        /// Whether events were counted, not only what was learned of earlier ones.
        var hasEvents: Bool { fields.contains { $0.field == Field.events || $0.field == Field.partLines } }
    }

    /// Sides sorted by kind and item, to be written.
    struct SideGroups {
        var items: [(kind: UInt8, item: UInt64, value: Int64)] = []

        func write(to arena: inout ByteArena) {
            var kinds = 0
            for number in 0..<items.count where number == 0 || items[number].kind != items[number - 1].kind { kinds += 1 }
            arena.reserve(CellRow.mostSide * (items.count + kinds + 1))
            arena.number(UInt64(kinds))
            var next = 0
            while next < items.count {
                let kind = items[next].kind
                var end = next
                while end < items.count, items[end].kind == kind { end += 1 }
                arena.byte(kind)
                arena.number(UInt64(end - next))
                var last: UInt64 = 0
                for place in next..<end {
                    if Side.isHash(kind) {
                        arena.fixed(items[place].item)
                    } else {
                        arena.number(items[place].item &- last)
                        last = items[place].item
                        arena.signed(items[place].value)
                    }
                }
                next = end
            }
        }
    }

    /// Hands every cell of a row to `body`. False when the row is broken; what was whole before has been handed over.
    static func decode(_ row: [UInt8], _ body: (inout Cell) -> Void) -> Bool {
        if row.isEmpty { return true }
        var reader = ByteReader(row)
        let base = Int64(bitPattern: reader.fixed() ^ 1 << 63)
        var cell = Cell()
        while !reader.isAtEnd && !reader.isBroken {
            read(&reader, base, &cell)
            if reader.isBroken { return false }
            body(&cell)
        }
        return !reader.isBroken
    }

    /// Reads one cell.
    static func read(_ reader: inout ByteReader, _ base: Int64, _ cell: inout Cell) {
        let marks = reader.byte()
        cell.slot = base &+ Int64(bitPattern: reader.number())
        cell.dimensions = reader.dimensions()
        cell.entity = marks & hasEntity != 0 ? reader.fixed() : 0
        cell.fields.removeAll(keepingCapacity: true)
        cell.sides.removeAll(keepingCapacity: true)
        var rest = reader.number()
        if rest >> UInt64(Field.count) != 0 { reader.isBroken = true }
        while rest != 0 && !reader.isBroken {
            let field = rest.trailingZeroBitCount
            let value = Field.value(field, &reader)
            cell.fields.append((field, value))
            if field == Field.durationSum && marks & oneDuration != 0 {
                cell.sides.append((Side.duration, Sketch.bucket(value), 1))
                cell.fields.append((Field.durationMinimum, value &+ 1))
                cell.fields.append((Field.durationMaximum, value &+ 1))
            }
            if field == Field.latencySum && marks & oneLatency != 0 {
                cell.sides.append((Side.latency, Sketch.bucket(value), 1))
                cell.fields.append((Field.latencyMinimum, value &+ 1))
                cell.fields.append((Field.latencyMaximum, value &+ 1))
            }
            rest &= rest - 1
        }
        if marks & hasSides == 0 { return }
        for _ in 0..<reader.count() {
            let kind = reader.byte()
            let count = reader.count()
            var item: UInt64 = 0
            for _ in 0..<count {
                if reader.isBroken { return }
                if Side.isHash(kind) {
                    cell.sides.append((kind, reader.fixed(), 1))
                } else {
                    item &+= reader.number()
                    cell.sides.append((kind, item, reader.signed()))
                }
            }
        }
    }
}
