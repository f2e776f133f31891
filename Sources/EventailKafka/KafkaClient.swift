internal import CRdKafka
internal import EventailSystem

/// One librdkafka handle and the topics asked of it: what producer and consumer have in common.
///
/// *Owns* the handle, its topics and its reports. *Thread*: its user's; librdkafka's own threads only reach the reports. They are made with all
/// signals blocked.
@safe final class KafkaClient {
    enum Kind { case producer, consumer }

    let handle: OpaquePointer
    let reports: KafkaReports
    private let opaque: UnsafeMutableRawPointer
    private var topics: [Topic] = []

    @safe private struct Topic {
        let name: String
        let handle: OpaquePointer
    }

    /// Makes a client; nothing is connected yet. Settings that do not fit each other are told in librdkafka's words.
    init(_ kind: Kind, _ settings: KafkaSettings, label: String) throws(KafkaError) {
        let reports = KafkaReports(label: label)
        let configuration = unsafe try settings.configuration()
        let opaque = unsafe reports.retained()
        unsafe rd_kafka_conf_set_opaque(configuration, opaque)
        unsafe rd_kafka_conf_set_log_cb(configuration, KafkaReports.onLog)
        if kind == .producer {
            unsafe rd_kafka_conf_set_events(configuration, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS)
            unsafe rd_kafka_conf_set_background_event_cb(configuration, KafkaReports.onEvent)
        }
        var made: OpaquePointer?
        let problem = unsafe KafkaSettings.withWords { words, count in
            unsafe made = rd_kafka_new(kind == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, configuration, words, count)
            return unsafe made != nil
        }
        guard let handle = unsafe made else {
            unsafe rd_kafka_conf_destroy(configuration)
            unsafe KafkaReports.release(opaque)
            throw KafkaSettings.wrong(problem ?? "")
        }
        unsafe self.handle = handle
        unsafe self.opaque = opaque
        self.reports = reports
        if kind == .producer { serveInBackground() }
    }

    /// Ends librdkafka's threads; what is not delivered is dropped.
    deinit {
        for topic in topics { unsafe rd_kafka_topic_destroy(topic.handle) }
        unsafe rd_kafka_destroy(handle)
        unsafe KafkaReports.release(opaque)
    }

    /// What ended the client for good, nil while it lives.
    var fatal: KafkaError? {
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        let words = unsafe KafkaSettings.withWords { words, count in
            unsafe code = rd_kafka_fatal_error(handle, words, count)
            return code == RD_KAFKA_RESP_ERR_NO_ERROR
        }
        return words.map { KafkaError(code, $0) }
    }

    /// The number of a topic for `topic(_:)`; the same for the same name.
    func number(of name: String) -> Int {
        if let known = topics.firstIndex(where: { $0.name == name }) { return known }
        guard let made = unsafe rd_kafka_topic_new(handle, name, nil) else {
            preconditionFailure("the name of a topic is checked before it is used: \(name)")
        }
        topics.append(unsafe Topic(name: name, handle: made))
        return topics.count - 1
    }

    func topic(_ number: Int) -> OpaquePointer { unsafe topics[number].handle }

    /// How many partitions a topic has. A topic that the broker makes by itself has them after a moment, which is waited for.
    func partitions(of name: String, within time: Duration) throws(KafkaError) -> Int {
        let deadline = Timestamp.monotonicNanoseconds() + time.nanoseconds
        let topic = unsafe topic(number(of: name))
        var last = KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, "no broker answers")
        while true {
            // In steps: a broker that refuses connections is told long before the time is over.
            let left = max(1, min(1000, (deadline - Timestamp.monotonicNanoseconds()) / 1_000_000))
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let code = unsafe rd_kafka_metadata(handle, 0, topic, &metadata, Int32(clamping: left))
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata = unsafe metadata {
                defer { unsafe rd_kafka_metadata_destroy(metadata) }
                if unsafe metadata.pointee.topic_cnt == 1 {
                    let found = unsafe metadata.pointee.topics[0]
                    if unsafe found.err == RD_KAFKA_RESP_ERR_NO_ERROR && found.partition_cnt > 0 {
                        reports.works()
                        return Int(unsafe found.partition_cnt)
                    }
                    last = KafkaError(unsafe found.err, "topic \(name): \(unsafe String(cString: rd_kafka_err2str(found.err)))")
                    let isComing = unsafe found.err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE || found.err == RD_KAFKA_RESP_ERR_NO_ERROR
                    if !isComing { throw last }
                }
            } else {
                last = KafkaError(code, "no broker answers").because(reports.lastError)
                if reports.lastError != nil { throw last }
            }
            if Timestamp.monotonicNanoseconds() >= deadline { throw last }
            Self.pause()
        }
    }

    /// Makes a topic with one partition whose old records go away when newer ones have the same key; nil when it is made or was there.
    func makeCompactedTopic(_ name: String, within time: Duration) -> KafkaError? {
        guard let topic = unsafe rd_kafka_NewTopic_new(name, 1, -1, nil, 0) else { return KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "topic \(name) cannot be named so") }
        defer { unsafe rd_kafka_NewTopic_destroy(topic) }
        unsafe rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "compact")
        let queue = unsafe rd_kafka_queue_new(handle)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        let options = unsafe rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        let milliseconds = Int32(clamping: time.nanoseconds / 1_000_000)
        unsafe rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, nil, 0)
        var topics: [OpaquePointer?] = unsafe [topic]
        unsafe topics.withUnsafeMutableBufferPointer { unsafe rd_kafka_CreateTopics(handle, $0.baseAddress, 1, options, queue) }
        guard let event = unsafe rd_kafka_queue_poll(queue, milliseconds + 1000) else { return KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT) }
        defer { unsafe rd_kafka_event_destroy(event) }
        let code = unsafe rd_kafka_event_error(event)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { return KafkaError(code, unsafe String(cString: rd_kafka_event_error_string(event))) }
        var count = 0
        guard let result = unsafe rd_kafka_event_CreateTopics_result(event), let answers = unsafe rd_kafka_CreateTopics_result_topics(result, &count), count == 1
        else { return nil }
        let answer = unsafe rd_kafka_topic_result_error(answers[0])
        if answer == RD_KAFKA_RESP_ERR_NO_ERROR || answer == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { return nil }
        return KafkaError(answer, unsafe rd_kafka_topic_result_error_string(answers[0]).map { unsafe String(cString: $0) } ?? "")
    }

    /// Errors, failures and statistics come to the reports on librdkafka's background thread, also while nobody calls.
    private func serveInBackground() {
        let main = unsafe rd_kafka_queue_get_main(handle)
        let background = unsafe rd_kafka_queue_get_background(handle)
        unsafe rd_kafka_queue_forward(main, background)
        unsafe rd_kafka_queue_destroy(main)
        unsafe rd_kafka_queue_destroy(background)
    }

    /// Between two looks at something that a broker is about to do.
    private static func pause() { _ = BoundedQueue<Bool>(capacity: 1).pop(within: .milliseconds(50)) }
}
