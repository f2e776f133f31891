internal import EventailEvents

/// Tasks: what their starts, attempts and costs were by second, which feature they have, and how long they took.
extension Engine {
    // Words of a task's record.
    private static let feature = 0, flags = 1, queuedTime = 2, validated = 3, ended = 6, placedTime = 9, placedValue = 10
    private static let isQueued: Int64 = 1, isValidated: Int64 = 2, isEnded: Int64 = 4, isPlaced: Int64 = 8, isPlacedAtEnd: Int64 = 16

    func count(task roles: RoleFacts, _ occurrence: Occurrence, _ cell: Int, _ dimensions: Dimensions) throws {
        if roles.attempts > 0 { facts.merge(cell, Field.attempts, Int64(min(roles.attempts, 1e9))) }
        let links = roles.feature != 0 || occurrence.meaning == .taskQueued || occurrence.meaning == .validation || occurrence.meaning == .taskEnd
        let key = RecordKey(.task, roles.task)
        guard let place = links ? try records.findOrMake(key, view).place : try records.find(key, view) else {
            return facts.set(task: roles.task, feature: 0, cell)
        }
        if roles.feature != 0, records[place, Self.feature] == 0 { records[place, Self.feature] = Int64(bitPattern: roles.feature) }
        facts.set(task: roles.task, feature: UInt64(bitPattern: records[place, Self.feature]), cell)
        switch occurrence.meaning {
        case .taskQueued: change(place) { records in
            if records[place, Self.flags] & Self.isQueued == 0 || occurrence.time < records[place, Self.queuedTime] { records[place, Self.queuedTime] = occurrence.time }
            records[place, Self.flags] |= Self.isQueued
        }
        case .validation: change(place) { records in
            Self.note(&records, place, Self.validated, Self.isValidated, occurrence, dimensions, roles.execution)
        }
        case .taskEnd: change(place) { records in
            Self.note(&records, place, Self.ended, Self.isEnded, occurrence, dimensions, roles.execution)
        }
        default: break
        }
    }

    /// The first validation or end of a task is the one with the earliest time, in whatever order they are read.
    private static func note(
        _ records: inout RecordStore, _ place: Int, _ word: Int, _ flag: Int64, _ occurrence: Occurrence, _ dimensions: Dimensions, _ execution: UInt64
    ) {
        if records[place, flags] & flag != 0 && occurrence.time >= records[place, word] { return }
        records[place, flags] |= flag
        records[place, word] = occurrence.time
        records[place, word + 1] = Int64(bitPattern: dimensions.bits)
        records[place, word + 2] = Int64(bitPattern: execution)
    }

    /// Changes a task's record and moves its completion to where it now belongs: from its queueing to its first validation, else to its end.
    private func change(_ place: Int, _ body: (inout RecordStore) -> Void) {
        let before = records[place, Self.flags]
        let oldWord = before & Self.isPlacedAtEnd != 0 ? Self.ended : Self.validated
        let old = (records[place, Self.placedTime], records[place, Self.placedValue], records[place, oldWord + 1], records[place, oldWord + 2])
        body(&records)
        let flags = records[place, Self.flags]
        let word = flags & Self.isValidated != 0 ? Self.validated : Self.ended
        let isComplete = flags & Self.isQueued != 0 && flags & (Self.isValidated | Self.isEnded) != 0 && records[place, word] >= records[place, Self.queuedTime]
        let new = (records[place, word], records[place, word] &- records[place, Self.queuedTime], records[place, word + 1], records[place, word + 2])
        if before & Self.isPlaced != 0 {
            if isComplete && old == new { return }
            complete(old, -1)
        }
        var changed = flags & ~(Self.isPlaced | Self.isPlacedAtEnd)
        if isComplete {
            complete(new, 1)
            if before & Self.isPlaced == 0 { histograms.observe(.completion, 0, 0, nanoseconds: new.1) }
            changed |= Self.isPlaced | (word == Self.ended ? Self.isPlacedAtEnd : 0)
            records[place, Self.placedTime] = new.0
            records[place, Self.placedValue] = new.1
        }
        if changed != flags { records[place, Self.flags] = changed }
    }

    private func complete(_ completion: (time: Int64, value: Int64, dimensions: Int64, execution: Int64), _ sign: Int64) {
        let second = completion.time.floored(to: 1_000_000_000) / 1_000_000_000
        let cell = facts.cell(second, UInt64(bitPattern: completion.dimensions), UInt64(bitPattern: completion.execution))
        add(cell, Field.completions, sign)
        add(cell, Field.completionSum, sign &* completion.value)
    }

    /// The feature of a task as its record knows it, 0 when it has none.
    func feature(ofTask task: UInt64) throws -> UInt64 {
        guard let place = try records.find(RecordKey(.task, task), view) else { return 0 }
        return UInt64(bitPattern: records[place, Self.feature])
    }
}
