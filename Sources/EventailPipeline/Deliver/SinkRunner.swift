internal import EventailEvents
internal import EventailSystem
internal import Synchronization

/// Runs one sink on a thread of its own: live batches from a bounded queue, what it missed from the files, in the journal's order.
///
///     opening -> catching up -> attached -> (queue full) catching up -> ...
///         ^____________ failing (back-off) ______________|
///
/// *Owns* the sink, its queue and its progress. *Thread*: `offer`, `wasDetached` and `status` by others, all else its own.
/// *Limits*: `queueCapacity` batches; commits as the sink's cadence says, else at least every `commitInterval` or `commitBytes`.
public final class SinkRunner: Sendable {
    public struct Limits: Sendable {
        public var queueCapacity = 64
        public var commitInterval: Duration = .milliseconds(200)
        public var commitBytes: Int64 = 16 << 20
        public init() {}
    }

    /// The longest wait between two tries: a fault that has ended is over for the sink soon after.
    static let mostWait: Duration = .seconds(5)

    public var name: String { sink.name }
    public var kind: String { sink.kind }
    let sink: any Sink
    private let limits: Limits
    private let cadence: SinkCadence
    private let journal: Journal
    private let fanout: Fanout
    private let keeper: any CheckpointKeeper
    private let makeReader: @Sendable () -> any BatchReader
    private let queue: BoundedQueue<Delivery>
    /// Closed when the live path has ended: what is in the journal then is all there is.
    private let ending = BoundedQueue<Bool>(capacity: 1)
    /// Closed when the sink must stop wherever it is.
    private let giveUp = BoundedQueue<Bool>(capacity: 1)
    /// Closed when this sink has what earlier runs had taken.
    private let caughtUp = BoundedQueue<Bool>(capacity: 1)
    /// The journal's head when this run began.
    private let headAtStart: Int64
    /// Runners before a reload that have not returned and may still write where this one will.
    private let remains: [SinkRemains]
    /// Closed when the thread has done its work.
    private let ended = BoundedQueue<Bool>(capacity: 1)
    private let missed = Atomic<Bool>(false)
    private let shared: Mutex<SinkStatus>
    private let latency = LatencyHistogram()
    private let committed: Mutex<Progress?> = Mutex(nil)
    /// The index that the keeper has, and since when, of a sink that leaves it for later.
    private let keptIndex = Mutex<(index: Int64, time: Int64)>((-1, 0))

    init(
        _ sink: any Sink, limits: Limits = Limits(), journal: Journal, fanout: Fanout, keeper: any CheckpointKeeper, after remains: [SinkRemains],
        makeReader: @escaping @Sendable () -> any BatchReader
    ) {
        self.sink = sink
        self.limits = limits
        cadence = sink.cadence ?? SinkCadence(interval: limits.commitInterval, linger: limits.commitInterval, bytes: limits.commitBytes)
        self.journal = journal
        self.fanout = fanout
        self.keeper = keeper
        self.makeReader = makeReader
        queue = BoundedQueue(capacity: limits.queueCapacity)
        headAtStart = journal.head
        var status = SinkStatus(name: sink.name, kind: sink.kind)
        if let before = remains.first(where: { $0.status.name == sink.name }) { status.count(on: before.status) }
        shared = Mutex(status)
        self.remains = remains.filter { !$0.hasEnded && $0.stands(before: sink.name, sink.kind) }
    }

    /// A runner that nothing was before.
    public convenience init(
        _ sink: any Sink, limits: Limits = Limits(), journal: Journal, fanout: Fanout, keeper: any CheckpointKeeper,
        makeReader: @escaping @Sendable () -> any BatchReader
    ) {
        self.init(sink, limits: limits, journal: journal, fanout: fanout, keeper: keeper, after: [], makeReader: makeReader)
    }

    // MARK: for other threads

    /// Takes a live batch unless the queue is full.
    func offer(_ delivery: Delivery) -> Bool { queue.tryPush(delivery) }

    /// The live path goes on without this sink, which will read what it missed.
    func wasDetached() {
        missed.store(true, ordering: .sequentiallyConsistent)
        shared.withLock { $0.state = .detached }
    }

    public var status: SinkStatus {
        var status = shared.withLock { $0 }
        status.latency = latency.current
        status.figures = sink.figures
        status.queueDepth = queue.count
        status.queueCapacity = limits.queueCapacity
        status.lagEntries = journal.head - (committed.withLock { $0?.index } ?? journal.tail)
        return status
    }

    /// The progress last committed, nil before the sink was first opened.
    public var progress: Progress? { committed.withLock { $0 } }

    /// Waits until this sink has everything that earlier runs had taken; false when it has not in time.
    public func waitUntilCaughtUp(within time: Duration) -> Bool {
        _ = caughtUp.pop(within: time)
        return caughtUp.isClosed
    }

    /// The live path has ended: deliver the rest, then end.
    public func finish() {
        ending.close()
        queue.close()
    }

    /// End as soon as the sink returns, delivered or not; what is missing follows after the next start.
    public func abandon() {
        giveUp.close()
        finish()
    }

    /// Waits for the end of the thread's work; false when it has not come in time.
    func waitForEnd(within time: Duration) -> Bool {
        _ = ended.pop(within: time)
        return ended.isClosed
    }

    // MARK: the thread

    /// The body of the thread; returns when all is delivered after `finish`, or after `abandon`. False when something is left undelivered.
    @discardableResult
    public func run() -> Bool {
        defer {
            // Each keeps the other until then.
            fanout.detach(self)
            ended.close()
        }
        if !waitForRemains() { return false }
        var backoff = Backoff(most: Self.mostWait)
        var indexAtFailure: Int64?
        while true {
            do throws(SinkError) {
                try sink.open()
                var progress = try startingProgress()
                note(progress)
                try deliver(&progress)
                try keepIndex(progress)
                sink.close()
                return progress.index == journal.head
            } catch {
                fanout.detach(self)
                queue.removeAll()
                switch error {
                case .misconfigured:
                    failed(error)
                    Log.error("sink", "stopped: \(error)", ["sink": name])
                    // It stays failing, named in /readyz, until the configuration is mended.
                    _ = ending.pop()
                    return false
                case .unavailable:
                    let isNews = failed(error)
                    // Taking something between two failures makes the second a new one.
                    let index = committed.withLock { $0?.index }
                    if index != indexAtFailure { backoff.succeeded() }
                    indexAtFailure = index
                    let wait = backoff.failed()
                    if isNews { Log.warning("sink", "\(error)", ["sink": name, "retry": "at least every \(Self.mostWait)"]) }
                    if giveUp.isClosed { return false }
                    _ = giveUp.pop(within: wait)
                    if giveUp.isClosed { return false }
                }
            }
        }
    }

    /// Waits until nobody else writes where this sink will; false when it must stop before.
    private func waitForRemains() -> Bool {
        if remains.isEmpty { return true }
        Log.warning("sink", "waits until what ran before the reload has returned", ["sink": name])
        for before in remains {
            while !before.waitForEnd(within: .milliseconds(100)) {
                if giveUp.isClosed { return false }
            }
        }
        return true
    }

    /// What follows this runner must know, once it was told to end.
    func remains(_ thread: NamedThread) -> SinkRemains { SinkRemains(status: status, ended: ended, thread: thread) }

    /// What the sink is known to have before it starts; nil when that cannot be told now.
    func progressBeforeStart() -> Progress? {
        do throws(SinkError) { return try startingProgress() } catch {
            Log.warning("sink", "what it has cannot be told yet: \(error)", ["sink": name])
            return nil
        }
    }

    /// The sink's own checkpoints where it holds them, else the kept ones; a new sink starts at the oldest entry.
    private func startingProgress() throws(SinkError) -> Progress {
        let kept = try keeper.progress(of: name)
        let whole = journal.tail...journal.head
        if let kept, !whole.contains(kept.index) {
            Log.warning(
                "sink", "the journal no longer has where this sink was; it goes on with what the journal has",
                ["sink": name, "index": "\(kept.index)", "oldest": "\(whole.lowerBound)", "head": "\(whole.upperBound)"])
        }
        let index = (kept ?? Progress(index: whole.lowerBound, checkpoints: [])).within(whole)
        guard let own = try sink.ownCheckpoints() else { return index }
        return try wentBack(Progress(index: index.index, checkpoints: own))
    }

    /// What the sink holds may be older than its index: the other side lost its newest data, or all. Then it goes back to the first entry that it lacks.
    private func wentBack(_ progress: Progress) throws(SinkError) -> Progress {
        var index = journal.tail
        while index < progress.index {
            let entries = try entries(from: index)
            guard let first = entries.first, first.index < progress.index else { break }
            for entry in entries {
                if entry.index >= progress.index { return progress }
                if progress.position(entry.identity, entry.generation) >= entry.end { continue }
                Log.warning(
                    "sink", "holds less than it once acknowledged; what is missing is sent again",
                    ["sink": name, "index": "\(progress.index)", "from": "\(entry.index)"])
                return Progress(index: entry.index, checkpoints: progress.checkpoints)
            }
            index = first.index + Int64(entries.count)
        }
        return progress
    }

    private func entries(from index: Int64) throws(SinkError) -> ArraySlice<JournalEntry> {
        do throws(SystemError) { return try journal.entries(from: index) } catch {
            throw .unavailable("the journal cannot be read: \(error)", remedy: "see that the state folder is readable")
        }
    }

    private func deliver(_ progress: inout Progress) throws(SinkError) {
        var uncommitted = Uncommitted()
        while true {
            try catchUp(&progress, &uncommitted)
            if uncommitted.batches == 0 { works() }
            while !missed.load(ordering: .sequentiallyConsistent) {
                if giveUp.isClosed { return try commit(&progress, &uncommitted) }
                guard let delivery = queue.pop(within: uncommitted.untilDue(cadence)) else {
                    try commit(&progress, &uncommitted)
                    if ending.isClosed && progress.index == journal.head { return }
                    if queue.isClosed && progress.index != journal.head { break }
                    continue
                }
                // Between a sink's catching up and its attaching a batch may come twice.
                if delivery.index < progress.index { continue }
                try write(delivery.batch, delivery.index, &progress, &uncommitted)
            }
            if giveUp.isClosed { return try commit(&progress, &uncommitted) }
            // Detached: first what is still in the queue, which precedes what was missed.
            while let delivery = queue.tryPop() {
                if delivery.index != progress.index { continue }
                try write(delivery.batch, delivery.index, &progress, &uncommitted)
            }
        }
    }

    /// Reads the journal from this sink's index until it is at the head, then attaches.
    private func catchUp(_ progress: inout Progress, _ uncommitted: inout Uncommitted) throws(SinkError) {
        missed.store(false, ordering: .sequentiallyConsistent)
        if fanout.attach(self, at: progress.index, of: journal) { return became(.attached) }
        became(.catchingUp)
        let reader = makeReader()
        while !giveUp.isClosed {
            let head = journal.head
            let entries = try entries(from: progress.index)
            if entries.isEmpty {
                // All before the head is missing.
                if progress.index < head { progress = progress.within(head...head) }
                missed.store(false, ordering: .sequentiallyConsistent)
                if fanout.attach(self, at: progress.index, of: journal) { return became(.attached) }
                continue
            }
            if let first = entries.first, first.index > progress.index, journal.missing == nil {
                Log.error(
                    "sink", "entries of the journal are missing; lines that only they named may be missing in this sink",
                    ["sink": name, "from": "\(progress.index)", "to": "\(first.index)"])
            }
            for entry in entries {
                if giveUp.isClosed { return }
                try take(entry, reader, &progress, &uncommitted)
            }
        }
    }

    private func take(
        _ entry: JournalEntry, _ reader: any BatchReader, _ progress: inout Progress, _ uncommitted: inout Uncommitted
    ) throws(SinkError) {
        if progress.position(entry.identity, entry.generation) >= entry.end { return progress.passed(entry) }
        if let batch = try reader.batch(of: entry, after: progress.checkpoint(entry.identity, entry.generation)) {
            // Lines that were refused when the numbers were given are dead letters; accepted now they would take the numbers of what follows.
            if batch.events.count > entry.events { batch.events.removeLast(batch.events.count - entry.events) }
            try write(batch, entry.index, &progress, &uncommitted)
        } else {
            Log.error(
                "sink", "bytes of a file are gone before this sink had them",
                ["sink": name, "file": entry.path, "from": "\(entry.start)", "to": "\(entry.end)"])
            shared.withLock { $0.lostBytes += entry.end - entry.start }
            progress.passed(entry)
        }
    }

    private func write(
        _ batch: EventBatch, _ index: Int64, _ progress: inout Progress, _ uncommitted: inout Uncommitted
    ) throws(SinkError) {
        try sink.write(batch, from: progress.position(batch.file.identity, batch.file.generation))
        progress.wrote(batch, index: index)
        uncommitted.wrote(batch)
        if uncommitted.isDue(cadence) { try commit(&progress, &uncommitted) }
    }

    private func commit(_ progress: inout Progress, _ uncommitted: inout Uncommitted) throws(SinkError) {
        if uncommitted.batches == 0 && progress.index == (committed.withLock { $0?.index }) { return try keepIndexIfDue(progress) }
        if cadence.indexInterval == .zero { try synchronizeJournal() }
        let moved = progress.takeMoved()
        // A sink that stores checkpoints itself still tells the keeper its index: it says where to read on.
        let stored = try sink.commit(moved)
        CrashPoint.afterAcknowledge.reach()
        if cadence.indexInterval == .zero {
            try keeper.keep(stored ? [] : moved, index: progress.index, of: name)
        } else {
            precondition(stored, "only a sink with checkpoints of its own leaves its index for later")
            try keepIndexIfDue(progress)
        }
        note(progress)
        shared.withLock { status in
            status.events += uncommitted.events
            status.bytes += uncommitted.bytes
        }
        let now = Timestamp.now().nanoseconds
        for (time, events) in uncommitted.reads { latency.record(nanoseconds: now - time, count: events) }
        works()
        uncommitted = Uncommitted()
    }

    private func synchronizeJournal() throws(SinkError) {
        do throws(SystemError) { try journal.synchronize() } catch {
            throw .unavailable("the journal cannot be made durable: \(error)", remedy: "free space in the state folder")
        }
    }

    private func keepIndexIfDue(_ progress: Progress) throws(SinkError) {
        let (index, time) = keptIndex.withLock { $0 }
        if index == progress.index || Timestamp.monotonicNanoseconds() - time < cadence.indexInterval.nanoseconds { return }
        try keepIndex(progress)
    }

    /// Tells the keeper where to read on, of a sink that leaves it for later.
    private func keepIndex(_ progress: Progress) throws(SinkError) {
        if cadence.indexInterval == .zero || keptIndex.withLock({ $0.index }) == progress.index { return }
        try synchronizeJournal()
        try keeper.keep([], index: progress.index, of: name)
        keptIndex.withLock { $0 = (progress.index, Timestamp.monotonicNanoseconds()) }
    }

    private func note(_ progress: Progress) {
        committed.withLock { $0 = progress }
        if progress.index >= headAtStart { caughtUp.close() }
    }

    /// After a failure it is failing until it has taken something again.
    private func became(_ state: SinkStatus.State) {
        shared.withLock { status in
            if status.lastError == nil { status.state = state }
        }
    }

    /// All that was tried so far went through.
    private func works() {
        let recovered = shared.withLock { status in
            if status.lastError == nil { return false }
            status.lastError = nil
            status.state = missed.load(ordering: .sequentiallyConsistent) ? .detached : .attached
            return true
        }
        if recovered { Log.info("sink", "works again", ["sink": name]) }
    }

    /// Remembers the failure; whether it is another one than before.
    @discardableResult
    private func failed(_ error: SinkError) -> Bool {
        shared.withLock { status in
            let isNews = status.lastError != error.description
            status.state = .failing
            status.lastError = error.description
            status.lastErrorTime = .now()
            status.retries += 1
            return isNews
        }
    }

    /// What was written since the last commit.
    private struct Uncommitted {
        var batches = 0
        var events: Int64 = 0
        var bytes: Int64 = 0
        var since: Int64 = 0
        /// When each batch was read, and its events.
        var reads: [(time: Int64, events: Int64)] = []

        mutating func wrote(_ batch: EventBatch) {
            if batches == 0 { since = Timestamp.monotonicNanoseconds() }
            batches += 1
            events += Int64(batch.events.count)
            bytes += batch.end - batch.start
            if !batch.events.isEmpty { reads.append((batch.readTime, Int64(batch.events.count))) }
        }

        func isDue(_ cadence: SinkCadence) -> Bool {
            bytes >= cadence.bytes || (batches > 0 && Timestamp.monotonicNanoseconds() - since >= cadence.interval.nanoseconds)
        }

        /// How long the next batch may be waited for.
        func untilDue(_ cadence: SinkCadence) -> Duration {
            if batches == 0 { return .seconds(1) }
            let left = cadence.interval.nanoseconds - (Timestamp.monotonicNanoseconds() - since)
            return .nanoseconds(max(0, min(left, cadence.linger.nanoseconds)))
        }
    }
}
