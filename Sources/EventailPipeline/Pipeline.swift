public import EventailAggregate
public import EventailEvents
public import EventailStore
public import EventailSystem
public import EventailTail
internal import Synchronization

/// Joins the stages: read this first.
///
///     Tailer --lines--> LivePath --journal, audit, figures, hub--> Fanout --> SinkRunner ... Sink
///                          \--commits--> StoreThread --> StateStore, DeadLetters
///
/// `start` brings every consumer to where it was: the live path folds what lies between its last commit and the journal's head, then reading goes on
/// behind the journal, so that no byte is taken twice; sinks catch up by themselves. `stop` ends the stages in the order of the line.
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

        public init(
            stateFolder: String, sources: [TailSource], readings: [String: SourceReading], profiles: ProfileSet, catalogue: Catalogue,
            aggregator: Aggregator, store: StateStore, deadLetters: DeadLetters, sinks: [any Sink]
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
    private let acknowledgements: Acknowledgements
    private let threads = Mutex<Threads>(Threads())
    /// Bytes that were gone before the live path could fold them again after a crash.
    private let lostAfterCrash = Counter()

    private struct Threads: Sendable {
        var tail: NamedThread?
        var work: NamedThread?
        var store: NamedThread?
        var sinks: [NamedThread] = []
    }

    public init(_ parts: Parts, limits: Limits = Limits()) throws {
        self.parts = parts
        let keeper = StateStoreKeeper(parts.store)
        let journal = try Journal(folder: parts.stateFolder + "/journal", firstUnusedSequence: try parts.store.newestSequence() + 1)
        self.journal = journal
        audit = try AuditLedger(catalogue: parts.catalogue, state: try parts.store.keyedState())
        starting = try keeper.progress(of: LivePath.consumer) ?? Progress(index: journal.tail, checkpoints: [])

        let lines = BoundedQueue<LineBatch>(capacity: limits.lineBatches)
        self.lines = lines
        let tailer = try Tailer(
            sources: parts.sources, limits: limits.tail, checkpoints: try Self.readingCheckpoints(starting, journal),
            deliver: { lines.push($0) })
        self.tailer = tailer

        let fanout = Fanout()
        let (profiles, readings) = (parts.profiles, parts.readings)
        let runners = parts.sinks.map { sink in
            SinkRunner(sink, limits: limits.sink, journal: journal, fanout: fanout, keeper: keeper) {
                FileBatchReader(tailer: tailer, extraction: Extraction(profiles: profiles, readings: readings))
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
            })
    }

    /// Where reading goes on: the live path's checkpoints moved to the journal's head.
    private static func readingCheckpoints(_ progress: Progress, _ journal: Journal) throws(SystemError) -> [FileCheckpoint] {
        var progress = progress
        while true {
            let entries = try journal.entries(from: progress.index)
            if entries.isEmpty { return progress.checkpoints }
            for entry in entries { progress.passed(entry) }
        }
    }

    // MARK: start and stop

    /// Brings the live path to the journal's head, then starts all threads. With `untilEnd` reading ends at the ends of the files.
    /// `publish` is called on the live path with every batch and must not block.
    public func start(untilEnd: Bool = false, publish: @escaping @Sendable (EventBatch) -> Void) throws {
        let extraction = Extraction(profiles: parts.profiles, readings: parts.readings)
        let (live, storeThread, tailer, lines, work, trouble) = (live, storeThread, tailer, lines, work, trouble)
        // The tailer first finds the files, then waits until what an earlier run had read is folded.
        let (found, folded) = (BoundedQueue<Bool>(capacity: 1), BoundedQueue<Bool>(capacity: 1))
        defer { folded.close() }
        threads.withLock { threads in
            threads.store = NamedThread("store") { _ = storeThread.run() }
            threads.tail = NamedThread("tail") {
                do throws(TailError) {
                    try tailer.run(untilEnd: untilEnd) {
                        found.close()
                        _ = folded.pop()
                    }
                } catch {
                    trouble.report("tail", "reading has ended: \(error)", remedy: "start again")
                }
                found.close()
                lines.close()
            }
        }
        _ = found.pop()
        let progress = try recover(extraction)
        threads.withLock { threads in
            let unshared = Unshared(extraction)
            threads.work = NamedThread("work") {
                do throws(ProfileError) { try live.run(unshared.value, progress, publish: publish) } catch {
                    trouble.report("profiles", "\(error)", remedy: "mend the profile and start again")
                    lines.close()
                }
                work.close()
            }
            threads.sinks = runners.map { runner in NamedThread("sink-\(runner.name)") { runner.run() } }
        }
    }

    /// Waits until reading has ended by itself (`start(untilEnd: true)`) and every sink has acknowledged all of it. False when a sink has not.
    public func waitUntilEnd() -> Bool {
        joinReading()
        for runner in runners { runner.finish() }
        return joinSinks()
    }

    /// Ends all stages in order; what a sink has not taken by then follows after the next start. False when some is left.
    public func stop(within time: Duration = .seconds(10)) -> Bool {
        tailer.stop()
        trouble.end()
        joinReading()
        for runner in runners { runner.finish() }
        let runners = runners
        let watch = BoundedQueue<Bool>(capacity: 1)
        let watcher = NamedThread("stop") {
            if watch.pop(within: time) == nil && !watch.isClosed { for runner in runners { runner.abandon() } }
        }
        let all = joinSinks()
        watch.close()
        watcher.join()
        return all
    }

    private func joinReading() {
        let (tail, work, store) = threads.withLock { ($0.tail, $0.work, $0.store) }
        tail?.join()
        work?.join()
        store?.join()
    }

    private func joinSinks() -> Bool {
        let sinks = threads.withLock { $0.sinks }
        for thread in sinks { thread.join() }
        return runners.allSatisfy { $0.progress?.index == journal.head }
    }

    /// Folds what was journaled and not committed when the process died: the same bytes, the same numbers, once.
    private func recover(_ extraction: Extraction) throws -> Progress {
        let reader = FileBatchReader(tailer: tailer, extraction: extraction)
        var cut = LivePath.Cut(progress: starting)
        var batches = 0
        while true {
            let entries = try journal.entries(from: cut.progress.index)
            if entries.isEmpty { break }
            for entry in entries {
                if cut.progress.position(entry.identity, entry.generation) >= entry.end {
                    cut.progress.passed(entry)
                } else if let batch = try reader.batch(of: entry, after: cut.progress.checkpoint(entry.identity, entry.generation)) {
                    live.fold(batch, entry.index, &cut)
                    batches += 1
                } else {
                    Log.error("live", "bytes of a file are gone before the figures had them", ["file": entry.path, "from": "\(entry.start)", "to": "\(entry.end)"])
                    lostAfterCrash.add(entry.end - entry.start)
                    cut.progress.passed(entry)
                }
            }
        }
        if batches > 0 {
            Log.info("live", "folded what an earlier run had read and not committed", ["batches": "\(batches)"])
            live.handOver(&cut, waiting: true)
        }
        return cut.progress
    }

    /// Waits until a sink has everything that earlier runs had taken; true also when there is no sink of that kind.
    public func waitUntilCaughtUp(kind: String, within time: Duration) -> Bool {
        runners.filter { $0.kind == kind }.allSatisfy { $0.waitUntilCaughtUp(within: time) }
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
        var lost = tailer.status().lostBytes
        if lostAfterCrash.current > 0 { lost["gone_after_crash", default: 0] += lostAfterCrash.current }
        return lost
    }

    /// Carries what only one thread will use into it.
    private struct Unshared<Value>: @unchecked Sendable {
        // @unchecked: the value is handed over before the thread starts and not touched by anybody else after.
        let value: Value
        init(_ value: Value) { self.value = value }
    }
}
