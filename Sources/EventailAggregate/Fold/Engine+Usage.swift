internal import EventailEvents

/// Tokens, cost and model calls: what a line adds after all that was counted under its usage key before.
extension Engine {
    /// Counts a line's usage.
    func count(usage facts: RoleFacts, _ event: Event, _ line: Occurrence, _ cell: Int, _ dimensions: Dimensions) throws {
        let isCall = event.meaning == .modelCall
        guard facts.hasUsage else {
            // A call whose line tells no usage is still a call; of a running total such a line says nothing.
            if isCall && event.accounting == .leaf && event.usage != .cumulative {
                if facts.usageHigh == 0 {
                    add(cell, Field.modelCalls, 1)
                } else if try records.findOrMake(RecordKey(.usage, facts.usageHigh, facts.usageLow), view).isNew {
                    add(cell, Field.modelCalls, 1)
                }
            }
            return
        }
        if event.accounting != .leaf {
            if event.accounting == .rollup {
                add(cell, Field.rollups, 1)
                // A running total that was copied from elsewhere adds nothing, and is where the key's own total begins.
                if event.usage == .cumulative && facts.usageHigh != 0 { _ = try raise(cumulative: Usage(facts), facts) }
            }
            return
        }
        var usage = Usage(facts)
        if facts.usageHigh == 0 {
            estimate(&usage, facts.model)
            if isCall { called(cell, dimensions, usage) }
            return add(usage, cell)
        }
        if event.usage == .cumulative { return try count(cumulative: usage, facts, isCall, cell, dimensions) }

        estimate(&usage, facts.model)
        let (place, isNew) = try records.findOrMake(RecordKey(.usage, facts.usageHigh, facts.usageLow), view)
        if isNew {
            remember(usage, facts, line, place)
            if isCall { called(cell, dimensions, usage) }
            return add(usage, cell)
        }
        var old = Usage()
        for lane in 0..<Usage.lanes { old.values[lane] = records[place, lane] }
        let change = usage - old
        let oldModel = Int(records[place, 9]) - 1
        let replaces =
            switch event.usage {
            case .highwater: change.values[Usage.output] >= 0 && !(change.addsNothing && oldModel == facts.model)
            case .replace: line.time >= records[place, 11] && !(change.addsNothing && oldModel == facts.model)
            default: false
            }
        if !replaces {
            add(cell, records[place, 10] == file.hash ? Field.repeats : Field.replays, 1)
            return
        }
        if isCall {
            let model = oldModel < 0 ? dimensions.model : oldModel
            histograms.move(.tokens, model, 0, from: old.promptTokens, to: usage.promptTokens)
            histograms.move(.tokens, model, 1, from: old.values[Usage.output], to: usage.values[Usage.output])
        }
        remember(usage, facts, line, place)
        if oldModel == facts.model || oldModel < 0 { return add(change, cell) }
        // The model fell back within the answer: what was counted for the old one is taken from it.
        let before = self.facts.cell(line.second, dimensions.with(model: oldModel).bits, facts.execution)
        self.facts.set(task: facts.task, feature: 0, before)
        add(Usage() - old, before)
        add(usage, cell)
    }

    private func count(cumulative usage: Usage, _ facts: RoleFacts, _ isCall: Bool, _ cell: Int, _ dimensions: Dimensions) throws {
        let (raised, isSameFile) = try raise(cumulative: usage, facts)
        guard var change = raised else {
            add(cell, isSameFile ? Field.repeats : Field.replays, 1)
            return
        }
        estimate(&change, facts.model)
        if isCall { called(cell, dimensions, change) }
        return add(change, cell)
    }

    /// A running total: by file, so that a copy of a session's history passes through the totals that were counted without adding anything, and each
    /// drop in a file begins another epoch of the key. Answers what is new in it, nil when nothing is.
    private func raise(cumulative usage: Usage, _ facts: RoleFacts) throws -> (change: Usage?, isSameFile: Bool) {
        let inFile = try records.findOrMake(
            RecordKey(.cumulativeFile, facts.usageHigh, facts.usageLow ^ UInt64(bitPattern: file.hash)), view)
        var last = Usage()
        for lane in 0..<7 { last.values[lane] = records[inFile.place, lane] }
        if !inFile.isNew && usage.dropped(below: last) { records[inFile.place, 7] += 1 }
        for lane in 0..<7 { records[inFile.place, lane] = usage.values[lane] }
        let epoch = UInt64(bitPattern: records[inFile.place, 7])
        let place = try records.findOrMake(RecordKey(.cumulativeEpoch, facts.usageHigh, facts.usageLow &+ epoch &* 0x9E37_79B9_7F4A_7C15), view).place
        var counted = Usage()
        for lane in 0..<7 { counted.values[lane] = records[place, lane] }
        counted.values[Usage.cacheWriteHour] = records[place, 9]
        let change = usage - counted
        if change.values[Usage.total] < 0 || change.addsNothing { return (nil, records[place, 10] == file.hash) }
        for lane in 0..<7 { records[place, lane] = usage.values[lane] }
        records[place, 9] = usage.values[Usage.cacheWriteHour]
        records[place, 10] = file.hash
        return (change, true)
    }

    @inline(__always)
    private func estimate(_ usage: inout Usage, _ model: Int) { usage.estimate(usage.isReported ? nil : unitPrice(model)) }

    private func called(_ cell: Int, _ dimensions: Dimensions, _ usage: Usage) {
        add(cell, Field.modelCalls, 1)
        histograms.observe(.tokens, dimensions.model, 0, tokens: usage.promptTokens)
        histograms.observe(.tokens, dimensions.model, 1, tokens: usage.values[1])
    }

    private func remember(_ usage: Usage, _ facts: RoleFacts, _ line: Occurrence, _ place: Int) {
        for lane in 0..<Usage.lanes { records[place, lane] = usage.values[lane] }
        records[place, 9] = Int64(facts.model) + 1
        records[place, 10] = file.hash
        records[place, 11] = line.time
    }

    /// Adds usage to a cell.
    private func add(_ usage: Usage, _ cell: Int) {
        for lane in 0..<Usage.lanes where usage.values[lane] != 0 { add(cell, Usage.field(lane), usage.values[lane]) }
    }
}
