public import EventailEvents
internal import EventailKafka
public import EventailPipeline
internal import EventailStore
internal import EventailSystem
internal import Synchronization

/// Sends events to Kafka topics: exactly once in transactions that hold the events and the checkpoints, or at least once.
///
/// Exactly once: `open` starts the producer, which fences any other with the same transactional id, then reads the checkpoints that are committed;
/// they are the truth. A commit is one transaction; after any trouble the next `open` begins with a new producer and reads the truth again, so
/// it does not matter whether a commit without an answer was done. The checkpoints follow the acknowledged events within the transaction.
///
/// What the brokers refuse for good becomes a dead letter: the transaction is given up, the suspects are tried in halves, and the rest is sent again.
/// *Owns* the producer and the batches since the last commit. *Thread*: its runner's; `figures` any. *Limits*: librdkafka's queue.
public final class KafkaSink: Sink, @unchecked Sendable {
    // @unchecked: all calls but `figures` come from the runner's thread, one after the other; what figures read is locked.
    public let name: String
    public let kind = "kafka"
    private let configuration: KafkaSinkConfiguration
    private let catalogue: Catalogue
    private let undeliverable: UndeliverableEvents
    private var producer: KafkaProducer?
    private var writer: KafkaEventWriter?
    /// What was committed when the producer began; nil once that may have changed.
    private var checkpoints: [FileCheckpoint]?
    /// How far each file is committed.
    private var committed: [FileIdentity: Place] = [:]
    private var held = HeldBatches()
    private var inTransaction = false
    /// The transaction cannot go on; what follows is only held until its cause is known.
    private var isInterrupted = false
    private let shared = Mutex(Shared())

    private struct Place: Equatable {
        let generation: Int
        let position: Int64

        init(_ checkpoint: FileCheckpoint) {
            generation = checkpoint.generation
            position = checkpoint.position
        }
    }

    private struct Shared {
        /// Of the newest producer.
        var current: @Sendable () -> KafkaStatistics = { KafkaStatistics() }
        var commits: Int64 = 0
        var aborts: Int64 = 0
    }

    /// How long a broker may take to answer before the sink is failing.
    static let answerTime: Duration = .seconds(5)
    /// How long nothing may be acknowledged.
    static let stallTime: Duration = .seconds(8)
    /// How often a commit is begun anew because of refused messages.
    static let mostRounds = 8

    /// Nothing is connected yet.
    public init(name: String, configuration: KafkaSinkConfiguration, catalogue: Catalogue, undeliverable: UndeliverableEvents) {
        self.name = name
        self.configuration = configuration
        self.catalogue = catalogue
        self.undeliverable = undeliverable
    }

    /// Whether librdkafka takes the settings together; nothing is connected.
    public static func check(_ configuration: KafkaSinkConfiguration, name: String) throws(SinkError) {
        do throws(KafkaError) { _ = try KafkaProducer(configuration.producer, headers: [], label: name) } catch {
            throw .misconfigured("sink \(name): \(error.reason)", remedy: error.remedy)
        }
    }

    // MARK: the sink

    /// A transaction costs every broker that has a part in it a write, so a moment is waited for more events: that of `linger`. The checkpoints are
    /// with the brokers, so commits cost the state nothing.
    public var cadence: SinkCadence? {
        SinkCadence(linger: configuration.linger, indexInterval: configuration.isExactlyOnce ? .seconds(1) : .zero)
    }

    public func open() throws(SinkError) {
        // What happened since the last commit, and perhaps that, is undone for the runner, too.
        if checkpoints != nil { return }
        giveUp()
        try translated { () throws(KafkaError) in try connect() }
    }

    public func write(_ batch: EventBatch, from position: Int64) throws(SinkError) {
        if batch.events.isEmpty { return }
        checkpoints = nil
        try translated { () throws(KafkaError) in
            try beginTransaction()
            try send(held.hold(batch, from: position))
        }
    }

    public func commit(_ checkpoints: [FileCheckpoint]) throws(SinkError) -> Bool {
        if held.isEmpty && checkpoints.isEmpty { return configuration.isExactlyOnce }
        self.checkpoints = nil
        try translated { () throws(KafkaError) in try settle() }
        do throws(SinkError) { try undeliverable.keep(held.undeliverable) } catch {
            giveUp()
            throw error
        }
        if configuration.isExactlyOnce { try translated { () throws(KafkaError) in try commitTransaction(checkpoints) } }
        held.removeAll()
        return configuration.isExactlyOnce
    }

    public func close() { giveUp() }

    public func ownCheckpoints() throws(SinkError) -> [FileCheckpoint]? {
        if !configuration.isExactlyOnce { return nil }
        if checkpoints == nil { try open() }
        return checkpoints
    }

    public var figures: [SinkFigure] {
        let (current, commits, aborts) = shared.withLock { ($0.current, $0.commits, $0.aborts) }
        return KafkaFigures.figures(current(), commits: commits, aborts: aborts) + [undeliverable.figure]
    }

    // MARK: transactions

    /// A new producer that is ready to begin.
    private func connect() throws(KafkaError) {
        let made = try KafkaProducer(configuration.producer, headers: KafkaEventWriter.headers, label: name)
        producer = made
        let statistics = made.statisticsSource
        shared.withLock { $0.current = statistics }
        for topic in configuration.eventTopics { try made.partitions(of: topic, within: Self.answerTime) }
        if configuration.isExactlyOnce { try begin(made) }
        writer = KafkaEventWriter(configuration, catalogue: catalogue, to: made)
    }

    /// Goes on with a new producer after a refusal: librdkafka 2.0 leaves a gap in the numbers of its messages there, on which later ones of the old
    /// producer fail. What is held stays.
    private func renew() throws(KafkaError) {
        let before = committed
        endProducer()
        try connect()
        // A commit follows.
        checkpoints = nil
        if committed == before { return }
        throw KafkaError(
            kind: .temporary, code: 0, name: "_STATE", reason: "another instance with the same transactional id committed meanwhile",
            remedy: "stop one of the two; this one goes on behind the other")
    }

    /// Fences older producers, then learns what is committed.
    private func begin(_ producer: KafkaProducer) throws(KafkaError) {
        try producer.initTransactions(within: Self.answerTime)
        let topic = configuration.checkpointTopic
        let known = KafkaCheckpoints(topic: topic, transactionalID: configuration.transactionalID)
        var found: [FileCheckpoint] = []
        do throws(KafkaError) {
            found = try known.read(configuration.reader, label: name, within: Self.answerTime)
        } catch {
            guard error.isMissingTopic else { throw error }
            if let problem = producer.makeCompactedTopic(topic, within: Self.answerTime) {
                throw KafkaError(
                    kind: .temporary, code: error.code, name: error.name, reason: "topic \(topic) is missing and cannot be made: \(problem.reason)",
                    remedy: "create topic \(topic) with cleanup.policy=compact; it is looked for again")
            }
            Log.info("sink", "made the topic for checkpoints", ["sink": name, "topic": topic])
        }
        committed = Dictionary(found.map { ($0.identity, Place($0)) }, uniquingKeysWith: { $1 })
        checkpoints = found
    }

    private func beginTransaction() throws(KafkaError) {
        guard configuration.isExactlyOnce, !inTransaction, let producer else { return }
        try producer.beginTransaction()
        inTransaction = true
    }

    private func send(_ batch: HeldBatches.Held) throws(KafkaError) {
        guard let writer else { preconditionFailure("a sink is opened before it is written to") }
        if isInterrupted { return }
        var refused: [(Int, KafkaError)] = []
        do throws(KafkaError) {
            try writer.write(batch.batch, from: batch.position, firstToken: batch.firstToken, isWanted: { held.isWanted($0) }, refused: { refused.append(($0, $1)) })
        } catch {
            // Something sent before was refused: which, and why, is known when all is answered.
            if !configuration.isExactlyOnce || !error.isInterruption { throw error }
            isInterrupted = true
        }
        for (token, error) in refused { condemn(token, error) }
    }

    /// Returns when the brokers have everything held but what they refuse for good.
    private func settle() throws(KafkaError) {
        for _ in 0..<Self.mostRounds {
            let failures = try answers()
            if failures.isEmpty && !isInterrupted { return }
            let refused = failures.filter { $0.error.kind == .refused && $0.token > 0 }
            // In a transaction everything is sent again; else what failed for another reason is, from the last commit on.
            guard let first = refused.first, configuration.isExactlyOnce || refused.count == failures.count else { throw cause(of: failures) }
            if configuration.isExactlyOnce { try renew() }
            if refused.count == 1 {
                condemn(first.token, first.error)
            } else {
                try judge(refused.map(\.token).sorted()[...])
            }
            if !configuration.isExactlyOnce { continue }
            try beginTransaction()
            for batch in held.all { try send(batch) }
        }
        throw KafkaError(
            kind: .temporary, code: 0, name: "_REFUSED", reason: "messages are refused together and taken alone", remedy: "see the broker's log; it is tried again")
    }

    /// What failed of all that was sent.
    private func answers() throws(KafkaError) -> [KafkaFailure] {
        guard let producer else { preconditionFailure("a sink is opened before it commits") }
        try producer.flush(stall: Self.stallTime)
        return producer.takeFailures()
    }

    /// One bad event is enough to have a whole request refused: finds which by sending halves alone. In transactions those are taken back, so that
    /// nobody sees them; else what is taken is delivered.
    private func judge(_ suspects: ArraySlice<Int>) throws(KafkaError) {
        let middle = suspects.startIndex + suspects.count / 2
        for half in [suspects[..<middle], suspects[middle...]] where !half.isEmpty {
            guard let writer else { preconditionFailure("a sink is opened before it commits") }
            try beginTransaction()
            var failed: [Int: KafkaError] = [:]
            let wanted = Set(half)
            for batch in held.all {
                try writer.write(
                    batch.batch, from: batch.position, firstToken: batch.firstToken, isWanted: { wanted.contains($0) }, refused: { failed[$0] = $1 })
            }
            for failure in try answers() {
                if failure.error.kind != .refused { throw failure.error }
                failed[failure.token] = failure.error
            }
            if configuration.isExactlyOnce { try renew() }
            if failed.count == 1, let (token, error) = failed.first {
                condemn(token, error)
            } else if failed.count > 1 {
                try judge(failed.keys.sorted()[...])
            }
        }
    }

    private func commitTransaction(_ moved: [FileCheckpoint]) throws(KafkaError) {
        guard let producer else { preconditionFailure("a sink is opened before it commits") }
        try beginTransaction()
        let known = KafkaCheckpoints(topic: configuration.checkpointTopic, transactionalID: configuration.transactionalID)
        let topic = producer.topic(known.topic)
        CrashPoint.beforeSend.reach()
        producer.clearHeaders()
        for checkpoint in moved {
            let (key, value) = (known.key(of: checkpoint), known.value(of: checkpoint))
            try unsafe key.withUnsafeBufferPointer { key throws(KafkaError) in
                try unsafe value.withUnsafeBufferPointer { value throws(KafkaError) in
                    try unsafe producer.produce(topic, key: UnsafeRawBufferPointer(key), value: UnsafeRawBufferPointer(value), token: 0, copies: true)
                }
            }
        }
        CrashPoint.afterSend.reach()
        try producer.commitTransaction(within: Self.stallTime)
        inTransaction = false
        for checkpoint in moved { committed[checkpoint.identity] = Place(checkpoint) }
        shared.withLock { $0.commits += 1 }
    }

    /// Why messages failed that were not refused.
    private func cause(of failures: [KafkaFailure]) -> KafkaError {
        if let error = failures.first(where: { !$0.error.isPurge && $0.error.kind != .refused })?.error ?? producer?.lastError { return error }
        return KafkaError(
            kind: .temporary, code: 0, name: "_STATE", reason: producer?.transactionProblem ?? "messages were dropped", remedy: "it is tried again")
    }

    private func condemn(_ token: Int, _ error: KafkaError) {
        held.condemn(token, "sink \(name) cannot deliver it: \(error.reason) (\(error.name)); \(error.remedy)")
    }

    // MARK: trouble

    /// Runs a piece of work; after trouble nothing is left of the producer, so that the next `open` begins with the truth.
    private func translated(_ body: () throws(KafkaError) -> Void) throws(SinkError) {
        do throws(KafkaError) { try body() } catch {
            giveUp()
            let reason = "\(error.reason) (\(error.name))"
            switch error.kind {
            case .fenced, .misconfigured: throw .misconfigured(reason, remedy: error.remedy)
            case .temporary, .refused: throw .unavailable(reason, remedy: error.remedy)
            }
        }
    }

    private func giveUp() {
        endProducer()
        held.removeAll()
        checkpoints = nil
        committed = [:]
    }

    /// Before what is held: the producer may still read the lines.
    private func endProducer() {
        if inTransaction { shared.withLock { $0.aborts += 1 } }
        writer = nil
        producer = nil
        inTransaction = false
        isInterrupted = false
    }
}
