/// Cells by the upper bits of their entity's hash: the pages of a run.
///
/// *Thread*: its owner's. *Limits*: its owner's, who makes it for one levelling.
struct CellPages: ~Copyable {
    struct Entry: BitwiseCopyable {
        var entity: UInt64
        var hour: Int64
        var start: Int
        var length: Int
    }
    private var arena = ByteArena(capacity: 1 << 20)
    private var entries = Column<Entry>(capacity: 1024)
    private var base = Int64.max

    init() {}

    var count: Int { entries.count }

    /// Adds a cell under an hour.
    mutating func add(_ cell: borrowing CellRow.Cell, hour: Int64) {
        let start = arena.count
        CellRow.writeBody(cell, to: &arena)
        entries.append(Entry(entity: cell.entity, hour: hour, start: start, length: arena.count - start))
        base = min(base, hour)
    }

    /// The pages, in order; one without cells is empty.
    func pages(_ bits: Int) -> [[UInt8]] {
        if entries.isEmpty { return [] }
        var starts = [Int](repeating: 0, count: 1 << bits + 1)
        for number in 0..<entries.count { starts[RunList.page(of: entries[number].entity, bits) + 1] += 1 }
        for page in 1..<starts.count { starts[page] += starts[page - 1] }
        var next = starts
        var order = [Int32](repeating: 0, count: entries.count)
        for number in 0..<entries.count {
            let page = RunList.page(of: entries[number].entity, bits)
            order[next[page]] = Int32(number)
            next[page] += 1
        }
        var page = ByteArena(capacity: 1 << 16)
        return (0..<1 << bits).map { number in
            if starts[number] == starts[number + 1] { return [] }
            page.removeAll(keeping: 1 << 20)
            page.fixed(ByteWriter.ordered(base))
            for place in starts[number]..<starts[number + 1] {
                let entry = entries[Int(order[place])]
                page.reserve(entry.length + 11)
                page.byte(arena[entry.start])
                page.number(UInt64(bitPattern: entry.hour &- base))
                page.append(arena, entry.start + 1, entry.length - 1)
            }
            return page.bytes
        }
    }
}
