/// Cells of executions by the upper bits of their hash, the pages of a run; or cells of tasks by hour.
///
/// Cells of one key are not joined here: those of a levelling hardly ever share one, and readers add them up anyway.
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

    /// A row for each hour, in order of time.
    func rowsByHour() -> [(hour: Int64, row: [UInt8])] {
        var cells: [Int64: [Int]] = [:]
        for number in 0..<entries.count { cells[entries[number].hour, default: []].append(number) }
        var row = ByteArena(capacity: 1 << 16)
        return cells.sorted { $0.key < $1.key }.map { hour, numbers in
            row.removeAll(keeping: 1 << 20)
            row.fixed(ByteWriter.ordered(hour))
            for number in numbers { write(entries[number], from: hour, to: &row) }
            return (hour, row.bytes)
        }
    }

    private func write(_ entry: Entry, from base: Int64, to row: inout ByteArena) {
        row.reserve(entry.length + 11)
        row.byte(arena[entry.start])
        row.number(UInt64(bitPattern: entry.hour &- base))
        row.append(arena, entry.start + 1, entry.length - 1)
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
            for place in starts[number]..<starts[number + 1] { write(entries[Int(order[place])], from: base, to: &page) }
            return page.bytes
        }
    }
}
