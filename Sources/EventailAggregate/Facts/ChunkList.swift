internal import EventailEvents

/// All chunks of facts: those that wait to be levelled, in memory and in the state, and where the others lie in time.
///
/// *Thread*: the engine's. *Limits*: what waits by its owner, who levels it; the others by `mostSeriesBytes`: those that end first go first.
struct ChunkList {
    /// Chunks of fewer facts are joined when they are many.
    private static let mostSmall = 24, smallFacts = 4096

    /// Where a chunk lies in time.
    struct Span {
        var number: UInt64
        var first: Int64
        var last: Int64
        var bytes: Int64
        func touches(_ from: Int64, _ to: Int64) -> Bool { first < to && last >= from }
    }

    /// Not levelled yet, oldest first.
    private(set) var waiting: [FactChunk] = []
    private(set) var levelled: [Span] = []
    private var next: UInt64 = 1
    private var levelledBytes: Int64 = 0

    var waitingFacts: Int { waiting.reduce(0) { $0 + $1.facts } }
    var waitingBytes: Int { waiting.reduce(0) { $0 + $1.bytes.count } }
    /// The number of the last chunk that was levelled.
    var lastLevelled: UInt64 { waiting.first.map { $0.number - 1 } ?? next - 1 }

    private static func key(_ number: UInt64) -> [UInt8] { ByteWriter.bigEndian(number) }

    /// Adds sealed chunks.
    mutating func append(_ sealed: [FactChunk], _ changes: inout [StoredChange]) {
        for chunk in sealed {
            waiting.append(chunk)
            waiting[waiting.count - 1].number = next
            next += 1
            write(waiting[waiting.count - 1], &changes)
        }
        joinSmall(&changes)
    }

    private func write(_ chunk: FactChunk, _ changes: inout [StoredChange]) {
        changes.append(StoredChange(kind: StateKind.facts.rawValue, key: Self.key(chunk.number), value: chunk.bytes))
        var writer = ByteWriter()
        writer.number(chunk.facts)
        writer.signed(chunk.first)
        writer.signed(chunk.last)
        writer.number(chunk.bytes.count)
        changes.append(StoredChange(kind: StateKind.spans.rawValue, key: Self.key(chunk.number), value: writer.bytes))
    }

    private func remove(_ number: UInt64, _ changes: inout [StoredChange]) {
        changes.append(StoredChange(kind: StateKind.facts.rawValue, key: Self.key(number), value: nil))
        changes.append(StoredChange(kind: StateKind.spans.rawValue, key: Self.key(number), value: nil))
    }

    private mutating func joinSmall(_ changes: inout [StoredChange]) {
        var start = waiting.count
        while start > 0, waiting[start - 1].facts < Self.smallFacts { start -= 1 }
        if waiting.count - start < Self.mostSmall { return }
        var joined = waiting[start]
        for chunk in waiting[(start + 1)...] {
            joined.facts += chunk.facts
            joined.first = min(joined.first, chunk.first)
            joined.last = max(joined.last, chunk.last)
            joined.bytes += chunk.bytes
            remove(chunk.number, &changes)
        }
        waiting.removeSubrange(start...)
        waiting.append(joined)
        write(joined, &changes)
    }

    /// What waited is levelled.
    mutating func level() {
        for chunk in waiting { add(Span(number: chunk.number, first: chunk.first, last: chunk.last, bytes: Int64(chunk.bytes.count))) }
        waiting.removeAll()
    }

    private mutating func add(_ span: Span) {
        levelled.append(span)
        levelledBytes += span.bytes
    }

    /// Removes the levelled chunks that end first until the others take `most` bytes; answers the second behind the last one removed.
    mutating func drop(beyond most: Int64, _ changes: inout [StoredChange]) -> Int64? {
        if levelledBytes <= most { return nil }
        levelled.sort { $0.last < $1.last }
        var dropped = 0
        while dropped < levelled.count && levelledBytes > most {
            levelledBytes -= levelled[dropped].bytes
            remove(levelled[dropped].number, &changes)
            dropped += 1
        }
        let floor = levelled[dropped - 1].last + 1
        levelled.removeSubrange(..<dropped)
        return floor
    }

    /// Hands every fact in `from..<to` that does not wait to `body`.
    func forEachLevelled(from: Int64, to: Int64, _ view: StateView, _ body: (inout CellRow.Cell, FactChunk.Task) -> Void) throws {
        for span in levelled where span.touches(from, to) {
            guard let bytes = try view.value(.facts, Self.key(span.number)) else { continue }
            let chunk = FactChunk(number: span.number, facts: 0, first: span.first, last: span.last, bytes: bytes)
            if !chunk.forEach(from: from, to: to, body) { CellTable.reportBroken() }
        }
    }

    /// Reads the state's chunks back; those up to `lastLevelled` are levelled.
    mutating func restore(_ lastLevelled: UInt64, _ view: StateView) throws {
        self = ChunkList()
        next = lastLevelled + 1
        var unread: [(Span, Int)] = []
        try view.forEach(.spans, prefix: []) { key, value in
            var keyReader = ByteReader(key), reader = ByteReader(value)
            let number = keyReader.fixed(), facts = Int(truncatingIfNeeded: reader.number())
            unread.append((Span(number: number, first: reader.signed(), last: reader.signed(), bytes: Int64(truncatingIfNeeded: reader.number())), facts))
        }
        for (span, facts) in unread {
            next = max(next, span.number + 1)
            if span.number <= lastLevelled {
                add(span)
            } else if let bytes = try view.value(.facts, Self.key(span.number)) {
                waiting.append(FactChunk(number: span.number, facts: facts, first: span.first, last: span.last, bytes: bytes))
            }
        }
    }
}
