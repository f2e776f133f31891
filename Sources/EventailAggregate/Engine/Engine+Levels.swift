internal import EventailEvents

/// Levelling: adding up the facts that waited by minute, hour, day and over all time, by execution and by task.
extension Engine {
    /// All chunks that are not levelled, those not committed behind the others.
    var waitingChunks: [FactChunk] {
        var all = chunks.waiting + sealed
        if !facts.isEmpty { all.append(facts.chunk(heads)) }
        return all
    }

    /// Hands every fact in `from..<to` that waits to `body`, with its task.
    func forEachWaiting(from: Int64 = .min, to: Int64 = .max, _ body: (inout CellRow.Cell, FactChunk.Task) -> Void) {
        for chunk in waitingChunks where chunk.touches(from, to) {
            if !chunk.forEach(from: from, to: to, body) { CellTable.reportBroken() }
        }
    }

    /// Adds the facts that are not in `levels` yet.
    func fillLevels() {
        var skipped = inLevels, all = 0
        for chunk in waitingChunks {
            all += chunk.facts
            if skipped >= chunk.facts {
                skipped -= chunk.facts
                continue
            }
            var number = 0
            let isWhole = chunk.forEach { cell, _ in
                number += 1
                if number > skipped { self.levels.add(cell) }
            }
            if !isWhole { CellTable.reportBroken() }
            skipped = 0
        }
        if inLevels == all { return }
        inLevels = all
        levels.settle()
    }

    /// Levels everything that waits; all of it is sealed.
    func level(_ changes: inout [StoredChange]) throws {
        fillLevels()
        for (slot, row) in levels.rows() { try put(row, .minutes, ByteWriter.ordered(slot), &changes) }
        let hours = levels.coarser(3600)
        for (slot, row) in hours.rows() { try put(row, .hours, ByteWriter.ordered(slot), &changes) }
        let days = hours.coarser(86_400)
        for (slot, row) in days.rows() { try put(row, .days, ByteWriter.ordered(slot), &changes) }
        let all = days.coarser(0)
        for (slot, row) in all.rows() { try put(row, .all, ByteWriter.ordered(slot), &changes) }
        levels.removeAll()
        inLevels = 0

        try levelExecutionsAndTasks(&changes)
        try levelHeads(&changes)
        executionNames.takeChanges(&changes)
        chunks.level()
        try dropOldest(&changes)
    }

    private func levelExecutionsAndTasks(_ changes: inout [StoredChange]) throws {
        var pages = CellPages()
        var tasks = CellPages()
        for chunk in chunks.waiting {
            _ = chunk.forEach { cell, task in
                if cell.entity != 0 { pages.add(cell, hour: cell.slot.floored(to: 3600)) }
                if task.hash != 0 {
                    cell.turn(into: task)
                    tasks.add(cell, hour: cell.slot.floored(to: 3600))
                }
            }
        }
        let bits = RunList.bits(of: pages.count)
        try executionRuns.append(bits: bits, pages: pages.pages(bits), view, &changes, merge: Self.mergeExecutions)
        for (hour, row) in tasks.rowsByHour() { try put(row, .taskHours, ByteWriter.ordered(hour), &changes) }
    }

    /// Pages of several runs as those of one, executions' figures by hour.
    private static func mergeExecutions(_ rows: [[UInt8]]) -> (bits: Int, pages: [[UInt8]]) {
        var count = 0
        for row in rows { _ = CellRow.decode(row) { _ in count += 1 } }
        let bits = RunList.bits(of: count)
        var tables = [CellTable](repeating: CellTable(), count: 1 << bits)
        for row in rows {
            let isWhole = CellRow.decode(row) { cell in tables[RunList.page(of: cell.entity, bits)].add(cell) }
            if !isWhole { CellTable.reportBroken() }
        }
        return (bits, tables.map { $0.isEmpty ? [] : CellRow.encode($0, Array(0..<$0.count), $0.sidesByCell()) })
    }

    /// Heads of executions go into the records, their names into rows of their own.
    private func levelHeads(_ changes: inout [StoredChange]) throws {
        var fresh: [RecordStore.Image] = []
        for place in 0..<heads.count where heads[place].isFresh { fresh.append(Self.record(of: heads[place])) }
        try records.append(fresh, view, &changes)
        heads.keep(configuration.mostHeadsInMemory)
        var number = meta.namedExecutions
        for chunk in chunks.waiting {
            chunk.forEachExecution { known in
                guard let name = known.name else { return }
                executionNames.add(number, name.span)
                number += 1
            }
        }
        meta.namedExecutions = number
    }

    /// Keeps each level of the series within its bytes: the oldest rows go first, and the place where the rest begins is remembered.
    private func dropOldest(_ changes: inout [StoredChange]) throws {
        if let floor = chunks.drop(beyond: configuration.mostSeriesBytes, &changes) {
            meta.floors[StateKind.facts.rawValue] = max(meta.floors[StateKind.facts.rawValue] ?? .min, floor)
        }
        for kind in [StateKind.minutes, .hours, .taskHours] where meta.bytes[kind.rawValue] ?? 0 > configuration.mostSeriesBytes {
            let step: Int64 = kind == .minutes ? 60 : 3600
            for row in try view.first(kind, 256) {
                meta.bytes[kind.rawValue, default: 0] -= Int64(row.key.count + row.value.count)
                let slot = ByteReader.slot(row.key)
                meta.floors[kind.rawValue] = max(meta.floors[kind.rawValue] ?? .min, slot + step)
                changes.append(StoredChange(kind: kind.rawValue, key: row.key, value: nil))
                if meta.bytes[kind.rawValue] ?? 0 <= configuration.mostSeriesBytes { break }
            }
        }
    }
}

extension CellRow.Cell {
    /// Makes the cell of a fact that of its task: what was counted of the task at that time.
    mutating func turn(into task: FactChunk.Task) {
        var kept: [(field: Int, value: Int64)] = []
        var cost: Int64 = 0
        for (field, value) in fields {
            switch field {
            case Field.events, Field.agentStarts, Field.attempts, Field.passed: kept.append((field, value))
            case Field.costReported, Field.costEstimated: cost = cost.addingSaturated(value)
            default: break
            }
        }
        if cost != 0 { kept.append((Field.costReported, cost)) }
        fields = kept
        entity = task.hash
        sides.removeAll(keepingCapacity: true)
        if task.feature != 0 { sides.append((Side.feature, task.feature, 1)) }
    }
}
