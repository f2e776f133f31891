internal import EventailEvents

/// The tables of the aggregator's state. Raw values are stored.
enum StateKind: UInt8, CaseIterable {
    /// Numbers of names: table, number -> text.
    case names = 1
    /// Single facts: oldest and newest time, counters.
    case meta
    /// Facts by second, execution and task: number of the chunk -> chunks.
    case facts
    /// Cells without executions: start, commit -> cells.
    case minutes, hours, days, all
    /// Cells of executions by second or hour, in runs: run, page -> cells.
    case executions
    /// Executions in the order in which they were first seen: number of the first -> hashes and names.
    case executionIndex
    /// Cells of tasks by hour.
    case taskHours
    /// Where a chunk of facts lies in time: number of the chunk -> facts, first and last second, bytes.
    case spans
    case records
    /// Fingerprints of all keys of `records`: commit -> fingerprints.
    case keys
    /// When an agent was active: agent, hour -> intervals.
    case activity
    /// Starts without an end.
    case openSpans
    /// Prometheus histograms.
    case histograms
    /// Heads of executions that were levelled, in runs: run, page -> records.
    case heads
}

/// The committed state, with the changes on their way into it laid over.
///
/// A change that is committed meanwhile is the same in both, so it does not matter when that happens.
final class StateView {
    private let state: any StoredState
    private var overlay: [UInt8: [(key: [UInt8], value: [UInt8]?)]] = [:]
    /// The newest changes, oldest first: the last but one may still be on its way when the next are taken.
    private var generations: [[StoredChange]] = []
    private static let mostGenerations = 2

    init(_ state: any StoredState) { self.state = state }

    /// Lays changes over the state; those laid over two calls before are committed by now.
    func lay(_ changes: [StoredChange]) {
        generations.append(changes)
        if generations.count > Self.mostGenerations { generations.removeFirst() }
        var newest: [UInt8: [[UInt8]: [UInt8]?]] = [:]
        for generation in generations { for change in generation { newest[change.kind, default: [:]][change.key] = .some(change.value) } }
        overlay = newest.mapValues { rows in
            rows.map { (key: $0.key, value: $0.value) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        }
    }

    /// Forgets all changes: only what is committed counts.
    func clear() {
        generations.removeAll()
        overlay.removeAll()
    }

    func value(_ kind: StateKind, _ key: [UInt8]) throws -> [UInt8]? {
        if let laid = overlay[kind.rawValue] {
            let place = Self.lowerBound(laid, key)
            if place < laid.count && laid[place].key == key { return laid[place].value }
        }
        return try state.value(kind: kind.rawValue, key: key)
    }

    /// Hands all rows with `from <= key < to` to `body`, in order of their keys.
    func forEach(_ kind: StateKind, from: [UInt8], to: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) throws {
        let laid = overlay[kind.rawValue] ?? []
        var place = Self.lowerBound(laid, from)
        var next = from
        while true {
            let page = try state.values(kind: kind.rawValue, from: next, to: to, limit: Self.pageRows)
            for row in page {
                while place < laid.count, laid[place].key.lexicographicallyPrecedes(row.key) {
                    if let value = laid[place].value { body(laid[place].key, value) }
                    place += 1
                }
                if place < laid.count, laid[place].key == row.key {
                    if let value = laid[place].value { body(row.key, value) }
                    place += 1
                } else {
                    body(row.key, row.value)
                }
            }
            guard page.count == Self.pageRows, let last = page.last else { break }
            next = last.key + [0]
        }
        while place < laid.count, to.isEmpty || laid[place].key.lexicographicallyPrecedes(to) {
            if let value = laid[place].value { body(laid[place].key, value) }
            place += 1
        }
    }

    /// The first committed rows of a kind that are not on their way out.
    func first(_ kind: StateKind, _ limit: Int) throws -> [(key: [UInt8], value: [UInt8])] {
        let gone = Set((overlay[kind.rawValue] ?? []).map(\.key))
        return try state.values(kind: kind.rawValue, from: [], to: [], limit: limit).filter { !gone.contains($0.key) }
    }

    /// All rows whose key begins with `prefix`.
    func forEach(_ kind: StateKind, prefix: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) throws {
        try forEach(kind, from: prefix, to: Self.end(of: prefix), body)
    }

    /// The first key behind all that begin with `prefix`; empty when there is none.
    static func end(of prefix: [UInt8]) -> [UInt8] {
        var end = prefix
        while let last = end.popLast() { if last < 255 { return end + [last + 1] } }
        return []
    }

    private static let pageRows = 1000

    private static func lowerBound(_ rows: [(key: [UInt8], value: [UInt8]?)], _ key: [UInt8]) -> Int {
        var low = 0, high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].key.lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
