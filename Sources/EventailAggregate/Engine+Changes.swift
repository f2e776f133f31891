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
        try takeCells(&changes)
        try takeTasks(&changes)
        takeExecutions(&changes)
        spans.takeChanges(&changes)
        histograms.takeChanges(&changes)
        try takeRecords(&changes)
        lastExecutionPlace = -1
        lastAgentPlace = -1
        takeKeys(&changes)
        try dropOldest(&changes)
        if changes.isEmpty {
            commit -= 1
            return []
        }
        changes.append(StoredChange(kind: StateKind.meta.rawValue, key: [], value: encodeMeta()))
        view.lay(changes)
        return changes
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

    /// Keeps each level of the series within its bytes: the oldest rows go first, and the place where the rest begins is remembered.
    private func dropOldest(_ changes: inout [StoredChange]) throws {
        for kind in [StateKind.fine, .minutes, .hours, .taskFine, .taskHours] where meta.bytes[kind.rawValue] ?? 0 > configuration.mostSeriesBytes {
            let step: Int64 = kind == .hours || kind == .taskHours ? 3600 : 60
            for row in try view.first(kind, 256) {
                meta.bytes[kind.rawValue, default: 0] -= Int64(row.key.count + row.value.count)
                let slot = ByteReader.slot(row.key)
                meta.floors[kind.rawValue] = max(meta.floors[kind.rawValue] ?? .min, slot + step)
                changes.append(StoredChange(kind: kind.rawValue, key: row.key, value: nil))
                if meta.bytes[kind.rawValue] ?? 0 <= configuration.mostSeriesBytes { break }
            }
        }
    }

    // MARK: cells

    private func takeCells(_ changes: inout [StoredChange]) throws {
        if cells.isEmpty { return }
        let fineSides = cells.sidesByCell()
        try put(cells, fineSides, .fine, &changes) { ByteWriter.ordered(cells.slots[$0].floored(to: 60)) }

        // Without executions: minutes from seconds, then each level from the one below.
        var minutes = CellTable()
        for cell in 0..<cells.count {
            let into = minutes.cell(cells.slots[cell].floored(to: 60), cells.dimensions[cell], 0)
            minutes.merge(into, from: cells, cell)
            for place in fineSides.starts[cell]..<fineSides.starts[cell + 1] {
                let side = fineSides.order[place]
                minutes.addSide(into, UInt8(truncatingIfNeeded: cells.sideCells[side]), cells.sideItems[side], cells.sideValues[side])
            }
            if cells.entities[cell] != 0 && cells.value(cell, Field.events) + cells.value(cell, Field.partLines) > 0 { minutes.addSide(into, Side.execution, cells.entities[cell], 1) }
        }
        let minuteSides = minutes.sidesByCell()
        try put(minutes, minuteSides, .minutes, &changes) { ByteWriter.ordered(minutes.slots[$0]) }
        let (hours, hourSides) = coarser(minutes, minuteSides, 3600)
        try put(hours, hourSides, .hours, &changes) { ByteWriter.ordered(hours.slots[$0]) }
        let (days, daySides) = coarser(hours, hourSides, 86_400)
        try put(days, daySides, .days, &changes) { ByteWriter.ordered(days.slots[$0]) }
        let (all, allSides) = coarser(days, daySides, 0)
        try put(all, allSides, .all, &changes) { _ in ByteWriter.ordered(0) }

        // By execution and hour, many executions to a row.
        try put(cells, fineSides, .executions, &changes, step: 3600) { cells.entities[$0] == 0 ? nil : RowBlock.place(ofHash: cells.entities[$0]) }
        cells.removeAll()
    }

    private func takeTasks(_ changes: inout [StoredChange]) throws {
        if tasks.isEmpty { return }
        let sides = tasks.sidesByCell()
        try put(tasks, sides, .taskFine, &changes) { ByteWriter.ordered(tasks.slots[$0].floored(to: 60)) }
        let (hours, hourSides) = coarser(tasks, sides, 3600, keepsEntities: true)
        try put(hours, hourSides, .taskHours, &changes) { ByteWriter.ordered(hours.slots[$0]) }
        tasks.removeAll()
    }

    /// The same figures by larger slots; 0 makes one slot of all.
    private func coarser(_ table: borrowing CellTable, _ sides: CellSides, _ step: Int64, keepsEntities: Bool = false) -> (table: CellTable, sides: CellSides) {
        if !keepsEntities, table.hasOneSlot { return (table.moved(to: step == 0 ? 0 : table.slots[0].floored(to: step)), sides) }
        var answer = CellTable()
        for cell in 0..<table.count {
            let into = answer.cell(step == 0 ? 0 : table.slots[cell].floored(to: step), table.dimensions[cell], keepsEntities ? table.entities[cell] : 0)
            answer.merge(into, from: table, cell)
            for place in sides.starts[cell]..<sides.starts[cell + 1] {
                let side = sides.order[place]
                answer.addSide(into, UInt8(truncatingIfNeeded: table.sideCells[side]), table.sideItems[side], table.sideValues[side])
            }
        }
        return (answer, answer.sidesByCell())
    }

    /// Writes a table's cells as rows, one for each block; a block with many rows is merged into one. Cells without a block are left out.
    private func put(
        _ table: borrowing CellTable, _ sides: borrowing CellSides, _ kind: StateKind, _ changes: inout [StoredChange], step: Int64 = 1,
        _ block: (Int) -> UInt64?
    ) throws {
        let groups = BlockGroups(table.count, &blockNumbers, block)
        for group in groups.ascending {
            let place = groups.places[group], cells = groups.members(group)
            if !isFull(kind, place) {
                add(row: rowWriter.encode(table, cells, sides, step: step), kind, place, &changes)
                continue
            }
            var merged = CellTable()
            try removeRows(kind, place, &changes) { merged.add(row: $0) }
            merged.add(row: rowWriter.encode(table, cells, sides, step: step))
            merged.boundExecutions()
            add(row: rowWriter.encode(merged, 0..<merged.count, merged.sidesByCell()), kind, place, &changes)
        }
    }

    /// The changed records, many to a row.
    private func takeRecords(_ changes: inout [StoredChange]) throws {
        let dirty = records.takeDirty()
        let groups = BlockGroups(dirty.count, &blockNumbers) { RowBlock.place(ofHash: records.key(dirty[$0]).high) }
        for group in groups.ascending {
            let place = groups.places[group]
            var row = RecordRow()
            for number in groups.members(group) { row.add(records.key(dirty[number]), records.values, from: dirty[number] * RecordStore.words) }
            if isFull(.records, place) {
                var merged = RecordTable()
                try removeRows(.records, place, &changes) { merged.add(row: $0) }
                merged.add(row: row.writer.bytes)
                row = merged.row
            }
            add(row: row.writer.bytes, .records, place, &changes)
        }
        records.endCommit()
    }

    /// Whether a block has as many rows as are read one by one; counts the row that comes.
    private func isFull(_ kind: StateKind, _ place: UInt64) -> Bool {
        if rowCounts.count > 65_536 { rowCounts.removeAll() }
        let block = RowBlock(kind: kind, place: place)
        let count = rowCounts[block, default: 0] + 1
        rowCounts[block] = count < Self.mostRows ? count : 1
        return count >= Self.mostRows
    }

    private func add(row: [UInt8], _ kind: StateKind, _ place: UInt64, _ changes: inout [StoredChange]) {
        let key = ByteWriter.bigEndian(place) + ByteWriter.bigEndian(commit)
        meta.bytes[kind.rawValue, default: 0] += Int64(key.count + row.count)
        changes.append(StoredChange(kind: kind.rawValue, key: key, value: row))
    }

    /// Hands a block's rows to `body`, oldest first, and removes them.
    private func removeRows(_ kind: StateKind, _ place: UInt64, _ changes: inout [StoredChange], _ body: (_ row: [UInt8]) -> Void) throws {
        var old: [StoredChange] = []
        try view.forEach(kind, prefix: ByteWriter.bigEndian(place)) { key, row in
            meta.bytes[kind.rawValue, default: 0] -= Int64(key.count + row.count)
            old.append(StoredChange(kind: kind.rawValue, key: key, value: nil))
            body(row)
        }
        changes.append(contentsOf: old)
    }

    // MARK: executions

    /// New executions in rows of those whose numbers begin alike: beginning, first number -> hash and name of each.
    private func takeExecutions(_ changes: inout [StoredChange]) {
        var next = 0
        while next < newExecutions.count {
            let first = newExecutions[next].number
            let block = first.floored(to: Self.executionsOfBlock)
            var writer = ByteWriter()
            while next < newExecutions.count, newExecutions[next].number < block + Self.executionsOfBlock {
                writer.fixed(newExecutions[next].hash)
                writer.text(newExecutions[next].name)
                next += 1
            }
            changes.append(StoredChange(kind: StateKind.executionIndex.rawValue, key: ByteWriter.key(block) + ByteWriter.key(first), value: writer.bytes))
        }
        newExecutions.removeAll()
    }

    private static let executionsOfBlock: Int64 = 512

    /// Hands the committed executions with numbers in `from..<to` to `body`, in their order.
    func forEachExecution(from: Int64, to: Int64, _ body: (_ hash: UInt64, _ name: String) -> Void) throws {
        try view.forEach(.executionIndex, from: ByteWriter.key(from.floored(to: Self.executionsOfBlock)), to: ByteWriter.key(to)) { key, value in
            var number = ByteReader.slot(key, at: 8)
            var reader = ByteReader(value)
            while !reader.isAtEnd {
                let hash = reader.fixed(), name = reader.text()
                if reader.isBroken { return }
                if number >= from && number < to { body(hash, name) }
                number += 1
            }
        }
    }

    // MARK: names and single facts

    /// In the order of their numbers in the state.
    private static var nameTables: [ReferenceWritableKeyPath<Engine, NameTable>] { [\.types, \.agents, \.models, \.tools, \.labels] }

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
        return writer.bytes
    }

    /// Forgets what is not committed and reads the small tables back.
    func restore() throws {
        view.clear()
        failure = nil
        cells = CellTable()
        tasks = CellTable()
        newExecutions = []
        rowCounts = [:]
        typeOfCatalogue = []
        unitPrices = []
        lastExecutionPlace = -1
        lastAgentPlace = -1
        contributions = ContributionRing(capacity: configuration.mostContributions)
        records = RecordStore(most: configuration.mostHeadsInMemory)
        meta = EngineFacts()
        commit = 0
        if let bytes = try view.value(.meta, []) {
            var reader = ByteReader(bytes)
            meta.hasEvents = reader.number() == 1
            meta.oldest = reader.signed()
            meta.newest = reader.signed()
            meta.executions = reader.signed()
            commit = reader.number()
            meta.keyRow = reader.number()
            for _ in 0..<reader.count() { meta.typesWithToolStarts.insert(Int(truncatingIfNeeded: reader.number())) }
            for _ in 0..<reader.count() { meta.floors[UInt8(truncatingIfNeeded: reader.number())] = reader.signed() }
            for _ in 0..<reader.count() { meta.bytes[UInt8(truncatingIfNeeded: reader.number())] = reader.signed() }
        }
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

    private static func modelHash(ofName name: String) -> UInt64 {
        guard let cut = name.utf8.firstIndex(of: 0) else { return TextHash.hash(name) }
        let provider = String(name[..<cut]), model = String(name[name.index(after: cut)...])
        return modelHash(TextHash.hash(model), provider.isEmpty ? 0 : TextHash.hash(provider))
    }
}

extension CellTable {
    /// Adds a row's cells; a broken row adds what is whole in it.
    mutating func add(row: [UInt8]) {
        let isWhole = CellRow.decode(row) { cell in
            let into = self.cell(cell.slot, cell.dimensions.bits, cell.entity)
            for (field, value) in cell.fields { merge(into, field, value) }
            for (kind, item, value) in cell.sides { addSide(into, kind, item, value) }
        }
        if !isWhole { Log.error("metrics", "a row of figures in the state is broken; what could be read of it is counted") }
    }

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
