/// Writes cells as `CellRow` says.
///
/// *Owns* scratch memory, so that a short row costs no more than its bytes. *Thread*: the engine's.
struct CellRowWriter {
    private var dimensions = Numbering()
    private var hashes = Numbering()
    private var body = ByteWriter()

    /// Some of a table's cells in the order given, their slots floored to `step`. Cells that are the same then stand side by side: a reader adds them up.
    mutating func encode(_ table: borrowing CellTable, _ cells: some Sequence<Int>, _ sides: borrowing CellSides, step: Int64 = 1) -> [UInt8] {
        dimensions.removeAll()
        hashes.removeAll()
        body.bytes.removeAll(keepingCapacity: true)
        var last: Int64 = 0
        for cell in cells {
            let slot = step == 1 ? table.slots[cell] : table.slots[cell].floored(to: step)
            body.signed(slot &- last)
            last = slot
            body.number(dimensions.number(table.dimensions[cell]))
            body.number(number(ofHash: table.entities[cell]))
            let first = cell * Field.count
            var mask: UInt64 = 0
            var rest = table.masks[cell]
            while rest != 0 {
                if table.values[first + rest.trailingZeroBitCount] != 0 { mask |= rest & (0 &- rest) }
                rest &= rest &- 1
            }
            body.number(mask)
            while mask != 0 {
                body.signed(table.values[first + mask.trailingZeroBitCount])
                mask &= mask &- 1
            }
            body.number(sides.starts[cell + 1] - sides.starts[cell])
            for place in sides.starts[cell]..<sides.starts[cell + 1] {
                let side = sides.order[place]
                let kind = UInt8(truncatingIfNeeded: table.sideCells[side])
                body.number(UInt64(kind))
                if Side.isHash(kind) { body.number(number(ofHash: table.sideItems[side])) } else { body.number(table.sideItems[side]) }
                body.signed(table.sideValues[side])
            }
        }
        var row = ByteWriter()
        row.bytes.reserveCapacity(20 + dimensions.keys.count * 10 + hashes.keys.count * 8 + body.bytes.count)
        row.number(dimensions.keys.count)
        for dimension in dimensions.keys { row.number(dimension) }
        row.number(hashes.keys.count)
        for hash in hashes.keys { row.fixed(hash) }
        row.bytes.append(contentsOf: body.bytes)
        return row.bytes
    }

    @inline(__always)
    private mutating func number(ofHash hash: UInt64) -> Int { hash == 0 ? 0 : hashes.number(hash) + 1 }
}

/// A table's side entries by cell: those of cell n are `order[starts[n]..<starts[n + 1]]`.
struct CellSides {
    var starts: ContiguousArray<Int>
    var order: ContiguousArray<Int>
}
