internal import EventailEvents
internal import EventailStore
internal import EventailSystem
internal import EventailTail
internal import Synchronization

/// Keeps where files begin of which nothing was delivered yet, so that the next start knows them: one begun at its end is not begun at a later end, and
/// one that held no whole line is found again under another name.
///
/// *Thread*: any. *Limits*: `mostAtOnce` files a transaction.
final class NewFileKeeper: Sendable {
    static let consumer = "found"
    static let mostAtOnce = 10_000

    private let tailer: Tailer
    private let store: StateStore
    /// What the disk refused and is tried again.
    private let waiting = Mutex<[FileCheckpoint]>([])

    init(tailer: Tailer, store: StateStore) {
        self.tailer = tailer
        self.store = store
    }

    /// What earlier runs kept, without what is `delivered`, which says more.
    static func kept(in store: StateStore, without delivered: [FileCheckpoint]) throws(StoreError) -> [FileCheckpoint] {
        let identities = Set(delivered.map(\.identity))
        var transaction = StoreTransaction()
        var kept: [FileCheckpoint] = []
        for checkpoint in try store.checkpoints(of: consumer) {
            if identities.contains(checkpoint.identity) || isGone(checkpoint) {
                transaction.forget(checkpoint.identity, of: consumer)
            } else {
                kept.append(checkpoint)
            }
        }
        do throws(StoreError) { try store.commit(transaction) } catch {
            // Outdated ones do no harm.
            if !error.isTemporary { throw error }
        }
        return kept
    }

    /// Whether it stands for a compressed file that is no longer there.
    private static func isGone(_ checkpoint: FileCheckpoint) -> Bool {
        if !checkpoint.source.isEmpty { return false }
        do throws(SystemError) { return try FileStatus(at: checkpoint.path).identity != checkpoint.identity } catch { return error.isMissing }
    }

    /// Makes durable what came to be known since the last call.
    func keep() {
        let files = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        } + tailer.newFiles(atMost: Self.mostAtOnce)
        if files.isEmpty { return }
        var transaction = StoreTransaction()
        for file in files { transaction.set(file, of: Self.consumer) }
        do throws(StoreError) { try store.commit(transaction) } catch {
            Log.warning("state", "new files cannot be remembered now; it is tried again", ["reason": error.description])
            waiting.withLock { $0 = Array((files + $0).prefix(Self.mostAtOnce)) }
        }
    }
}
