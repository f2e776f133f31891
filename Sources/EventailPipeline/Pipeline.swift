public import EventailAggregate
public import EventailEvents
public import EventailRedact
public import EventailStore
public import EventailSystem
public import EventailTail
internal import Synchronization

/// Joins the stages: read this first.
///
///     Tailer --lines--> LivePath --journal, audit, figures, hub--> Fanout --> SinkRunner ... Sink
///                          \--commits--> StoreThread --> StateStore, DeadLetters
///
/// After `start` every consumer goes to where it was: the live path folds what lies between its last commit and the journal's head, then reading goes
/// on behind the journal, so that no byte is taken twice; sinks catch up by themselves. `stop` ends the stages in the order of the line.
///
/// *Owns* the threads. *Limits*: `Limits`.
public final class Pipeline: Sendable {
    public struct Limits: Sendable {
        /// Batches of lines between reading and the live path.
        public var lineBatches = 4
        public var tail = TailLimits()
        public var sink = SinkRunner.Limits()
        public init() {}
    }

    public struct Parts: Sendable {
        public let stateFolder: String
        public let sources: [TailSource]
        public let readings: [String: SourceReading]
        public let profiles: ProfileSet
        public let catalogue: Catalogue
        public let aggregator: Aggregator
        public let store: StateStore
        public let deadLetters: DeadLetters
        public let sinks: [any Sink]
        /// What is hidden in events before anybody sees them; nil for nothing.
        public let redaction: RedactionRules?

        public init(
            stateFolder: String, sources: [TailSource], readings: [String: SourceReading], profiles: ProfileSet, catalogue: Catalogue,
            aggregator: Aggregator, store: StateStore, deadLetters: DeadLetters, sinks: [any Sink], redaction: RedactionRules? = nil
        ) {
            self.stateFolder = stateFolder
            self.sources = sources
            self.readings = readings
            self.profiles = profiles
            self.catalogue = catalogue
            self.aggregator = aggregator
            self.store = store
            self.deadLetters = deadLetters
            self.sinks = sinks
            self.redaction = redaction
        }
    }

    public let audit: AuditLedger
    public let tailer: Tailer
    public let journal: Journal
    public let trouble = TroubleBoard()
    private let parts: Parts
    private let runners: [SinkRunner]
    private let live: LivePath
    private let storeThread: StoreThread
    private let lines: BoundedQueue<LineBatch>
    private let work: BoundedQueue<StoreWork>
    private let starting: Progress
    /// Where reading goes on: the live path's progress moved to the journal's head.
    private let reading: Progress
    private let acknowledgements: Acknowledgements
    private let newcomers: NewFileKeeper
    private let threads = Mutex<Threads>(Threads())
    /// Closed when what an earlier run had read is folded.
    private let folded = BoundedQueue<Bool>(capacity: 1)
    /// Bytes that were gone before the live path could fold them again after a crash.
    private let lostAfterCrash = Counter()
    /// Bytes lost before the last reload, without those that sinks count.
    private let lostBefore: [String: Int64]
    /// Sinks of before a reload that had not returned when this pipeline was made.
    private let remains: [SinkRemains]

    private struct Threads: Sendable {
        var tail: NamedThread?
        var work: NamedThread?
        var store: NamedThread?
        var sinks: [NamedThread] = []
    }

    /// `handover` is of the pipeline that this one replaces without a restart.
    public init(_ parts: Parts, limits: Limits = Limits(), after handover: Handover? = nil) throws {
        self.parts = parts
        lostBefore = handover?.lostBytes ?? [:]
        remains = handover?.sinks.filter { !$0.joinIfEnded() } ?? []
        let keeper = StateStoreKeeper(parts.store)
        var firstUnusedIndex: Int64 = 0
        for consumer in [LivePath.consumer] + parts.sinks.map(\.name) {
            firstUnusedIndex = max(firstUnusedIndex, try parts.store.number(StateStoreKeeper.indexKey(consumer)) ?? 0)
        }
        try Journal.checkVersion(in: parts.stateFolder + "/journal")
        let journal = try Journal(
            folder: parts.stateFolder + "/journal", firstUnusedSequence: try parts.store.newestSequence() + 1, firstUnusedIndex: firstUnusedIndex)
        self.journal = journal
        audit = try AuditLedger(catalogue: parts.catalogue, state: try parts.store.keyedState())
        let committed = try keeper.progress(of: LivePath.consumer)
        if committed == nil && journal.head > 0 {
            Log.warning(
                "journal", "state.db is new beside an older journal: figures and history are made again from the files, sinks of their own keep what they have",
                ["folder": parts.stateFolder])
            // Its oldest segments were removed after a commit that this state does not have: every file is read from its beginning.
            if journal.tail > 0 { try journal.startOver() }
        }
        starting = (committed ?? Progress(index: journal.tail, checkpoints: [])).within(journal.tail...journal.head)
        reading = try Self.moved(starting, toHeadOf: journal)

        let lines = BoundedQueue<LineBatch>(capacity: limits.lineBatches)
        self.lines = lines
        var tail = limits.tail
        tail.workFolder = parts.stateFolder
        let tailer = try Tailer(
            sources: parts.sources, limits: tail,
            checkpoints: reading.checkpoints + (try NewFileKeeper.kept(in: parts.store, without: reading.checkpoints)),
            after: handover?.files,
            deliver: { batch in
                CrashPoint.afterRead.reach()
                return lines.push(batch)
            })
        self.tailer = tailer
        let newcomers = NewFileKeeper(tailer: tailer, store: parts.store)
        self.newcomers = newcomers

        let fanout = Fanout()
        let (profiles, readings, redaction) = (parts.profiles, parts.readings, parts.redaction)
        let runners = parts.sinks.map { sink in
            SinkRunner(sink, limits: limits.sink, journal: journal, fanout: fanout, keeper: keeper, after: handover?.sinks ?? []) {
                FileBatchReader(tailer: tailer, extraction: Extraction(profiles: profiles, readings: readings, redaction: redaction))
            }
        }
        self.runners = runners

        // One piece of work waits while one is done; the live path waits only when dead letters pile up.
        let work = BoundedQueue<StoreWork>(capacity: 2)
        self.work = work
        let live = LivePath(
            lines: lines, work: work, journal: journal, audit: audit, aggregator: parts.aggregator, fanout: fanout, trouble: trouble)
        self.live = live
        let acknowledgements = Acknowledgements(tailer: tailer, journal: journal, runners: runners)
        self.acknowledgements = acknowledgements
        storeThread = StoreThread(
            work: work, store: parts.store, deadLetters: parts.deadLetters, journal: journal, trouble: trouble,
            tick: { commit in
                if commit != nil { live.committed() }
                acknowledgements.committed(commit)
                newcomers.keep()
            })
    }

    private static func moved(_ progress: Progress, toHeadOf journal: Journal) throws(SystemError) -> Progress {
        var progress = progress
        while true {
            let entries = try journal.entries(from: progress.index)
            if entries.isEmpty { return progress }
            for entry in entries { progress.passed(entry) }
        }
    }

    // MARK: start and stop

    /// Starts all threads. With `untilEnd` reading ends at the ends of the files. `recovered` is called when the live path is at the journal's head
    /// and reading begins, `publish` with every batch from then on; both on the live path, and must not block.
    public func start(
        untilEnd: Bool = false, recovered: @escaping @Sendable () -> Void = {}, publish: @escaping @Sendable (EventBatch) -> Void
    ) {
        let extraction = Extraction(profiles: parts.profiles, readings: parts.readings, redaction: parts.redaction)
        let (storeThread, tailer, lines, trouble, oldestWanted) = (storeThread, tailer, lines, trouble, oldestWanted)
        // The tailer first finds the files, then waits until what an earlier run had read is folded.
        let (found, folded) = (BoundedQueue<Bool>(capacity: 1), folded)
        threads.withLock { threads in
            threads.store = NamedThread("store") { _ = storeThread.run() }
            threads.tail = NamedThread("tail") {
                do throws(TailError) {
                    try tailer.run(untilEnd: untilEnd, oldestWanted: oldestWanted) {
                        found.push(true)
                        _ = folded.pop()
                    }
                } catch {
                    trouble.report("tail", "reading has ended: \(error)", remedy: "start again")
                }
                found.close()
                lines.close()
            }
        }
        // Without a look at the files nothing can be said of them: what is not known would count as gone.
        if found.pop() == nil {
            folded.close()
            return work.close()
        }
        newcomers.keep()
        do { try journalAgain() } catch {
            trouble.report("journal", "what sinks lack cannot be journaled again: \(error)", remedy: "see that the state folder can be written, then start again")
        }
        acknowledgements.begin(reading)
        threads.withLock { threads in
            let unshared = Unshared(extraction)
            threads.work = NamedThread("work") { [self] in
                if let cut = recover(unshared.value) {
                    recovered()
                    folded.close()
                    do throws(ProfileError) { try live.run(unshared.value, cut, publish: publish) } catch {
                        trouble.report("profiles", "\(error)", remedy: "mend the profile and start again")
                    }
                }
                lines.close()
                folded.close()
                work.close()
            }
            threads.sinks = runners.map { runner in NamedThread("sink-\(runner.name)") { runner.run() } }
        }
    }

    /// What no consumer has any more of need for lies before; before the sinks run.
    private var oldestWanted: @Sendable (FileIdentity, Int) -> Int64 {
        { [starting, runners, head = journal.head] identity, generation in
            // Who has all entries wants none of their bytes, also of files that it never had.
            func oldest(_ progress: Progress?) -> Int64 {
                guard let progress else { return 0 }
                return progress.index >= head ? .max : progress.position(identity, generation)
            }
            return runners.reduce(oldest(starting)) { min($0, oldest($1.progressBeforeStart())) }
        }
    }

    /// Waits until reading has ended by itself (`start(untilEnd: true)`) and every sink has acknowledged all of it. False when a sink has not.
    public func waitUntilEnd() -> Bool {
        joinReading()
        for runner in runners { runner.finish() }
        for thread in threads.withLock({ $0.sinks }) { thread.join() }
        return hasDeliveredAll && trouble.all.isEmpty
    }

    /// How long a sink may take to return after it was told to leave what it has.
    private static let abandonTime: Duration = .seconds(2)

    /// Ends all stages in order; what a sink has not taken by then follows after the next start. False when some is left. A sink that does not
    /// return from a call is left behind: its thread ends with the process.
    public func stop(within time: Duration = .seconds(10)) -> Bool {
        tailer.stop()
        trouble.end()
        joinReading()
        for runner in runners { runner.finish() }
        if !waitForSinks(within: time) {
            for runner in runners { runner.abandon() }
            if !waitForSinks(within: Self.abandonTime) { return false }
        }
        return hasDeliveredAll
    }

    /// What the next pipeline of this process needs. After `stop`.
    public func handOver() -> Handover {
        var lost = tailer.status().lostBytes.merging(lostBefore, uniquingKeysWith: +)
        if lostAfterCrash.current > 0 { lost["gone_after_crash", default: 0] += lostAfterCrash.current }
        var sinks = remains.filter { !$0.joinIfEnded() }
        for (runner, thread) in zip(runners, threads.withLock { $0.sinks }) {
            let remains = runner.remains(thread)
            _ = remains.joinIfEnded()
            sinks.insert(remains, at: 0)
        }
        return Handover(files: tailer.handOver(), lostBytes: lost, sinks: sinks)
    }

    private func joinReading() {
        let (tail, work, store) = threads.withLock { ($0.tail, $0.work, $0.store) }
        tail?.join()
        work?.join()
        store?.join()
        newcomers.keep()
    }

    private func waitForSinks(within time: Duration) -> Bool {
        if threads.withLock({ $0.sinks.isEmpty }) { return true }
        let deadline = Timestamp.monotonicNanoseconds() + time.nanoseconds
        var all = true
        for runner in runners where !runner.waitForEnd(within: .nanoseconds(max(0, deadline - Timestamp.monotonicNanoseconds()))) { all = false }
        return all
    }

    private var hasDeliveredAll: Bool { runners.allSatisfy { $0.progress?.index == journal.head } }

    /// Folds what was journaled and not committed when the process died: the same bytes, the same numbers, once. Nil when the instance ends first.
    private func recover(_ extraction: Extraction) -> LivePath.Cut? {
        let reader = FileBatchReader(tailer: tailer, extraction: extraction)
        var cut = LivePath.Cut(progress: starting)
        var backoff = Backoff(most: .seconds(5))
        while true {
            do {
                let entries = try journal.entries(from: cut.progress.index)
                if entries.isEmpty { break }
                for entry in entries {
                    if trouble.isEnding { return nil }
                    try recover(entry, reader, &cut)
                    live.handOverIfDue(&cut)
                }
                trouble.clear("recovery")
            } catch {
                trouble.report("recovery", "what an earlier run had read cannot be counted: \(error)", remedy: "reading waits; it is tried again")
                if trouble.isEnding { return nil }
                trouble.wait(backoff.failed())
            }
        }
        trouble.clear("recovery")
        live.handOver(&cut, waiting: false)
        return cut
    }

    private func recover(_ entry: JournalEntry, _ reader: FileBatchReader, _ cut: inout LivePath.Cut) throws(SinkError) {
        if cut.progress.position(entry.identity, entry.generation) >= entry.end { return cut.passed(entry) }
        if let batch = try reader.batch(of: entry, after: cut.progress.checkpoint(entry.identity, entry.generation)) {
            return live.fold(batch, entry.index, &cut)
        }
        Log.error("live", "bytes of a file are gone before the figures had them", ["file": entry.path, "from": "\(entry.start)", "to": "\(entry.end)"])
        lostAfterCrash.add(entry.end - entry.start)
        cut.passed(entry)
    }

    /// Waits until the figures and a sink have everything that earlier runs had taken; the sink counts only when there is one of that kind.
    public func waitUntilCaughtUp(kind: String, within time: Duration) -> Bool {
        _ = folded.pop(within: time)
        return folded.isClosed && runners.filter { $0.kind == kind }.allSatisfy { $0.waitUntilCaughtUp(within: time) }
    }

    /// After damage to the journal: what the live path has and some sink lacks is journaled again from the files, under new numbers.
    private func journalAgain() throws {
        if journal.missing == nil { return }
        let extraction = Extraction(profiles: parts.profiles, readings: parts.readings, redaction: parts.redaction)
        let known = runners.map { $0.progressBeforeStart() }
        for end in reading.checkpoints {
            let startsAtEnd = parts.sources.contains { $0.name == end.source && $0.startAtEnd }
            var from = end
            for progress in known {
                let checkpoint = progress?.checkpoint(end.identity, end.generation)
                // A sink that has nothing of a file that was begun at its end wants nothing before.
                if checkpoint == nil && startsAtEnd { continue }
                if (checkpoint?.position ?? 0) < from.position {
                    from.position = checkpoint?.position ?? 0
                    from.line = checkpoint?.line ?? 1
                    from.carryOver = checkpoint?.carryOver ?? []
                }
            }
            try journalAgain(from, to: end.position, extraction)
        }
    }

    private func journalAgain(_ from: FileCheckpoint, to end: Int64, _ extraction: Extraction) throws {
        let file = FileReference(number: 0, identity: from.identity, generation: from.generation, path: from.path, source: from.source)
        var (position, line) = (from.position, from.line)
        while position < end {
            guard let lines = try tailer.read(file, from: position, line: line, upTo: end) else {
                Log.error("journal", "bytes of a file are gone before all sinks had them", ["file": from.path, "from": "\(position)", "to": "\(end)"])
                lostAfterCrash.add(end - position)
                return
            }
            for batch in try extraction.batches(of: lines, carryOver: from.carryOver) {
                _ = try journal.append(batch, firstLine: line)
                (position, line) = (batch.end, batch.nextLine)
            }
        }
    }

    // MARK: what others may know

    public var sinkStatuses: [SinkStatus] {
        runners.map { runner in
            var status = runner.status
            let (bytes, seconds) = acknowledgements.lag(of: runner)
            status.lagBytes = bytes
            status.lagSeconds = seconds
            return status
        }
    }

    /// A sink's first byte not yet delivered of a file; nil when it has not seen the file.
    public func sinkPositions(of identity: FileIdentity, generation: Int) -> [(sink: String, position: Int64)] {
        runners.map { ($0.name, $0.progress?.position(identity, generation) ?? 0) }
    }

    /// Bytes lost for good, by cause.
    public var lostBytes: [String: Int64] {
        var lost = tailer.status().lostBytes.merging(lostBefore, uniquingKeysWith: +)
        if lostAfterCrash.current > 0 { lost["gone_after_crash", default: 0] += lostAfterCrash.current }
        let beforeSink = runners.reduce(Int64(0)) { $0 + $1.status.lostBytes }
        if beforeSink > 0 { lost["gone_before_sink"] = beforeSink }
        return lost
    }

    /// Carries what only one thread will use into it.
    private struct Unshared<Value>: @unchecked Sendable {
        // @unchecked: the value is handed over before the thread starts and not touched by anybody else after.
        let value: Value
        init(_ value: Value) { self.value = value }
    }
}
