internal import EventailEvents

/// Tool calls: each counts once however often its lines are repeated, and call and result find each other in whatever order they come.
extension Engine {
    // Words of a call's record.
    private static let flags = 0, callTime = 1, callDimensions = 2, resultTime = 3, resultDimensions = 4, resultExecution = 5
    private static let called: Int64 = 1, ended: Int64 = 2, human: Int64 = 4, failed: Int64 = 8, timed: Int64 = 16

    func toolStarted(_ start: Occurrence, _ facts: RoleFacts, _ cell: Int, _ dimensions: Dimensions) throws {
        if !meta.typesWithToolStarts.contains(start.type) { meta.typesWithToolStarts.insert(start.type) }
        guard facts.call != 0 else { return add(cell, Field.toolCalls, 1) }
        let place = try records.findOrMake(RecordKey(.call, facts.call), view).place
        let known = records[place, Self.flags]
        if known & Self.called != 0 { return }
        add(cell, Field.toolCalls, 1)
        records[place, Self.flags] = known | Self.called | (start.waitsForHuman ? Self.human : 0)
        records[place, Self.callTime] = start.time
        records[place, Self.callDimensions] = Int64(bitPattern: dimensions.bits)
        if known & Self.ended != 0 { settle(place) } else { try opened(facts.execution, 1, isHuman: start.waitsForHuman) }
    }

    func toolEnded(_ end: Occurrence, _ facts: RoleFacts, _ cell: Int, _ dimensions: Dimensions) throws {
        let told = RoleFacts.nanoseconds(facts.duration) ?? RoleFacts.nanoseconds(facts.latency)
        guard facts.call != 0 else {
            add(cell, Field.toolLoneEnds, 1)
            if end.status.isFailure { add(cell, Field.toolErrors, 1) }
            if let told { histograms.observe(end.waitsForHuman ? .humanWait : .tool, dimensions.tool, dimensions.agent, nanoseconds: told) }
            return
        }
        let place = try records.findOrMake(RecordKey(.call, facts.call), view).place
        let known = records[place, Self.flags]
        if known & Self.ended != 0 { return }
        var flags = known | Self.ended
        if end.waitsForHuman { flags |= Self.human }
        if end.status.isFailure { flags |= Self.failed }
        if let told {
            flags |= Self.timed
            if flags & Self.human == 0 { histograms.observe(.tool, dimensions.tool, dimensions.agent, nanoseconds: told) }
        }
        records[place, Self.flags] = flags
        records[place, Self.resultTime] = end.time
        records[place, Self.resultDimensions] = Int64(bitPattern: dimensions.bits)
        records[place, Self.resultExecution] = Int64(bitPattern: facts.execution)
        if known & Self.called != 0 {
            settle(place)
            try opened(facts.execution, -1, isHuman: flags & Self.human != 0)
        }
    }

    /// The tool that a call's record names, 0 when the call was not seen.
    func toolOfCall(_ call: UInt64) throws -> Int {
        guard let place = try records.find(RecordKey(.call, call), view), records[place, Self.flags] & Self.called != 0 else { return 0 }
        return Dimensions(bits: UInt64(bitPattern: records[place, Self.callDimensions])).tool
    }

    /// Counts what call and result say together: an error, the time between them.
    private func settle(_ place: Int) {
        let flags = records[place, Self.flags]
        let call = Dimensions(bits: UInt64(bitPattern: records[place, Self.callDimensions]))
        var result = Dimensions(bits: UInt64(bitPattern: records[place, Self.resultDimensions]))
        if result.tool == 0 { result = result.with(tool: call.tool) }
        let time = records[place, Self.resultTime]
        let cell = facts.cell(time.floored(to: 1_000_000_000) / 1_000_000_000, result.bits, UInt64(bitPattern: records[place, Self.resultExecution]))
        if flags & Self.failed != 0 { add(cell, Field.toolErrors, 1) }
        let between = time &- records[place, Self.callTime]
        guard flags & Self.timed == 0, between >= 0 else { return }
        if flags & Self.human != 0 {
            histograms.observe(.humanWait, 0, 0, nanoseconds: between)
        } else {
            add(latency: between, cell)
            histograms.observe(.tool, result.tool, result.agent, nanoseconds: between)
        }
    }
}
