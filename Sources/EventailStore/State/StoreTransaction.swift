public import EventailEvents
public import EventailSystem

/// What becomes durable together: positions, a consumer's state, history and single values.
///
///     var transaction = StoreTransaction()
///     transaction.add(batch, from: position)
///     transaction.set(checkpoint, of: StateStore.historyConsumer)
///     try store.commit(transaction)
///
/// Within one transaction a later entry wins over an earlier one of the same key.
public struct StoreTransaction: Sendable {
    /// A batch whose events at or behind a position go into history.
    struct Rows: Sendable {
        let batch: EventBatch
        let from: Int64
    }
    struct Moved: Sendable {
        let consumer: String
        let checkpoint: FileCheckpoint
    }
    struct Forgotten: Sendable {
        let consumer: String
        let identity: FileIdentity
    }
    struct Value: Sendable {
        let key: String
        let value: [UInt8]?
    }

    var rows: [Rows] = []
    var moved: [Moved] = []
    var forgotten: [Forgotten] = []
    var values: [Value] = []
    var changes: [StoredChange] = []

    public init() {}

    public var isEmpty: Bool { rows.isEmpty && moved.isEmpty && forgotten.isEmpty && values.isEmpty && changes.isEmpty }

    /// Puts a batch's events whose position is at or behind `position` into history, under the batch's sequence numbers.
    public mutating func add(_ batch: EventBatch, from position: Int64) { rows.append(Rows(batch: batch, from: position)) }

    /// Says how far a consumer has taken a file.
    public mutating func set(_ checkpoint: FileCheckpoint, of consumer: String) { moved.append(Moved(consumer: consumer, checkpoint: checkpoint)) }

    /// Forgets a file that is gone for a consumer.
    public mutating func forget(_ identity: FileIdentity, of consumer: String) { forgotten.append(Forgotten(consumer: consumer, identity: identity)) }

    /// Sets a single value, nil removes it.
    public mutating func set(_ key: String, _ value: [UInt8]?) { values.append(Value(key: key, value: value)) }

    /// Sets a single number.
    public mutating func set(_ key: String, _ number: Int64) { set(key, Array(String(number).utf8)) }

    /// Adds changes of the aggregator's state.
    public mutating func add(_ changes: [StoredChange]) { self.changes.append(contentsOf: changes) }
}
