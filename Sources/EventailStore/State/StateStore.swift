public import EventailEvents
internal import EventailSystem
internal import Synchronization

/// The durable state of one instance: a folder with `state.db`, owned by one process at a time.
///
/// Everything that must change together changes in one `commit`. Reading goes through connections of its own (`keyedState`, `history`),
/// which never wait for a write. *Thread*: any; commits take turns. *Limits*: one instance a folder; what is stored is bounded by its writers.
public final class StateStore: Sendable {
    /// The consumer under whose checkpoints history takes rows: what lies before them is never stored again.
    public static let historyConsumer = "history"
    /// A state up to this size is looked at whole on every start, a larger one after a suspicion only.
    static let wholeCheckBytes: Int64 = 64 << 20

    public let folder: String
    /// Random text made with the state: the first half of every cursor.
    public let epoch: String
    /// What the operator should know of the opening: a state that was put aside and why.
    public let notices: [String]
    private let place: StateFolder
    private let writer: Mutex<StateWriter>

    /// Opens or creates the state in a folder, which no other instance may use meanwhile. A damaged state is put aside, with a notice.
    /// `catalogue` names the types of the batches that are committed.
    public convenience init(folder: String, catalogue: Catalogue = Catalogue()) throws(StoreError) {
        try self.init(StateFolder.own(folder), owns: true, catalogue: catalogue)
    }

    /// Opens the state of a folder only to look at it, also while its owner runs; commits are refused.
    public static func looking(at folder: String) throws(StoreError) -> StateStore {
        let place = StateFolder.look(folder)
        if try place.length() == nil { throw StoreError(.denied, file: place.file, reason: "there is no state in this folder") }
        try StateOpening.check(version: try Database(path: place.file, .read).number("PRAGMA user_version"), of: place)
        return try StateStore(place, owns: false, catalogue: Catalogue())
    }

    private init(_ place: StateFolder, owns: Bool, catalogue: Catalogue) throws(StoreError) {
        let opened = owns ? try StateOpening.open(place) : StateOpening(database: try Database(path: place.file, .read), notices: [])
        self.place = place
        folder = place.path
        notices = opened.notices
        let writer = StateWriter(opened.database, catalogue: catalogue)
        guard let epoch = try writer.value("epoch") else { throw StoreError(.corrupt, file: place.file, reason: "the state has no epoch") }
        self.epoch = String(decoding: epoch, as: UTF8.self)
        self.writer = Mutex(writer)
    }

    /// Makes all of a transaction durable, or nothing of it.
    public func commit(_ transaction: StoreTransaction) throws(StoreError) {
        if transaction.isEmpty { return }
        try withWriter { writer throws(StoreError) in try writer.commit(transaction) }
    }

    /// All checkpoints of a consumer, ordered by identity.
    public func checkpoints(of consumer: String) throws(StoreError) -> [FileCheckpoint] {
        try withWriter { writer throws(StoreError) in try writer.checkpoints(of: consumer) }
    }

    /// The consumers that have checkpoints, in order.
    public func consumers() throws(StoreError) -> [String] {
        try withWriter { writer throws(StoreError) in try writer.consumers() }
    }

    /// A single value, nil when it was never set.
    public func value(_ key: String) throws(StoreError) -> [UInt8]? {
        try withWriter { writer throws(StoreError) in try writer.value(key) }
    }

    /// A single value that is a number.
    public func number(_ key: String) throws(StoreError) -> Int64? {
        guard let bytes = try value(key) else { return nil }
        return Int64(String(decoding: bytes, as: UTF8.self))
    }

    /// The largest sequence number in history, 0 when it is empty. New numbers must lie above it.
    public func newestSequence() throws(StoreError) -> Int64 {
        try withWriter { writer throws(StoreError) in try writer.newestSequence() }
    }

    /// The aggregator's committed state, on a connection of its own.
    public func keyedState() throws(StoreError) -> KeyedState { KeyedState(try Database(path: place.file, .read)) }

    /// History, on a connection of its own.
    public func history() throws(StoreError) -> History { History(try Database(path: place.file, .read), epoch: epoch) }

    /// Removes the oldest events beyond `retention`, a bounded step of them; true when more are to be removed.
    public func trim(_ retention: HistoryRetention) throws(StoreError) -> Bool {
        try withWriter { writer throws(StoreError) in try writer.trim(retention, now: Timestamp.now()) }
    }

    /// Looks at every page of the state; one sentence for each thing found wrong, none when all is well.
    public func verify() throws(StoreError) -> [String] {
        try withWriter { writer throws(StoreError) in try StateOpening.faults(in: writer.database, table: nil) }
    }

    /// For tests of a full disk: the most pages the file may have.
    func limitPages(to count: Int64) throws(StoreError) {
        try withWriter { writer throws(StoreError) in try writer.database.execute("PRAGMA max_page_count=\(count)") }
    }

    private func withWriter<Answer: Sendable>(_ body: (StateWriter) throws(StoreError) -> Answer) throws(StoreError) -> Answer {
        do throws(StoreError) {
            return try writer.withLock { writer throws(StoreError) in try body(writer) }
        } catch {
            if error.kind == .corrupt { place.suspect(error.reason) }
            throw error
        }
    }
}
