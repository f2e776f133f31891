public import EventailEvents
internal import Synchronization

/// Where the aggregator reads its committed state back.
///
/// *Owns* a connection that only reads. *Thread*: any; reads take turns and never wait for a write.
public final class KeyedState: StoredState {
    private let database: Mutex<Database>

    init(_ database: Database) { self.database = Mutex(database) }

    /// The value of a key, nil when there is none.
    public func value(kind: UInt8, key: [UInt8]) throws(StoreError) -> [UInt8]? {
        try database.withLock { database throws(StoreError) -> [UInt8]? in
            let statement = try database.statement("SELECT value FROM keyed WHERE kind=?1 AND key=?2")
            statement.bind(1, Int(kind))
            statement.bind(2, key)
            if try !statement.step() { return nil }
            defer { statement.reset() }
            return statement.bytes(0)
        }
    }

    /// All keys with `from <= key < to` in order of their bytes (an empty `to` means no end), at most `limit` of them.
    public func values(kind: UInt8, from: [UInt8], to: [UInt8], limit: Int) throws(StoreError) -> [(key: [UInt8], value: [UInt8])] {
        let found = try database.withLock { database throws(StoreError) -> [Pair] in
            let statement = try database.statement(
                to.isEmpty
                    ? "SELECT key, value FROM keyed WHERE kind=?1 AND key>=?2 ORDER BY key LIMIT ?3"
                    : "SELECT key, value FROM keyed WHERE kind=?1 AND key>=?2 AND key<?4 ORDER BY key LIMIT ?3")
            statement.bind(1, Int(kind))
            statement.bind(2, from)
            statement.bind(3, limit)
            if !to.isEmpty { statement.bind(4, to) }
            var found: [Pair] = []
            while try statement.step() { found.append(Pair(key: statement.bytes(0), value: statement.bytes(1))) }
            return found
        }
        return found.map { ($0.key, $0.value) }
    }

    private struct Pair: Sendable {
        let key: [UInt8]
        let value: [UInt8]
    }
}
