internal import EventailEvents

/// Things found by a hash, as commits left them: each commit appends one run of pages, so that nothing is inserted between older rows.
///
/// A page holds what shares the upper bits of its hash; who looks for a hash reads one page of each run, newest first. The newest runs are merged
/// into one when they are many and small. *Thread*: the engine's. *Limits*: `mostSmall` runs that are smaller than `smallBytes` at the end of the list.
struct RunList {
    struct Run: Equatable {
        var number: UInt64
        var bits: Int
        var bytes: Int
    }
    static let mostSmall = 24
    static let smallBytes = 1 << 17
    private static let entriesOfPage = 192
    private static let mostBits = 16

    let kind: StateKind
    private(set) var runs: [Run] = []

    init(_ kind: StateKind) { self.kind = kind }

    @inline(__always)
    static func page(of hash: UInt64, _ bits: Int) -> Int { bits == 0 ? 0 : Int(truncatingIfNeeded: hash >> UInt64(64 - bits)) }

    /// How many upper bits tell pages of up to `entriesOfPage` entries apart.
    static func bits(of entries: Int) -> Int {
        var bits = 0
        while entries >> bits > entriesOfPage && bits < mostBits { bits += 1 }
        return bits
    }

    private static func key(_ run: Run, _ page: Int) -> [UInt8] { ByteWriter.bigEndian(run.number) + ByteWriter.bigEndian(UInt64(page)) }

    /// Hands the pages that may hold a hash to `body`, newest first, until it answers false.
    func forEachPage(of hash: UInt64, _ view: StateView, _ body: ([UInt8]) -> Bool) throws {
        for run in runs.reversed() {
            guard let page = try view.value(kind, Self.key(run, Self.page(of: hash, run.bits))) else { continue }
            if !body(page) { return }
        }
    }

    /// Appends a run. `merge` makes the pages of one run of the rows of several, oldest first.
    mutating func append(
        bits: Int, pages: [[UInt8]], _ view: StateView, _ changes: inout [StoredChange],
        merge: ([[UInt8]]) -> (bits: Int, pages: [[UInt8]])
    ) throws {
        let bytes = pages.reduce(0) { $0 + $1.count }
        if bytes == 0 { return }
        let small = runs.reversed().prefix { $0.bytes < Self.smallBytes }.count
        let isSmall = bytes < Self.smallBytes
        if isSmall ? small + 1 < Self.mostSmall : small < 2 { return write(bits, pages, &changes) }
        var rows: [[UInt8]] = []
        for run in runs.suffix(small) {
            try view.forEach(kind, prefix: ByteWriter.bigEndian(run.number)) { key, value in
                rows.append(value)
                changes.append(StoredChange(kind: kind.rawValue, key: key, value: nil))
            }
        }
        let newest = runs[runs.count - 1].number
        runs.removeLast(small)
        if isSmall { rows.append(contentsOf: pages) }
        let merged = merge(rows)
        write(merged.bits, merged.pages, &changes, behind: newest)
        if !isSmall { write(bits, pages, &changes) }
    }

    private mutating func write(_ bits: Int, _ pages: [[UInt8]], _ changes: inout [StoredChange], behind: UInt64 = 0) {
        let run = Run(number: max(behind, runs.last?.number ?? 0) + 1, bits: bits, bytes: pages.reduce(0) { $0 + $1.count })
        for (number, page) in pages.enumerated() where !page.isEmpty {
            changes.append(StoredChange(kind: kind.rawValue, key: Self.key(run, number), value: page))
        }
        runs.append(run)
    }

    func encode(to writer: inout ByteWriter) {
        writer.number(runs.count)
        for run in runs {
            writer.number(run.number)
            writer.number(run.bits)
            writer.number(run.bytes)
        }
    }

    mutating func decode(_ reader: inout ByteReader) {
        runs = []
        for _ in 0..<reader.count() {
            runs.append(Run(number: reader.number(), bits: Int(reader.number() & 63), bytes: Int(truncatingIfNeeded: reader.number())))
        }
    }
}
