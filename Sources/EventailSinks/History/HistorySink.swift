public import EventailEvents
public import EventailPipeline
public import EventailStore
internal import EventailSystem

/// Keeps events in the embedded history: rows and checkpoints in one transaction of the state, so each event is in it once.
///
/// *Owns* the batches between two commits. *Thread*: its runner's. *Limits*: retention is looked after with every `trimEvents` new events, a
/// bounded step each.
public final class HistorySink: Sink, @unchecked Sendable {
    // @unchecked: all calls come from the runner's thread, one after the other.
    public let name: String
    public let kind = "history"
    private let store: StateStore
    private let retention: HistoryRetention
    private var transaction = StoreTransaction()
    /// Events stored since retention was looked after.
    private var untrimmed: Int64 = 0

    /// Half of what a step removes, so that removing keeps up with storing.
    static let trimEvents = HistoryRetention.stepEvents / 2

    public init(name: String, store: StateStore, retention: HistoryRetention) {
        self.name = name
        self.store = store
        self.retention = retention
    }

    public func open() throws(SinkError) {
        transaction = StoreTransaction()
        untrimmed = Self.trimEvents
    }

    public func write(_ batch: EventBatch, from position: Int64) throws(SinkError) {
        if batch.events.isEmpty { return }
        transaction.add(batch, from: position)
        untrimmed += Int64(batch.events.count)
    }

    public func commit(_ checkpoints: [FileCheckpoint]) throws(SinkError) -> Bool {
        var whole = transaction
        for checkpoint in checkpoints { whole.set(checkpoint, of: StateStore.historyConsumer) }
        do throws(StoreError) { try store.commit(whole) } catch { throw Self.translated(error) }
        transaction = StoreTransaction()
        trim()
        return true
    }

    public func close() { transaction = StoreTransaction() }

    public func ownCheckpoints() throws(SinkError) -> [FileCheckpoint]? {
        do throws(StoreError) { return try store.checkpoints(of: StateStore.historyConsumer) } catch { throw Self.translated(error) }
    }

    /// Trouble here is not the commit's, which is done: it is told and tried again with the next one.
    private func trim() {
        while untrimmed >= Self.trimEvents {
            do throws(StoreError) {
                if try !store.trim(retention) { untrimmed = 0 } else { untrimmed -= Self.trimEvents }
            } catch {
                Log.warning("history", "old events cannot be removed now", ["reason": error.description])
                return
            }
        }
    }

    private static func translated(_ error: StoreError) -> SinkError {
        let reason = "\(error.file): \(error.reason)"
        return error.isTemporary ? .unavailable(reason, remedy: error.remedy) : .misconfigured(reason, remedy: error.remedy)
    }
}
