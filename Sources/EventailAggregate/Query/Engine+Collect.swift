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
        } else if window.isAll {
            try read(.all, from: nil, to: nil, matching)
        } else {
            // Where seconds were dropped for room, minutes must do, and where those were, hours.
            var from = window.from, to = window.to
            for (kind, step) in [(StateKind.fine, Int64(60)), (.minutes, 3600), (.hours, 86_400)] {
                let floor = meta.floors[kind.rawValue] ?? .min
                if from < floor { from = from.floored(to: step) }
                if to < floor { to = (to + step - 1).floored(to: step) }
            }
            try cover(from, to, Self.levels, matching)
        }
        cells.forEach { cell in
            if !window.isAll && (cell.slot < window.from || cell.slot >= window.to) { return }
            if let execution = filter.execution, cell.entity != execution { return }
            if byExecution && cell.entity == 0 { return }
            if !byExecution && filter.execution == nil && cell.fields.allSatisfy({ $0.field != Field.events && $0.field != Field.partLines }) { cell.entity = 0 }
            matching(&cell)
        }
    }

    /// The cells of tasks in a window.
    func collectTasks(_ window: ResolvedWindow, _ filter: FigureFilter, _ body: (borrowing CellRow.Cell) -> Void) throws {
        if filter.matchesNothing { return }
        func matching(_ cell: inout CellRow.Cell) { if filter.matches(cell.dimensions) { body(cell) } }
        if window.isAll {
            try read(.taskHours, from: nil, to: nil, matching)
        } else {
            try cover(window.from, window.to, [(.taskFine, 60, 1), (.taskHours, 3600, 3600)], matching)
        }
        tasks.forEach { cell in
            if !window.isAll && (cell.slot < window.from || cell.slot >= window.to) { return }
            matching(&cell)
        }
    }

    private typealias Level = (kind: StateKind, block: Int64, slot: Int64)
    private static var levels: [Level] { [(.fine, 60, 1), (.minutes, 60, 60), (.hours, 3600, 3600), (.days, 86_400, 86_400)] }

    /// Reads `from..<to` from the coarsest level that fits inside, and the rest at both edges from finer ones.
    private func cover(_ from: Int64, _ to: Int64, _ levels: [Level], _ body: (inout CellRow.Cell) -> Void) throws {
        guard from < to, let coarsest = levels.last else { return }
        let finer = Array(levels.dropLast())
        let first = (from + coarsest.slot - 1).floored(to: coarsest.slot), last = to.floored(to: coarsest.slot)
        if first >= last && !finer.isEmpty { return try cover(from, to, finer, body) }
        try cover(from, first, finer, body)
        try read(coarsest.kind, from: first.floored(to: coarsest.block), to: last) { cell in
            // The finest level's cells lie side by side in a minute's row; they carry executions that its figures count.
            if cell.slot < first || cell.slot >= last { return }
            if coarsest.kind == .fine, cell.fields.allSatisfy({ $0.field != Field.events && $0.field != Field.partLines }) { cell.entity = 0 }
            body(&cell)
        }
        try cover(last, to, finer, body)
    }

    /// Executions' own rows know hours; a window that cuts an hour takes that hour's part from the seconds.
    private func collectExecutions(_ window: ResolvedWindow, _ execution: UInt64?, _ body: (inout CellRow.Cell) -> Void) throws {
        let first = window.isAll ? Int64.min : (window.from + 3599).floored(to: 3600), last = window.isAll ? Int64.max : window.to.floored(to: 3600)
        if first < last {
            try readExecutions(execution) { cell in if cell.slot >= first && cell.slot < last { body(&cell) } }
        }
        if window.isAll { return }
        let edges = first < last ? [(window.from, first), (last, window.to)] : [(window.from, window.to)]
        for (from, to) in edges where from < to {
            try read(.fine, from: from.floored(to: 60), to: to) { cell in
                if cell.slot < from || cell.slot >= to || cell.entity == 0 { return }
                if let execution, cell.entity != execution { return }
                body(&cell)
            }
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
