/// Cells as the state holds them: a row of bytes that is added to a table again.
///
///     count  dimensions...          each once
///     count  hashes...              entities and items that are hashes, each once, eight bytes
///     then until the end, a cell each:
///     slot as difference   number of dimensions   number of entity (0: none)   mask of fields   their values   count of sides   sides
enum CellRow {
    /// One cell of a row, while it is read.
    struct Cell {
        var slot: Int64 = 0
        var dimensions = Dimensions(bits: 0)
        var entity: UInt64 = 0
        /// Places and values of the fields that are not 0.
        var fields: [(field: Int, value: Int64)] = []
        var sides: [(kind: UInt8, item: UInt64, value: Int64)] = []
    }

    /// Hands every cell of a row to `body`. False when the row is broken; what was whole before has been handed over.
    static func decode(_ row: [UInt8], _ body: (inout Cell) -> Void) -> Bool {
        var reader = ByteReader(row)
        let dimensionCount = reader.count()
        var dimensions: [UInt64] = []
        for _ in 0..<dimensionCount { dimensions.append(reader.number()) }
        let hashCount = reader.count()
        var hashes: [UInt64] = []
        for _ in 0..<hashCount { hashes.append(reader.fixed()) }
        func hash(_ number: Int) -> UInt64? { number == 0 ? 0 : number <= hashes.count ? hashes[number - 1] : nil }
        var cell = Cell()
        while !reader.isAtEnd && !reader.isBroken {
            cell.slot &+= reader.signed()
            let dimension = Int(truncatingIfNeeded: reader.number())
            guard dimension >= 0, dimension < dimensions.count, let entity = hash(Int(truncatingIfNeeded: reader.number() & 0x7FFF_FFFF)) else { return false }
            cell.dimensions = Dimensions(bits: dimensions[dimension])
            cell.entity = entity
            cell.fields.removeAll(keepingCapacity: true)
            let mask = reader.number()
            if mask >> UInt64(Field.count) != 0 { return false }
            var rest = mask
            while rest != 0 {
                cell.fields.append((rest.trailingZeroBitCount, reader.signed()))
                rest &= rest - 1
            }
            cell.sides.removeAll(keepingCapacity: true)
            for _ in 0..<reader.count() {
                let kind = UInt8(truncatingIfNeeded: reader.number())
                var item = reader.number()
                if Side.isHash(kind) {
                    guard let found = hash(Int(truncatingIfNeeded: item & 0x7FFF_FFFF)) else { return false }
                    item = found
                }
                cell.sides.append((kind, item, reader.signed()))
            }
            if reader.isBroken { return false }
            body(&cell)
        }
        return !reader.isBroken
    }
}
