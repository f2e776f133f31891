internal import EventailEvents
internal import EventailSystem

/// The one connection that changes the state.
///
/// *Owns* its database. *Thread*: one at a time, under `StateStore`'s lock.
final class StateWriter: @unchecked Sendable {
    // @unchecked: reached only under the lock of the StateStore that made it.
    let database: Database
    let history: HistoryWriter

    init(_ database: Database, catalogue: Catalogue) {
        self.database = database
        history = HistoryWriter(database, catalogue: catalogue)
    }

    /// Applies a transaction: rows first, then what says that they are there.
    func commit(_ transaction: StoreTransaction) throws(StoreError) {
        do throws(StoreError) {
            try database.transaction { () throws(StoreError) in
                if !transaction.rows.isEmpty {
                    for rows in transaction.rows { try history.append(rows.batch, from: rows.from) }
                    try history.finish(at: Timestamp.now())
                }
                for change in transaction.changes { try apply(change) }
                for moved in transaction.moved { try set(moved.checkpoint, of: moved.consumer) }
                for forgotten in transaction.forgotten { try forget(forgotten.identity, of: forgotten.consumer) }
                for value in transaction.values { try set(value.key, value.value) }
                CrashPoint.midStateCommit.reach()
            }
        } catch {
            history.forget()
            throw error
        }
    }

    func checkpoints(of consumer: String) throws(StoreError) -> [FileCheckpoint] {
        let statement = try database.statement(
            """
            SELECT identity, generation, position, line, fingerprint_length, fingerprint_hash, path, source, carry_over
            FROM checkpoints WHERE consumer=?1 ORDER BY identity
            """)
        statement.bind(1, consumer)
        var found: [FileCheckpoint] = []
        while try statement.step() {
            found.append(
                FileCheckpoint(
                    identity: FileIdentity(key: statement.text(0)), generation: Int(statement.int(1)), position: statement.int(2), line: statement.int(3),
                    fingerprint: Fingerprint(length: Int(statement.int(4)), hash: UInt64(bitPattern: statement.int(5))), path: statement.text(6),
                    source: statement.text(7), carryOver: statement.bytes(8)))
        }
        return found
    }

    func consumers() throws(StoreError) -> [String] {
        let statement = try database.statement("SELECT DISTINCT consumer FROM checkpoints ORDER BY consumer")
        var found: [String] = []
        while try statement.step() { found.append(statement.text(0)) }
        return found
    }

    func value(_ key: String) throws(StoreError) -> [UInt8]? {
        let statement = try database.statement("SELECT value FROM meta WHERE key=?1")
        statement.bind(1, key)
        if try !statement.step() { return nil }
        defer { statement.reset() }
        return statement.bytes(0)
    }

    func newestSequence() throws(StoreError) -> Int64 { try database.number("SELECT max(sequence) FROM events") }

    func trim(_ retention: HistoryRetention, now: Timestamp) throws(StoreError) -> Bool {
        let more = try HistoryTrimmer(database: database).trim(retention, now: now)
        // Places may be gone that the caches know.
        history.forget()
        return more
    }

    private func set(_ checkpoint: FileCheckpoint, of consumer: String) throws(StoreError) {
        let statement = try database.statement("INSERT OR REPLACE INTO checkpoints VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
        statement.bind(1, consumer)
        statement.bind(2, checkpoint.identity.key)
        statement.bind(3, checkpoint.generation)
        statement.bind(4, checkpoint.position)
        statement.bind(5, checkpoint.line)
        statement.bind(6, checkpoint.fingerprint.length)
        statement.bind(7, Int64(bitPattern: checkpoint.fingerprint.hash))
        statement.bind(8, checkpoint.path)
        statement.bind(9, checkpoint.source)
        statement.bind(10, checkpoint.carryOver)
        try statement.run()
        if consumer == StateStore.historyConsumer { history.moved(to: checkpoint) }
    }

    private func forget(_ identity: FileIdentity, of consumer: String) throws(StoreError) {
        let statement = try database.statement("DELETE FROM checkpoints WHERE consumer=?1 AND identity=?2")
        statement.bind(1, consumer)
        statement.bind(2, identity.key)
        try statement.run()
        if consumer == StateStore.historyConsumer { history.forgot(identity) }
    }

    private func set(_ key: String, _ value: [UInt8]?) throws(StoreError) {
        precondition(key != "epoch", "the epoch is made with the state and never changes")
        guard let value else {
            let statement = try database.statement("DELETE FROM meta WHERE key=?1")
            statement.bind(1, key)
            return try statement.run()
        }
        let statement = try database.statement("INSERT OR REPLACE INTO meta VALUES(?1, ?2)")
        statement.bind(1, key)
        statement.bind(2, value)
        try statement.run()
    }

    private func apply(_ change: StoredChange) throws(StoreError) {
        guard let value = change.value else {
            let statement = try database.statement("DELETE FROM keyed WHERE kind=?1 AND key=?2")
            statement.bind(1, Int(change.kind))
            statement.bind(2, change.key)
            return try statement.run()
        }
        let statement = try database.statement("INSERT INTO keyed(kind, key, value) VALUES(?1, ?2, ?3) ON CONFLICT(kind, key) DO UPDATE SET value=excluded.value")
        statement.bind(1, Int(change.kind))
        statement.bind(2, change.key)
        statement.bind(3, value)
        try statement.run()
    }
}
