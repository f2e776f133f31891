internal import EventailEvents

/// Finding the cells of a window: whole days, hours and minutes where they fit, seconds at the edges, and what is not committed yet.
extension Engine {
    /// Whether a type's profile writes lines for starts of tools, by number of the type.
    var startsTools: [Bool] {
        let profiles = Set(meta.typesWithToolStarts.map(profileName))
        return (0..<types.count).map { profiles.contains(profileName($0)) }
    }

    /// Hands all cells of a window that a filter lets through to `body`. `byExecution` asks for cells whose entity is their execution.
    func collect(_ window: ResolvedWindow, _ filter: FigureFilter, byExecution: Bool, _ body: (borrowing CellRow.Cell) -> Void) throws {
        if filter.matchesNothing { return }
        func matching(_ cell: inout CellRow.Cell) { if filter.matches(cell.dimensions) { body(cell) } }
        if byExecution || filter.execution != nil {
            try collectExecutions(window, filter.execution, matching)
            return
        }
        if window.isAll {
            try read(.all, from: nil, to: nil, matching)
            fillLevels()
            levels.forEach(matching)
            return
        }
        // Where seconds were dropped for room, minutes must do, and where those were, hours.
        var from = window.from, to = window.to
        for (kind, step) in [(StateKind.facts, Int64(60)), (.minutes, 3600), (.hours, 86_400)] {
            let floor = meta.floors[kind.rawValue] ?? .min
            if from < floor { from = from.floored(to: step) }
            if to < floor { to = (to + step - 1).floored(to: step) }
        }
        try cover(from, to, [.minutes, .hours, .days], matching) { from, to in
            try self.chunks.forEachLevelled(from: from, to: to, self.view) { cell, _ in
                Self.forgetEntity(&cell)
                matching(&cell)
            }
        }
        collectWaiting(window.from, window.to, matching)
    }

    /// What waits: by minutes, and by seconds at the edges.
    private func collectWaiting(_ from: Int64, _ to: Int64, _ body: (inout CellRow.Cell) -> Void) {
        let first = (from + 59).floored(to: 60), last = to.floored(to: 60)
        if first < last {
            fillLevels()
            levels.forEach { cell in if cell.slot >= first && cell.slot < last { body(&cell) } }
        }
        for (from, to) in first < last ? [(from, first), (last, to)] : [(from, to)] where from < to {
            forEachWaiting(from: from, to: to) { cell, _ in
                Self.forgetEntity(&cell)
                body(&cell)
            }
        }
    }

    /// A cell that counts no events says nothing of its execution.
    private static func forgetEntity(_ cell: inout CellRow.Cell) { if !cell.hasEvents { cell.entity = 0 } }

    /// The cells of tasks in a window.
    func collectTasks(_ window: ResolvedWindow, _ filter: FigureFilter, _ body: (borrowing CellRow.Cell) -> Void) throws {
        if filter.matchesNothing { return }
        func matching(_ cell: inout CellRow.Cell) { if filter.matches(cell.dimensions) { body(cell) } }
        func turning(_ cell: inout CellRow.Cell, _ task: FactChunk.Task) {
            if task.hash == 0 || !filter.matches(cell.dimensions) { return }
            cell.turn(into: task)
            body(cell)
        }
        if window.isAll {
            try read(.taskHours, from: nil, to: nil, matching)
            return forEachWaiting(turning)
        }
        try cover(window.from, window.to, [.taskHours], matching) { from, to in
            try self.chunks.forEachLevelled(from: from, to: to, self.view, turning)
        }
        forEachWaiting(from: window.from, to: window.to, turning)
    }

    /// Reads what is levelled in `from..<to` from the coarsest of some levels that fits inside, the rest at both edges from finer ones, and in the end from
    /// facts.
    private func cover(
        _ from: Int64, _ to: Int64, _ levels: [StateKind], _ body: (inout CellRow.Cell) -> Void, _ facts: (Int64, Int64) throws -> Void
    ) throws {
        guard from < to else { return }
        guard let coarsest = levels.last else { return try facts(from, to) }
        let finer = Array(levels.dropLast())
        let step: Int64 = coarsest == .minutes ? 60 : coarsest == .days ? 86_400 : 3600
        let first = (from + step - 1).floored(to: step), last = to.floored(to: step)
        if first >= last { return try cover(from, to, finer, body, facts) }
        try cover(from, first, finer, body, facts)
        try read(coarsest, from: first, to: last, body)
        try cover(last, to, finer, body, facts)
    }

    /// Executions' own rows know hours; a window that cuts an hour takes that hour's part from the facts.
    private func collectExecutions(_ window: ResolvedWindow, _ execution: UInt64?, _ body: (inout CellRow.Cell) -> Void) throws {
        let first = window.isAll ? Int64.min : (window.from + 3599).floored(to: 3600), last = window.isAll ? Int64.max : window.to.floored(to: 3600)
        if first < last {
            try readExecutions(execution) { cell in if cell.slot >= first && cell.slot < last { body(&cell) } }
        }
        func own(_ cell: inout CellRow.Cell, _: FactChunk.Task) {
            if cell.entity == 0 { return }
            if let execution, cell.entity != execution { return }
            body(&cell)
        }
        forEachWaiting(from: window.isAll ? .min : window.from, to: window.isAll ? .max : window.to, own)
        if window.isAll { return }
        for (from, to) in first < last ? [(window.from, first), (last, window.to)] : [(window.from, window.to)] where from < to {
            try chunks.forEachLevelled(from: from, to: to, view, own)
        }
    }

    /// The cells that executions' own rows hold of one execution, or of all.
    func readExecutions(_ execution: UInt64?, _ body: (inout CellRow.Cell) -> Void) throws {
        guard let execution else { return try view.forEach(.executions, prefix: []) { _, row in self.decode(row, body) } }
        try executionRuns.forEachPage(of: execution, view) { page in
            self.decode(page) { cell in if cell.entity == execution { body(&cell) } }
            return true
        }
    }

    /// All cells of the rows whose block begins in `from..<to`.
    func read(_ kind: StateKind, from: Int64?, to: Int64?, _ body: (inout CellRow.Cell) -> Void) throws {
        try view.forEach(kind, from: from.map(ByteWriter.key) ?? [], to: to.map(ByteWriter.key) ?? []) { _, row in self.decode(row, body) }
    }

    private func decode(_ row: [UInt8], _ body: (inout CellRow.Cell) -> Void) { _ = CellRow.decode(row, body) }
}
