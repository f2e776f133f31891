internal import EventailEvents
internal import EventailStore
internal import EventailSystem

/// Makes the live path's cuts durable: dead letters, then the journal, then one transaction with state and checkpoint.
///
/// *Thread*: `store`. A commit that the disk refuses is tried until it goes through; meanwhile `/readyz` says why and nothing is lost.
final class StoreThread: Sendable {
    private let work: BoundedQueue<StoreWork>
    private let store: StateStore
    private let deadLetters: DeadLetters
    private let journal: Journal
    private let trouble: TroubleBoard
    private let tick: @Sendable (LiveCommit?) -> Void

    /// `tick` is called after every commit and once a second without one.
    init(
        work: BoundedQueue<StoreWork>, store: StateStore, deadLetters: DeadLetters, journal: Journal, trouble: TroubleBoard,
        tick: @escaping @Sendable (LiveCommit?) -> Void
    ) {
        self.work = work
        self.store = store
        self.deadLetters = deadLetters
        self.journal = journal
        self.trouble = trouble
        self.tick = tick
    }

    /// The body of the thread: ends when `work` is closed and empty. False when the last of it could not be done; then `work` takes no more,
    /// so that nobody waits for room in it.
    func run() -> Bool {
        defer { work.close() }
        while true {
            if let next = work.pop(within: .seconds(1)) {
                if !perform(next) { return false }
            } else if work.isClosed {
                return true
            } else {
                tick(nil)
            }
        }
    }

    /// Does one piece of work, however long the disk refuses it; false when the instance ends first.
    @discardableResult
    func perform(_ next: StoreWork) -> Bool {
        switch next {
        case .deadLetters(let batches):
            for batch in batches {
                if !persist({ try deadLetters.append(batch, from: batch.start) }) { return false }
            }
            return true
        case .commit(let commit):
            let done = persist {
                try deadLetters.sync()
                try journal.synchronize()
                var transaction = StoreTransaction()
                transaction.add(commit.changes)
                for checkpoint in commit.moved { transaction.set(checkpoint, of: LivePath.consumer) }
                transaction.set(StateStoreKeeper.indexKey(LivePath.consumer), commit.index)
                try store.commit(transaction)
            }
            if done { tick(commit) }
            return done
        }
    }

    private func persist(_ body: () throws -> Void) -> Bool {
        var backoff = Backoff(most: .seconds(5))
        while true {
            do {
                try body()
                trouble.clear("state")
                return true
            } catch {
                trouble.report("state", "state cannot be kept: \(error)", remedy: "free space in the state folder; reading waits meanwhile and nothing is lost")
                if trouble.isEnding { return false }
                trouble.wait(backoff.failed())
            }
        }
    }
}
