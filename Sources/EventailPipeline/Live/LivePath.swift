internal import EventailAggregate
internal import EventailEvents
internal import EventailSystem
internal import Synchronization

/// The live path: takes each batch of lines once and passes its events to everybody.
///
///     lines -> extract -> journal -> audit, figures -> hub -> attached sinks
///                                          \-> every `commitInterval`: one cut of state for the `store` thread
///
/// *Owns* the extraction and the live consumer's progress. *Thread*: `work`. *Limits*: batches with rejections are handed on every `mostPendingBytes`.
final class LivePath: Sendable {
    static let consumer = "live"
    static let commitInterval: Duration = .milliseconds(500)
    /// How long a commit may wait while lines are waiting: what a commit costs hangs on how many there are.
    static let longestCommitInterval: Duration = .seconds(2)
    static let mostPendingBytes: Int64 = 8 << 20

    private let lines: BoundedQueue<LineBatch>
    private let work: BoundedQueue<StoreWork>
    private let journal: Journal
    private let audit: AuditLedger
    private let aggregator: Aggregator
    private let fanout: Fanout
    /// Commits handed over and not yet durable; the next cut waits until it is 0.
    private let inFlight = Atomic<Int>(0)
    /// Rung by each commit that became durable.
    private let landed = BoundedQueue<Bool>(capacity: 1)
    private let trouble: TroubleBoard

    init(
        lines: BoundedQueue<LineBatch>, work: BoundedQueue<StoreWork>, journal: Journal, audit: AuditLedger, aggregator: Aggregator,
        fanout: Fanout, trouble: TroubleBoard
    ) {
        self.lines = lines
        self.work = work
        self.journal = journal
        self.audit = audit
        self.aggregator = aggregator
        self.fanout = fanout
        self.trouble = trouble
    }

    /// Called by the `store` thread when a commit is durable.
    func committed() {
        inFlight.subtract(1, ordering: .sequentiallyConsistent)
        _ = landed.tryPush(true)
    }

    /// The body of the thread: ends when `lines` is closed and empty, or when the instance ends and the journal cannot be written, after a last
    /// commit. `publish` gets every batch and must not block.
    func run(_ extraction: Extraction, _ starting: Cut, publish: (EventBatch) -> Void) throws(ProfileError) {
        var cut = starting
        while true {
            if let batch = lines.pop(within: cut.untilDue) {
                if try !take(batch, extraction, &cut, publish: publish) { break }
            } else if lines.isClosed && lines.count == 0 {
                break
            }
            handOverIfDue(&cut)
        }
        lines.close()
        handOver(&cut, waiting: true)
    }

    /// Takes the lines' events; false when the instance ends before all have entries: without one nobody has seen a batch and the next start reads it again.
    private func take(_ lines: LineBatch, _ extraction: Extraction, _ cut: inout Cut, publish: (EventBatch) -> Void) throws(ProfileError) -> Bool {
        let before = cut.progress.checkpoint(lines.file.identity, lines.file.generation)
        var firstLine = lines.firstLine
        for batch in try extraction.batches(of: lines, carryOver: before?.carryOver) {
            guard let index = journaled(batch, firstLine: firstLine) else { return false }
            firstLine = batch.nextLine
            fold(batch, index, &cut)
            publish(batch)
            fanout.publish(Delivery(batch: batch, index: index))
        }
        return true
    }

    /// Folds a batch into all state of the live path; also used for what a crash left between the last commit and the journal's head.
    func fold(_ batch: EventBatch, _ index: Int64, _ cut: inout Cut) {
        audit.fold(batch)
        aggregator.fold(batch)
        cut.took(batch, index)
        if cut.pendingBytes >= Self.mostPendingBytes { handOverDeadLetters(&cut) }
    }

    /// Nothing may go on before the entry stands: a full disk holds the live path, and through it reading, until there is room. Nil when the
    /// instance ends first.
    private func journaled(_ batch: EventBatch, firstLine: Int64) -> Int64? {
        var backoff = Backoff(most: .seconds(5))
        while true {
            do throws(SystemError) {
                let index = try journal.append(batch, firstLine: firstLine)
                trouble.clear("journal")
                CrashPoint.afterJournal.reach()
                return index
            } catch {
                trouble.report("journal", "the journal cannot be written: \(error)", remedy: "free space in the state folder; reading waits")
                if trouble.isEnding { return nil }
                trouble.wait(backoff.failed())
            }
        }
    }

    /// Hands over a cut when its time has come or many figures wait; when so many wait that memory would grow, the last commit is waited for.
    func handOverIfDue(_ cut: inout Cut) {
        if !cut.isDue(isBehind: lines.count > 0) && !aggregator.needsCommit { return }
        while aggregator.isFull && inFlight.load(ordering: .sequentiallyConsistent) > 0 && !trouble.isEnding { _ = landed.pop(within: .seconds(1)) }
        handOver(&cut, waiting: false)
    }

    /// Gives the state's changes to the `store` thread, unless it has not finished with the last ones.
    func handOver(_ cut: inout Cut, waiting: Bool) {
        handOverDeadLetters(&cut)
        if !waiting && inFlight.load(ordering: .sequentiallyConsistent) > 0 { return }
        if cut.isClean { return }
        do {
            let changes = try aggregator.takeChanges() + audit.takeChanges()
            inFlight.add(1, ordering: .sequentiallyConsistent)
            work.push(.commit(LiveCommit(index: cut.progress.index, moved: cut.progress.takeMoved(), changes: changes)))
            cut.handedOver()
        } catch {
            // Figures with a gap are never committed; the journal has what the next start counts.
            trouble.report(
                "figures", "the figures' state cannot be read: \(error)",
                remedy: "see that the state folder is readable and start again; what is missing is counted then, events go on meanwhile")
        }
    }

    private func handOverDeadLetters(_ cut: inout Cut) {
        let batches = cut.takeRejected()
        if !batches.isEmpty { work.push(.deadLetters(batches)) }
    }

    /// The live consumer's state since the last commit.
    struct Cut {
        var progress: Progress
        private(set) var pendingBytes: Int64 = 0
        private var rejected: [EventBatch] = []
        private var since: Int64?

        init(progress: Progress) { self.progress = progress }

        mutating func took(_ batch: EventBatch, _ index: Int64) {
            progress.wrote(batch, index: index)
            if !batch.rejections.isEmpty {
                rejected.append(batch)
                pendingBytes += batch.end - batch.start
            }
            begin()
        }

        /// An entry that was committed before, or whose bytes are gone.
        mutating func passed(_ entry: JournalEntry) {
            progress.passed(entry)
            begin()
        }

        private mutating func begin() {
            if since == nil { since = Timestamp.monotonicNanoseconds() }
        }

        var isClean: Bool { since == nil }
        func isDue(isBehind: Bool) -> Bool {
            guard let since else { return false }
            let interval = isBehind ? LivePath.longestCommitInterval : LivePath.commitInterval
            return Timestamp.monotonicNanoseconds() - since >= interval.nanoseconds
        }
        var untilDue: Duration {
            guard let since else { return .seconds(1) }
            // At least a millisecond: while a commit is in flight a due cut must not spin.
            return .nanoseconds(max(1_000_000, LivePath.commitInterval.nanoseconds - (Timestamp.monotonicNanoseconds() - since)))
        }

        mutating func takeRejected() -> [EventBatch] {
            defer {
                rejected = []
                pendingBytes = 0
            }
            return rejected
        }
        mutating func handedOver() { since = nil }
    }
}
