internal import EventailSystem

/// Removes the oldest events of history, a bounded step at a time, so that no commit waits long.
///
/// *Thread*: the state writer's. *Limits*: `HistoryRetention.stepEvents` rows and `vacuumPages` pages a step.
struct HistoryTrimmer {
    let database: Database
    static let vacuumPages = 2000

    /// Removes one step of what is beyond `retention`; true when more is to be removed.
    func trim(_ retention: HistoryRetention, now: Timestamp) throws(StoreError) -> Bool {
        var more = false
        try database.transaction { () throws(StoreError) in
            let first = try database.number("SELECT min(sequence) FROM events")
            if first == 0 { return }
            var end = first
            if let age = retention.age { end = max(end, try aged(before: (now.seconds - Int64(age.seconds)) / 3600)) }
            if let bytes = retention.bytes { end = max(end, try surplus(over: bytes, first: first)) }
            if end <= first { return }
            let stop = min(end, first + HistoryRetention.stepEvents)
            more = stop < end
            try database.execute(
                """
                DELETE FROM events WHERE sequence < \(stop);
                DELETE FROM arrivals WHERE sequence < \(stop) AND hour < (SELECT max(hour) FROM arrivals WHERE sequence <= \(stop));
                DELETE FROM places WHERE newest < \(stop)
                """)
        }
        // Free pages are used again by new events; only when they are many does the file give some back.
        if try database.number("PRAGMA freelist_count") * 4 > database.number("PRAGMA page_count") {
            try database.execute("PRAGMA incremental_vacuum(\(Self.vacuumPages))")
        }
        return more
    }

    /// The first sequence number that arrived in `hour` or later.
    private func aged(before hour: Int64) throws(StoreError) -> Int64 {
        let statement = try database.statement("SELECT min(sequence) FROM arrivals WHERE hour >= ?1")
        statement.bind(1, hour)
        if try statement.step(), !statement.isNull(0) {
            defer { statement.reset() }
            return statement.int(0)
        }
        statement.reset()
        return try database.number("SELECT max(sequence) FROM events") + 1
    }

    /// Where history must begin so that the used pages take no more than `bytes`: assumes that events are alike in size.
    private func surplus(over bytes: Int64, first: Int64) throws(StoreError) -> Int64 {
        let used = try (database.number("PRAGMA page_count") - database.number("PRAGMA freelist_count")) * database.number("PRAGMA page_size")
        if used <= bytes { return first }
        let last = try database.number("SELECT max(sequence) FROM events")
        let share = Double(used - bytes) / Double(used)
        return min(last, first + max(1, Int64(Double(last - first) * share)))
    }
}
