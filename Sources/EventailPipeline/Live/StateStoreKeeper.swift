public import EventailEvents
public import EventailStore

/// Keeps consumers' progress in the state store.
public final class StateStoreKeeper: CheckpointKeeper {
    private let store: StateStore

    public init(_ store: StateStore) { self.store = store }

    static func indexKey(_ consumer: String) -> String { "journal-index/\(consumer)" }

    public func keep(_ moved: [FileCheckpoint], index: Int64, of consumer: String) throws(SinkError) {
        var transaction = StoreTransaction()
        for checkpoint in moved { transaction.set(checkpoint, of: consumer) }
        transaction.set(Self.indexKey(consumer), index)
        do throws(StoreError) { try store.commit(transaction) } catch { throw Self.translated(error) }
    }

    public func progress(of consumer: String) throws(SinkError) -> Progress? {
        do throws(StoreError) {
            guard let text = try store.value(Self.indexKey(consumer)), let index = Int64(String(decoding: text, as: UTF8.self)) else { return nil }
            return Progress(index: index, checkpoints: try store.checkpoints(of: consumer))
        } catch { throw Self.translated(error) }
    }

    static func translated(_ error: StoreError) -> SinkError {
        .unavailable("checkpoints cannot be kept: \(error.file): \(error.reason)", remedy: error.remedy)
    }
}
