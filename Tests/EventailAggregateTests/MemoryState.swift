import EventailEvents
import Synchronization

/// A consumer's state in memory: what was committed, readable like the real one.
final class MemoryState: StoredState {
    private let rows = Mutex<[UInt8: [(key: [UInt8], value: [UInt8])]]>([:])

    init() {}

    /// Applies changes all at once, as a transaction does.
    func commit(_ changes: [StoredChange]) {
        rows.withLock { rows in
            for change in changes {
                var table = rows[change.kind] ?? []
                let place = Self.lowerBound(table, change.key)
                let isThere = place < table.count && table[place].key == change.key
                if let value = change.value {
                    if isThere { table[place].value = value } else { table.insert((change.key, value), at: place) }
                } else if isThere {
                    table.remove(at: place)
                }
                rows[change.kind] = table
            }
        }
    }

    func value(kind: UInt8, key: [UInt8]) throws -> [UInt8]? {
        rows.withLock { rows in
            guard let table = rows[kind] else { return nil }
            let place = Self.lowerBound(table, key)
            return place < table.count && table[place].key == key ? table[place].value : nil
        }
    }

    func values(kind: UInt8, from: [UInt8], to: [UInt8], limit: Int) throws -> [(key: [UInt8], value: [UInt8])] {
        rows.withLock { rows in
            guard let table = rows[kind] else { return [] }
            var found: [(key: [UInt8], value: [UInt8])] = []
            var place = Self.lowerBound(table, from)
            while place < table.count, found.count < limit, to.isEmpty || table[place].key.lexicographicallyPrecedes(to) {
                found.append(table[place])
                place += 1
            }
            return found
        }
    }

    /// All bytes that are kept.
    var size: Int { rows.withLock { $0.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1.key.count + $1.value.count } } } }

    private static func lowerBound(_ rows: [(key: [UInt8], value: [UInt8])], _ key: [UInt8]) -> Int {
        var low = 0, high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].key.lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
