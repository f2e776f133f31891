public import EventailEvents
internal import EventailJSON
public import EventailSystem
internal import Synchronization

/// Keeps the audit: counts in all, by file, by source and by type, durable in the live path's own transaction.
///
/// *Thread*: `fold` and `takeChanges` by the live path; reading by any. *Limits*: `mostFiles` files, beyond which one leaves the
/// table and the state (its counts stay in the totals).
public final class AuditLedger: Sendable {
    /// Kinds of `StoredChange` that are this ledger's; the aggregator's lie below.
    enum Kind {
        static let total: UInt8 = 200
        static let file: UInt8 = 201
        static let type: UInt8 = 202
        static let source: UInt8 = 203
    }

    public static let mostFiles = 100_000

    /// One life of a file; its stored form is `FileReference.stableKey`.
    public struct FileKey: Hashable, Sendable {
        public let identity: FileIdentity
        public let generation: Int

        public init(identity: FileIdentity, generation: Int) {
            self.identity = identity
            self.generation = generation
        }

        fileprivate init(stored bytes: [UInt8]) {
            let text = String(decoding: bytes, as: UTF8.self)
            let cut = text.lastIndex(of: "~")
            identity = FileIdentity(key: cut.map { String(text[..<$0]) } ?? text)
            generation = cut.flatMap { Int(text[text.index(after: $0)...]) } ?? 0
        }

        fileprivate var stored: [UInt8] { Array((generation == 0 ? identity.key : "\(identity.key)~\(generation)").utf8) }
    }

    public struct FileEntry: Sendable {
        public var path: String
        public var counts = AuditCounts()

        public init(path: String) { self.path = path }

        init(path: String, counts: AuditCounts) {
            self.path = path
            self.counts = counts
        }
    }

    private struct State {
        var total = AuditCounts()
        var files: [FileKey: FileEntry] = [:]
        var sources: [String: AuditCounts] = [:]
        /// By number of `Catalogue`.
        var types: [Int64] = []
        /// Which of them changed since they were last taken.
        var isDirtyType: [Bool] = []
        var dirtyFiles: Set<FileKey> = []
        var dirtySources: Set<String> = []

        /// Makes room for the type of a number.
        mutating func grow(to number: Int) {
            if number < types.count { return }
            types.append(contentsOf: repeatElement(0, count: number + 1 - types.count))
            isDirtyType.append(contentsOf: repeatElement(false, count: number + 1 - isDirtyType.count))
        }
    }

    private let catalogue: Catalogue
    private let state: Mutex<State>
    /// What was counted before this run.
    private let totalBefore: AuditCounts
    private let typesBefore: [Int64]

    /// Restores what was committed.
    public init(catalogue: Catalogue, state stored: some StoredState) throws {
        self.catalogue = catalogue
        var initial = State()
        for (_, value) in try stored.values(kind: Kind.total, from: [], to: [], limit: 1) {
            initial.total = AuditCounts(decoding: value) ?? AuditCounts()
        }
        for (key, value) in try stored.values(kind: Kind.file, from: [], to: [], limit: Self.mostFiles) {
            guard value.count > 4 else { continue }
            let length = Int(value.number(at: 0, as: UInt32.self))
            guard value.count >= 4 + length, let counts = AuditCounts(decoding: Array(value[(4 + length)...])) else { continue }
            initial.files[FileKey(stored: key)] = FileEntry(
                path: String(decoding: value[4..<4 + length], as: UTF8.self), counts: counts)
        }
        for (key, value) in try stored.values(kind: Kind.source, from: [], to: [], limit: 100_000) {
            initial.sources[String(decoding: key, as: UTF8.self)] = AuditCounts(decoding: value)
        }
        for (key, value) in try stored.values(kind: Kind.type, from: [], to: [], limit: Catalogue.most) {
            guard value.count == 8, let cut = key.firstIndex(of: 0) else { continue }
            let number = catalogue.number(
                profile: String(decoding: key[..<cut], as: UTF8.self), type: String(decoding: key[(cut + 1)...], as: UTF8.self))
            initial.grow(to: Int(number))
            initial.types[Int(number)] = value.number(at: 0)
        }
        totalBefore = initial.total
        typesBefore = initial.types
        state = Mutex(initial)
    }

    public func fold(_ batch: EventBatch) {
        state.withLock { state in
            state.total.fold(batch)
            let key = FileKey(identity: batch.file.identity, generation: batch.file.generation)
            if state.files[key] == nil && state.files.count >= Self.mostFiles, let some = state.files.keys.first {
                state.files[some] = nil
                state.dirtyFiles.insert(some)
            }
            state.files[key, default: FileEntry(path: batch.file.path)].counts.fold(batch)
            state.files[key]?.path = batch.file.path
            state.dirtyFiles.insert(key)
            state.sources[batch.file.source, default: AuditCounts()].fold(batch)
            state.dirtySources.insert(batch.file.source)
            var run: (type: Int, count: Int64) = (-1, 0)
            for event in batch.events {
                if Int(event.type) == run.type { run.count += 1; continue }
                Self.add(run, to: &state)
                run = (Int(event.type), 1)
            }
            Self.add(run, to: &state)
        }
    }

    /// What changed since the last call.
    public func takeChanges() -> [StoredChange] {
        let entries = catalogue.entries
        return state.withLock { state in
            if state.dirtyFiles.isEmpty { return [] }
            var changes = [StoredChange(kind: Kind.total, key: [0], value: state.total.encode())]
            for key in state.dirtyFiles {
                guard let entry = state.files[key] else {
                    changes.append(StoredChange(kind: Kind.file, key: key.stored, value: nil))
                    continue
                }
                var value: [UInt8] = []
                value.append(littleEndian: UInt32(entry.path.utf8.count))
                value.append(contentsOf: entry.path.utf8)
                value.append(contentsOf: entry.counts.encode())
                changes.append(StoredChange(kind: Kind.file, key: key.stored, value: value))
            }
            for source in state.dirtySources {
                changes.append(StoredChange(kind: Kind.source, key: Array(source.utf8), value: state.sources[source]?.encode()))
            }
            for type in state.types.indices where state.isDirtyType[type] {
                state.isDirtyType[type] = false
                var value: [UInt8] = []
                value.append(littleEndian: state.types[type])
                changes.append(
                    StoredChange(kind: Kind.type, key: Array(entries[type].profile.utf8) + [0] + Array(entries[type].type.utf8), value: value))
            }
            state.dirtyFiles.removeAll()
            state.dirtySources.removeAll()
            return changes
        }
    }

    public var total: AuditCounts { state.withLock { $0.total } }
    public var files: [FileKey: FileEntry] { state.withLock { $0.files } }
    public var sources: [String: AuditCounts] { state.withLock { $0.sources } }

    /// Events by profile and type, in the catalogue's order.
    public var types: [(entry: Catalogue.Entry, events: Int64)] {
        let entries = catalogue.entries
        return state.withLock { state in
            state.types.enumerated().compactMap { $1 > 0 ? (entries[$0], $1) : nil }
        }
    }

    /// What this run counted itself, with what an earlier one had read and no longer counted.
    public var totalOfThisRun: AuditCounts { total.without(totalBefore) }

    /// Events of this run by profile and type, in the catalogue's order.
    public var typesOfThisRun: [(entry: Catalogue.Entry, events: Int64)] {
        let entries = catalogue.entries
        return state.withLock { state in
            state.types.enumerated().compactMap { number, events in
                let own = events - (number < typesBefore.count ? typesBefore[number] : 0)
                return own > 0 ? (entries[number], own) : nil
            }
        }
    }

    private static func add(_ run: (type: Int, count: Int64), to state: inout State) {
        if run.count == 0 { return }
        state.grow(to: run.type)
        state.types[run.type] += run.count
        state.isDirtyType[run.type] = true
    }
}
