internal import EventailEvents
public import EventailJSON
internal import EventailSystem
internal import Synchronization

/// The embedded history, read side: events by filter, in order of their sequence.
///
/// *Owns* a connection that only reads. *Thread*: any; reads take turns and never wait for a write. *Limits*: `EventQuery.mostEvents` a page,
/// `EventQuery.mostValues` elements a list.
public final class History: Sendable {
    /// The first half of every cursor.
    public let epoch: String
    private let reader: Mutex<HistoryReader>

    init(_ database: Database, epoch: String) {
        self.epoch = epoch
        reader = Mutex(HistoryReader(database))
    }

    /// A page of events.
    public func events(_ query: EventQuery) throws(StoreError) -> EventPage {
        try reader.withLock { reader throws(StoreError) in try reader.events(query) }
    }

    /// The newest `count` events of an execution, oldest first.
    public func last(_ count: Int, ofExecution execution: String) throws(StoreError) -> [StoredEvent] {
        var query = EventQuery()
        query.executions = [execution]
        query.limit = count
        return try events(query).events.reversed()
    }

    /// The smallest and the largest sequence number in history, nil when it is empty.
    public func range() throws(StoreError) -> ClosedRange<Int64>? {
        try reader.withLock { reader throws(StoreError) in try reader.range("sequence") }
    }

    /// The earliest and the latest time of events in history, nanoseconds since 1970, nil when it is empty.
    public func times() throws(StoreError) -> ClosedRange<Int64>? {
        try reader.withLock { reader throws(StoreError) in try reader.range("time") }
    }

    /// How many events history holds. Takes a look at each, so it is for tests and rare questions.
    public func count() throws(StoreError) -> Int64 {
        try reader.withLock { reader throws(StoreError) in try reader.database.number("SELECT count(*) FROM events") }
    }

    /// The cursor of a sequence number.
    public func cursor(_ sequence: Int64) -> String { "\(epoch)-\(sequence)" }

    /// Writes the item of a list of events.
    public func writeItem(_ event: StoredEvent, into json: inout JSONWriter) { event.writeItem(epoch: epoch, into: &json) }

    /// SQLite's words on how it would find a query's events, for tests.
    func plan(of query: EventQuery) throws(StoreError) -> String {
        try reader.withLock { reader throws(StoreError) in try reader.plan(of: query) }
    }
}
