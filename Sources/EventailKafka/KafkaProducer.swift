internal import CRdKafka
internal import EventailSystem

/// Sends messages to topics, in transactions or idempotently, and knows which were refused.
///
///     try producer.produce(topic, key: key, value: line, token: 7)    // the value's bytes must stay where they are ...
///     try producer.flush(stall: .seconds(5))                          // ... until this has returned, or the producer is gone
///
/// *Owns* a client. *Thread*: one calls; `statistics` any. *Limits*: librdkafka's queue (`queue.buffering.max.messages`); when it is full `produce`
/// waits for room, at most `stall` without any progress.
@safe public final class KafkaProducer {
    private let client: KafkaClient
    private let headers: UnsafeMutablePointer<CRdKafka_header>
    private let headerCount: Int
    private var isInTransaction = false

    /// Makes a producer whose messages may have these headers; nothing is connected yet.
    public init(_ settings: KafkaSettings, headers names: [String], label: String) throws(KafkaError) {
        client = try KafkaClient(.producer, settings, label: label)
        headerCount = names.count
        unsafe headers = .allocate(capacity: max(1, names.count))
        for (index, name) in names.enumerated() {
            let room = UnsafeMutablePointer<CChar>.allocate(capacity: name.utf8.count + 1)
            for (place, byte) in name.utf8.enumerated() { unsafe room[place] = CChar(bitPattern: byte) }
            unsafe room[name.utf8.count] = 0
            unsafe headers.advanced(by: index).initialize(to: CRdKafka_header(name: room, value: nil, size: -1))
        }
    }

    deinit {
        // librdkafka 2.0 ends the process when it is about to name a partition to the coordinator while it is taken down: aborting stops that at once.
        if isInTransaction, let error = unsafe rd_kafka_abort_transaction(client.handle, 1000) { unsafe rd_kafka_error_destroy(error) }
        for index in 0..<headerCount { unsafe headers[index].name.deallocate() }
        unsafe headers.deallocate()
    }

    public var statistics: KafkaStatistics { client.reports.statistics }
    /// Asks for `statistics` from any thread, also when the producer is gone.
    public var statisticsSource: @Sendable () -> KafkaStatistics {
        let reports = client.reports
        return { reports.statistics }
    }
    /// What went wrong last on the way to the brokers.
    public var lastError: KafkaError? { client.reports.lastError }
    /// Why a transaction could not be committed last, in librdkafka's words.
    public var transactionProblem: String? { client.reports.transactionProblem }
    /// The number of a topic for `produce`.
    public func topic(_ name: String) -> Int { client.number(of: name) }
    /// How many partitions a topic has; a broker that makes topics by itself makes it now.
    @discardableResult
    public func partitions(of name: String, within time: Duration) throws(KafkaError) -> Int { try client.partitions(of: name, within: time) }
    /// Makes a compacted topic of one partition; nil when it is there now.
    public func makeCompactedTopic(_ name: String, within time: Duration) -> KafkaError? { client.makeCompactedTopic(name, within: time) }

    // MARK: messages

    /// Sets a header of the next message; its bytes are copied by `produce`.
    public func set(header index: Int, _ value: UnsafeRawBufferPointer) {
        unsafe headers[index].value = value.baseAddress
        unsafe headers[index].size = value.count
    }

    /// The next message has no such header.
    public func clear(header index: Int) { unsafe headers[index].size = -1 }
    public func clearHeaders() { for index in 0..<headerCount { clear(header: index) } }

    /// Queues a message. A nil key leaves the choice of partition to the partitioner. Without `copies` the value's bytes must stay until it is
    /// delivered. Throws `refused` for a message that can never be sent.
    public func produce(
        _ topic: Int, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, token: Int, copies: Bool = false, stall: Duration = .seconds(10)
    ) throws(KafkaError) {
        let flags = copies ? Int32(RD_KAFKA_MSG_F_COPY) : 0
        var deadline: Int64 = 0
        var least = Int.max
        while true {
            let code = unsafe CRdKafka_produce(
                client.handle, client.topic(topic), key.baseAddress, key.count, value.baseAddress, value.count, headers, headerCount, flags,
                UnsafeMutableRawPointer(bitPattern: token))
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            if code != RD_KAFKA_RESP_ERR__QUEUE_FULL { throw client.fatal ?? KafkaError(code).because(code == RD_KAFKA_RESP_ERR__STATE ? lastError : nil) }
            // Back-pressure: as long as the queue shrinks there is no reason to give up.
            let now = Timestamp.monotonicNanoseconds()
            let waiting = queued
            if waiting < least {
                least = waiting
                deadline = now + stall.nanoseconds
            }
            if now >= deadline { throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, "no broker takes messages").because(lastError) }
            unsafe rd_kafka_flush(client.handle, 20)
        }
    }

    /// Messages that are not delivered yet.
    public var queued: Int { Int(unsafe rd_kafka_outq_len(client.handle)) }

    /// Waits until every message is delivered or failed; throws when nothing moved for `stall`, or when the client is at its end.
    public func flush(stall: Duration) throws(KafkaError) {
        var least = Int.max
        var deadline: Int64 = 0
        while unsafe rd_kafka_flush(client.handle, 100) != RD_KAFKA_RESP_ERR_NO_ERROR {
            if let fatal = client.fatal { throw fatal }
            let now = Timestamp.monotonicNanoseconds()
            let waiting = queued
            if waiting < least {
                least = waiting
                deadline = now + stall.nanoseconds
            }
            if now >= deadline { throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, "\(waiting) messages are not acknowledged, for want of brokers or of replicas in step").because(lastError) }
        }
        if let fatal = client.fatal { throw fatal }
    }

    /// The messages that failed since the last call.
    public func takeFailures() -> [KafkaFailure] { client.reports.takeFailures() }

    // MARK: transactions

    /// Takes over from any older producer with the same transactional id and ends what it left open.
    public func initTransactions(within time: Duration) throws(KafkaError) {
        try unsafe check(rd_kafka_init_transactions(client.handle, Self.milliseconds(time)), "the transaction coordinator does not answer")
    }

    public func beginTransaction() throws(KafkaError) {
        try unsafe check(rd_kafka_begin_transaction(client.handle), "no transaction can begin")
        isInTransaction = true
    }

    /// Commits what was produced since `beginTransaction`; when it throws, only a new producer's `initTransactions` tells what became of it.
    public func commitTransaction(within time: Duration) throws(KafkaError) {
        try unsafe check(rd_kafka_commit_transaction(client.handle, Self.milliseconds(time)), "the transaction is not committed")
        isInTransaction = false
    }

    private func check(_ error: OpaquePointer?, _ what: String) throws(KafkaError) {
        guard let error = unsafe error else { return client.reports.works() }
        let told = unsafe KafkaError(taking: error)
        if told.kind != .fenced, let fatal = client.fatal { throw fatal }
        let whole = KafkaError(kind: told.kind, code: told.code, name: told.name, reason: "\(what): \(told.reason)", remedy: told.remedy)
        throw told.code == RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue ? whole.because(lastError) : whole
    }

    private static func milliseconds(_ time: Duration) -> Int32 { Int32(clamping: time.nanoseconds / 1_000_000) }
}
