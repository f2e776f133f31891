internal import EventailEvents
internal import EventailSystem

/// Writing what changed, and reading it back.
extension Engine {
    /// Rows of one block that are read as they are; the next one merges all of them.
    private static let mostRows = 24

    func takeChanges() throws -> [StoredChange] {
        if let failure { throw failure }
        do { return try gatherChanges() } catch {
            // What was taken by then is lost to the next call, so nothing more may be committed.
            failure = error
            throw error
        }
    }

    private func gatherChanges() throws -> [StoredChange] {
        try closeAbandonedSpans()
        commit += 1
        var changes: [StoredChange] = []
        takeNames(&changes)
        takeFacts(&changes)
        if chunks.waitingFacts > configuration.mostWaitingFacts || Int64(chunks.waitingBytes) > configuration.mostSeriesBytes / 4 { try level(&changes) }
        spans.takeChanges(&changes)
        histograms.takeChanges(&changes)
        try records.takeChanges(view, &changes)
        lastExecutionPlace = -1
        agentPlaces.removeAll()
        takeKeys(&changes)
        if changes.isEmpty {
            commit -= 1
            return []
        }
        changes.append(StoredChange(kind: StateKind.meta.rawValue, key: [], value: encodeMeta()))
        view.lay(changes)
        return changes
    }

    /// Seals what was folded.
    private func takeFacts(_ changes: inout [StoredChange]) {
        sealFacts()
        if sealed.isEmpty { return }
        chunks.append(sealed, &changes)
        sealed.removeAll()
    }

    func sealFacts() {
        if facts.isEmpty { return }
        sealed.append(facts.chunk(heads))
        facts.removeAll()
    }

    /// Fingerprints are kept in rows of a few thousand; the last one is written again until it is full.
    private func takeKeys(_ changes: inout [StoredChange]) {
        let prints = records.filter.takeFresh()
        if prints.isEmpty { return }
        for print in prints {
            if keyRow.count >= Self.mostKeyBytes {
                changes.append(StoredChange(kind: StateKind.keys.rawValue, key: ByteWriter.bigEndian(meta.keyRow), value: keyRow))
                meta.keyRow += 1
                keyRow.removeAll()
            }
            for shift in [24, 16, 8, 0] as [UInt32] { keyRow.append(UInt8(truncatingIfNeeded: print >> shift)) }
        }
        changes.append(StoredChange(kind: StateKind.keys.rawValue, key: ByteWriter.bigEndian(meta.keyRow), value: keyRow))
    }

    private static let mostKeyBytes = 16_384

    /// Writes a row into its block; a block with many rows is merged into one.
    func put(_ row: [UInt8], _ kind: StateKind, _ place: UInt64, _ changes: inout [StoredChange]) throws {
        if rowCounts.count > 65_536 { rowCounts.removeAll() }
        let prefix = ByteWriter.bigEndian(place)
        let key = prefix + ByteWriter.bigEndian(commit)
        let counted = RowBlock(kind: kind, place: place)
        let rows = (rowCounts[counted] ?? 0) + 1
        rowCounts[counted] = rows < Self.mostRows ? rows : 1
        var merged = row
        if rows >= Self.mostRows {
            var old: [(key: [UInt8], value: [UInt8])] = []
            try view.forEach(kind, prefix: prefix) { old.append(($0, $1)) }
            merged = Self.merge(old.map(\.value) + [row], kind)
            for (key, value) in old {
                meta.bytes[kind.rawValue, default: 0] -= Int64(key.count + value.count)
                changes.append(StoredChange(kind: kind.rawValue, key: key, value: nil))
            }
        }
        meta.bytes[kind.rawValue, default: 0] += Int64(key.count + merged.count)
        changes.append(StoredChange(kind: kind.rawValue, key: key, value: merged))
    }

    /// One row of a block's rows: tasks one behind the other, for they hardly ever repeat; other cells added up.
    private static func merge(_ rows: [[UInt8]], _ kind: StateKind) -> [UInt8] {
        if kind == .taskHours {
            var merged = rows[0]
            for row in rows.dropFirst() { merged.append(contentsOf: row.dropFirst(CellRow.head)) }
            return merged
        }
        var table = CellTable()
        for row in rows { table.add(row: row) }
        table.boundExecutions()
        return CellRow.encode(table, Array(0..<table.count), table.sidesByCell())
    }

    // MARK: names and single facts

    /// In the order of their numbers in the state.
    private static var nameTables: [ReferenceWritableKeyPath<Engine, NameTable>] { [\.types, \.agents, \.models, \.tools, \.labels, \.statuses] }

    private func takeNames(_ changes: inout [StoredChange]) {
        for (number, path) in Self.nameTables.enumerated() {
            for name in self[keyPath: path].firstUnsaved..<max(self[keyPath: path].count, self[keyPath: path].firstUnsaved) {
                changes.append(StoredChange(
                    kind: StateKind.names.rawValue, key: [UInt8(number)] + ByteWriter.bigEndian(UInt64(name)), value: Array(self[keyPath: path].names[name].utf8)))
            }
            self[keyPath: path].firstUnsaved = self[keyPath: path].count
        }
    }

    private func encodeMeta() -> [UInt8] {
        var writer = ByteWriter()
        writer.number(UInt64(meta.hasEvents ? 1 : 0))
        writer.signed(meta.oldest)
        writer.signed(meta.newest)
        writer.signed(meta.executions)
        writer.signed(meta.namedExecutions)
        writer.number(commit)
        writer.number(meta.keyRow)
        writer.number(meta.typesWithToolStarts.count)
        for type in meta.typesWithToolStarts.sorted() { writer.number(type) }
        writer.number(meta.floors.count)
        for (kind, floor) in meta.floors {
            writer.number(UInt64(kind))
            writer.signed(floor)
        }
        writer.number(meta.bytes.count)
        for (kind, bytes) in meta.bytes {
            writer.number(UInt64(kind))
            writer.signed(bytes)
        }
        writer.number(chunks.lastLevelled)
        executionRuns.encode(to: &writer)
        records.runs.encode(to: &writer)
        records.images.encode(to: &writer)
        return writer.bytes
    }

    /// Forgets what is not committed and reads the small tables back.
    func restore() throws {
        view.clear()
        failure = nil
        facts.forget()
        sealed.removeAll()
        levels.removeAll()
        inLevels = 0
        heads.removeAll()
        executionNames.removeAll()
        executionRuns = RunList(.executions)
        rowCounts = [:]
        typeOfCatalogue = []
        unitPrices = []
        lastExecutionPlace = -1
        agentPlaces.removeAll()
        facts.contributions = ContributionRing(capacity: configuration.mostContributions)
        records = RecordStore(most: configuration.mostHeadsInMemory)
        meta = EngineFacts()
        commit = 0
        var lastLevelled: UInt64 = 0
        if let bytes = try view.value(.meta, []) {
            var reader = ByteReader(bytes)
            meta.hasEvents = reader.number() == 1
            meta.oldest = reader.signed()
            meta.newest = reader.signed()
            meta.executions = reader.signed()
            meta.namedExecutions = reader.signed()
            commit = reader.number()
            meta.keyRow = reader.number()
            for _ in 0..<reader.count() { meta.typesWithToolStarts.insert(Int(truncatingIfNeeded: reader.number())) }
            for _ in 0..<reader.count() { meta.floors[UInt8(truncatingIfNeeded: reader.number())] = reader.signed() }
            for _ in 0..<reader.count() { meta.bytes[UInt8(truncatingIfNeeded: reader.number())] = reader.signed() }
            lastLevelled = reader.number()
            executionRuns.decode(&reader)
            records.runs.decode(&reader)
            records.images.decode(&reader)
        }
        try chunks.restore(lastLevelled, view)
        for chunk in chunks.waiting { chunk.forEachExecution { known in if let head = known.head { restore(head) } } }
        for (number, path) in Self.nameTables.enumerated() {
            var table = NameTable(most: self[keyPath: path].most)
            try view.forEach(.names, prefix: [UInt8(number)]) { _, value in
                let name = String(decoding: value, as: UTF8.self)
                let isModel = number == 2
                let hash = isModel ? Self.modelHash(ofName: name) : TextHash.hash(name)
                _ = table.add(hash, name)
            }
            table.firstUnsaved = table.count
            self[keyPath: path] = table
        }
        keyRow = []
        try view.forEach(.keys, prefix: []) { key, value in
            if key == ByteWriter.bigEndian(meta.keyRow) { keyRow = value }
            for start in stride(from: 0, to: value.count - 3, by: 4) {
                let print = value[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                records.filter.insert(print: print, isFresh: false)
            }
        }
        try spans.restore(view)
        try histograms.restore(view)
    }

    /// Of several heads of an execution the last one stands.
    private func restore(_ head: ExecutionTable.Head) {
        guard let place = heads.find(head.hash) else { return _ = heads.add(head) }
        heads[place] = head
    }

    private static func modelHash(ofName name: String) -> UInt64 {
        guard let cut = name.utf8.firstIndex(of: 0) else { return TextHash.hash(name) }
        let provider = String(name[..<cut]), model = String(name[name.index(after: cut)...])
        return modelHash(TextHash.hash(model), provider.isEmpty ? 0 : TextHash.hash(provider))
    }
}

extension CellTable {
    /// Adds a row's cells; a broken row adds what is whole in it.
    mutating func add(row: [UInt8]) {
        let isWhole = CellRow.decode(row) { add($0) }
        if !isWhole { Self.reportBroken() }
    }

    mutating func add(_ cell: borrowing CellRow.Cell) {
        let into = self.cell(cell.slot, cell.dimensions.bits, cell.entity)
        for (field, value) in cell.fields { merge(into, field, value) }
        for (kind, item, value) in cell.sides { addSide(into, kind, item, value) }
    }

    static func reportBroken() { Log.error("metrics", "a row of figures in the state is broken; what could be read of it is counted") }

    /// Turns the executions of cells that have too many into registers of a sketch.
    mutating func boundExecutions() {
        var counts: [UInt64: Int] = [:]
        for key in sideCells where UInt8(truncatingIfNeeded: key) == Side.execution { counts[key, default: 0] += 1 }
        let large = Set(counts.filter { $0.value > ExecutionSketch.mostExact }.keys)
        if large.isEmpty { return }
        var bounded = CellTable()
        for number in 0..<count {
            let into = bounded.cell(slots[number], dimensions[number], entities[number])
            bounded.merge(into, from: self, number)
        }
        for side in 0..<sideCells.count {
            let cell = Int(sideCells[side] >> 8)
            if large.contains(sideCells[side]) {
                let (register, rank) = ExecutionSketch.register(of: sideItems[side])
                bounded.addSide(cell, Side.executionRegister, register, rank)
            } else {
                bounded.addSide(cell, UInt8(truncatingIfNeeded: sideCells[side]), sideItems[side], sideValues[side])
            }
        }
        self = bounded
    }
}
