internal import EventailEvents

/// Spans of agents: from an end's time minus its duration, else from the matching start, to that time.
extension Engine {
    // Words of a span's record: what is known of the last end of an agent on a task.
    private static let flags = 0, lastEnd = 1, expiredStart = 2
    private static let hasEnd: Int64 = 1, isUnmatched: Int64 = 2, hasExpired: Int64 = 4, hasStarted: Int64 = 8

    func agentStarted(_ start: Occurrence, _ facts: RoleFacts, _ cell: Int) throws {
        add(cell, Field.agentStarts, 1)
        guard facts.agent != 0 else { return }
        let place = try records.findOrMake(SpanTable.key(facts.agent, facts.task), view).place
        let known = records[place, Self.flags]
        if facts.task != 0 && known & Self.hasStarted != 0 { add(cell, Field.retries, 1) }
        if known & Self.hasStarted == 0 { records[place, Self.flags] = known | Self.hasStarted }
        if known & Self.hasEnd != 0 && records[place, Self.lastEnd] >= start.time {
            // Its end was read before it.
            if known & Self.isUnmatched != 0 {
                try spans.add(facts.agent, from: start.time, to: records[place, Self.lastEnd], view)
                records[place, Self.flags] = (known | Self.hasStarted) & ~Self.isUnmatched
            }
            return
        }
        spans.start(facts.agent, facts.task, facts.execution, at: start.time)
    }

    func agentEnded(_ end: Occurrence, _ facts: RoleFacts, _ duration: Int64?) throws {
        if let duration { histograms.observe(.agent, facts.agent, 0, nanoseconds: duration) }
        guard facts.agent != 0 else { return }
        let place = try records.findOrMake(SpanTable.key(facts.agent, facts.task), view).place
        let match = spans.end(facts.agent, facts.task, facts.execution, at: end.time)
        var flags = records[place, Self.flags]
        var isMatched = true
        if let duration {
            try spans.add(facts.agent, from: end.time &- duration, to: end.time, view)
        } else if let match {
            try spans.add(facts.agent, from: match, to: end.time, view)
        } else if flags & Self.hasExpired != 0 && records[place, Self.expiredStart] <= end.time {
            try spans.add(facts.agent, from: records[place, Self.expiredStart], to: end.time, view)
        } else {
            isMatched = false
        }
        if flags & Self.hasExpired != 0 && records[place, Self.expiredStart] <= end.time { flags &= ~Self.hasExpired }
        if flags & Self.hasEnd == 0 || end.time >= records[place, Self.lastEnd] {
            flags = isMatched ? flags & ~Self.isUnmatched : flags | Self.isUnmatched
            records[place, Self.lastEnd] = end.time
        }
        records[place, Self.flags] = flags | Self.hasEnd
    }

    /// Starts that were given up for room become closed intervals as long as an open span may be; a later end still finds them.
    func closeAbandonedSpans() throws {
        for span in spans.abandoned {
            for start in span.starts { try spans.add(span.agent, from: start, to: min(meta.newest, start &+ spans.expiry), view) }
            let place = try records.findOrMake(SpanTable.key(span.agent, span.task), view).place
            records[place, Self.flags] |= Self.hasExpired
            records[place, Self.expiredStart] = span.starts[span.starts.count - 1]
        }
        spans.abandoned.removeAll()
    }
}
