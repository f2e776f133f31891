internal import CRdKafka
internal import EventailSystem

/// Reads topics: as a member of a group (`subscribe`), or given partitions from given places (`assign`).
///
/// Unless its settings say otherwise it reads only what is committed, and commits offsets only when told to. *Owns* a client. *Thread*: one. *Limits*:
/// `mostMessages` a call; what librdkafka fetches ahead (`queued.max.messages.kbytes`).
@safe public final class KafkaConsumer {
    public static let mostMessages = 10_000

    private let client: KafkaClient
    private let queue: OpaquePointer
    private var room: [UnsafeMutablePointer<rd_kafka_message_t>?]

    /// What `settings` do not set themselves.
    public static let defaults: [(name: String, value: String)] = [
        ("isolation.level", "read_committed"), ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"),
        ("auto.offset.reset", "earliest"), ("reconnect.backoff.max.ms", "1000"),
    ]

    public init(_ settings: KafkaSettings, label: String) throws(KafkaError) {
        var whole = settings
        for (name, value) in Self.defaults where settings[name] == nil { whole.set(name, value) }
        client = try KafkaClient(.consumer, whole, label: label)
        unsafe rd_kafka_poll_set_consumer(client.handle)
        unsafe queue = rd_kafka_queue_get_consumer(client.handle)
        unsafe room = Array(repeating: nil, count: Self.mostMessages)
    }

    deinit {
        unsafe rd_kafka_consumer_close(client.handle)
        unsafe rd_kafka_queue_destroy(queue)
    }

    /// What went wrong last on the way to the brokers.
    public var lastError: KafkaError? { client.reports.lastError }

    /// How many partitions a topic has.
    public func partitions(of topic: String, within time: Duration) throws(KafkaError) -> Int { try client.partitions(of: topic, within: time) }

    /// Joins the group of `group.id`; librdkafka shares the partitions out among its members.
    public func subscribe(_ topics: [String]) throws(KafkaError) {
        guard let list = unsafe rd_kafka_topic_partition_list_new(Int32(topics.count)) else { return }
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        for topic in topics { unsafe rd_kafka_topic_partition_list_add(list, topic, RD_KAFKA_PARTITION_UA) }
        try Self.check(unsafe rd_kafka_subscribe(client.handle, list))
    }

    /// Reads these partitions from these places on; without a group.
    public func assign(_ places: [KafkaPlace]) throws(KafkaError) {
        let list = unsafe Self.list(places)
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        try Self.check(unsafe rd_kafka_assign(client.handle, list))
    }

    /// The partitions that this member reads now.
    public var assignment: [(topic: String, partition: Int32)] {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        guard unsafe rd_kafka_assignment(client.handle, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list = unsafe list else { return [] }
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        return (0..<Int(unsafe list.pointee.cnt)).map { index in
            let item = unsafe list.pointee.elems[index]
            return unsafe (String(cString: item.topic), item.partition)
        }
    }

    /// What came along with messages.
    public enum Notice: Sendable {
        /// The end of a partition as it is now; only with `enable.partition.eof`.
        case end(KafkaPlace)
        case error(KafkaError)
    }

    /// Gives the messages that there are, waiting at most `time` for the first; answers how many. Notices come in their order.
    @discardableResult
    public func poll(
        _ most: Int = mostMessages, within time: Duration, notice: (Notice) -> Void = { _ in }, _ body: (KafkaMessage) -> Void
    ) -> Int {
        let most = min(most, Self.mostMessages)
        let milliseconds = Int32(clamping: time.nanoseconds / 1_000_000)
        let count = unsafe room.withUnsafeMutableBufferPointer { unsafe rd_kafka_consume_batch_queue(queue, milliseconds, $0.baseAddress, most) }
        var messages = 0
        for index in 0..<max(0, count) {
            guard let message = unsafe room[index] else { continue }
            defer { unsafe rd_kafka_message_destroy(message) }
            let code = unsafe message.pointee.err
            if code == RD_KAFKA_RESP_ERR_NO_ERROR {
                messages += 1
                body(unsafe KafkaMessage(message))
            } else if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                let place = unsafe KafkaMessage(message)
                notice(.end(KafkaPlace(topic: place.topic, partition: place.partition, offset: place.offset)))
            } else {
                let error = KafkaError(code, unsafe rd_kafka_message_errstr(message).map { unsafe String(cString: $0) } ?? "")
                client.reports.note(error)
                notice(.error(error))
            }
        }
        if messages > 0 { client.reports.works() }
        return messages
    }

    /// Tells the group how far these partitions are done: `offset` is the next message wanted.
    public func commit(_ places: [KafkaPlace]) throws(KafkaError) {
        if places.isEmpty { return }
        let list = unsafe Self.list(places)
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        try Self.check(unsafe rd_kafka_commit(client.handle, list, 0))
    }

    /// How far the group is in these partitions; nil where it has committed nothing.
    public func committed(_ partitions: [(topic: String, partition: Int32)], within time: Duration) throws(KafkaError) -> [Int64?] {
        let list = unsafe Self.list(partitions.map { KafkaPlace(topic: $0.topic, partition: $0.partition, offset: Int64(RD_KAFKA_OFFSET_INVALID)) })
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        try Self.check(unsafe rd_kafka_committed(client.handle, list, Int32(clamping: time.nanoseconds / 1_000_000)))
        return (0..<Int(unsafe list.pointee.cnt)).map { index in
            let offset = unsafe list.pointee.elems[index].offset
            return offset >= 0 ? offset : nil
        }
    }

    /// Tells the group how far one partition is done, with a text of ours that it keeps beside the place. After an error that a broker answered nothing was
    /// kept.
    public func commit(_ place: KafkaPlace, text: String) throws(KafkaError) {
        let list = unsafe Self.list([place])
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        let bytes = Array(text.utf8)
        // The list frees it.
        guard let room = unsafe rd_kafka_mem_malloc(client.handle, bytes.count + 1) else { preconditionFailure("librdkafka gives memory") }
        unsafe room.copyMemory(from: bytes, byteCount: bytes.count)
        unsafe list.pointee.elems[0].metadata = room
        unsafe list.pointee.elems[0].metadata_size = bytes.count
        try Self.check(unsafe rd_kafka_commit(client.handle, list, 0))
    }

    /// The texts that the group keeps beside its places in these partitions; empty where it keeps none.
    public func committedTexts(_ partitions: [(topic: String, partition: Int32)], within time: Duration) throws(KafkaError) -> [String] {
        let list = unsafe Self.list(partitions.map { KafkaPlace(topic: $0.topic, partition: $0.partition, offset: Int64(RD_KAFKA_OFFSET_INVALID)) })
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        try Self.check(unsafe rd_kafka_committed(client.handle, list, Int32(clamping: time.nanoseconds / 1_000_000)))
        return (0..<Int(unsafe list.pointee.cnt)).map { index in
            let item = unsafe list.pointee.elems[index]
            guard let words = unsafe item.metadata else { return "" }
            return unsafe String(decoding: UnsafeRawBufferPointer(start: words, count: item.metadata_size), as: UTF8.self)
        }
    }

    /// The offset behind the last message of a partition as the newest fetch told it, transactions that are still open included; nil before the
    /// first fetch. A reader of committed messages gets no further than to the first open transaction.
    public func knownEnd(of topic: String, partition: Int32) -> Int64? {
        var (low, high): (Int64, Int64) = (0, 0)
        let code = unsafe rd_kafka_get_watermark_offsets(client.handle, topic, partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    private static func check(_ code: rd_kafka_resp_err_t) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
    }

    /// A list of librdkafka's, the caller's.
    private static func list(_ places: [KafkaPlace]) -> UnsafeMutablePointer<rd_kafka_topic_partition_list_t> {
        guard let list = unsafe rd_kafka_topic_partition_list_new(Int32(places.count)) else { preconditionFailure("librdkafka makes a list") }
        for place in places {
            unsafe rd_kafka_topic_partition_list_add(list, place.topic, place.partition).pointee.offset = place.offset
        }
        return unsafe list
    }
}
