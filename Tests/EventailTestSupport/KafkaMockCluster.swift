internal import CRdKafka

/// librdkafka's mock brokers in this process: they speak Kafka to anybody on this machine and fail on demand.
///
/// What they are not: they keep about 5 MB a partition, hand out a new producer id at each start of a producer and so fence nobody, show aborted
/// messages also to readers of committed ones, and make no topics through the admin API. *Owns* a client, whose threads serve the brokers.
@safe public final class KafkaMockCluster: @unchecked Sendable {
    // @unchecked: librdkafka's mock functions may be called by any thread.
    private let client: OpaquePointer
    private let cluster: OpaquePointer

    public init(brokers: Int = 1) {
        var words = [CChar](repeating: 0, count: 512)
        guard let client = unsafe rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), &words, words.count),
            let cluster = unsafe rd_kafka_mock_cluster_new(client, Int32(brokers))
        else { preconditionFailure("a mock cluster starts") }
        unsafe self.client = client
        unsafe self.cluster = cluster
    }

    deinit {
        unsafe rd_kafka_mock_cluster_destroy(cluster)
        unsafe rd_kafka_destroy(client)
    }

    /// `host:port,host:port`.
    public var bootstrap: String { unsafe String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    /// Each call answers whether the cluster did it.
    public func makeTopic(_ name: String, partitions: Int, replicas: Int = 1) -> Bool {
        unsafe rd_kafka_mock_topic_create(cluster, name, Int32(partitions), Int32(replicas)) == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// Every later request that names the topic is answered with this error; 0 ends it.
    public func setError(ofTopic name: String, _ code: Int32) {
        unsafe rd_kafka_mock_topic_set_error(cluster, name, rd_kafka_resp_err_t(rawValue: code))
    }

    /// The next requests of a kind (Kafka's number of it) are answered with these errors.
    public func fail(requests kind: Int16, with codes: [Int32]) {
        let errors = codes.map { rd_kafka_resp_err_t(rawValue: $0) }
        unsafe errors.withUnsafeBufferPointer { unsafe rd_kafka_mock_push_request_errors_array(cluster, kind, $0.count, $0.baseAddress) }
    }

    public func clearFailures(requests kind: Int16) { unsafe rd_kafka_mock_clear_request_errors(cluster, kind) }
    public func down(_ broker: Int) -> Bool { unsafe rd_kafka_mock_broker_set_down(cluster, Int32(broker)) == RD_KAFKA_RESP_ERR_NO_ERROR }
    public func up(_ broker: Int) -> Bool { unsafe rd_kafka_mock_broker_set_up(cluster, Int32(broker)) == RD_KAFKA_RESP_ERR_NO_ERROR }

    public func setRoundTrip(_ broker: Int, milliseconds: Int) -> Bool {
        unsafe rd_kafka_mock_broker_set_rtt(cluster, Int32(broker), Int32(milliseconds)) == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    public func setLeader(_ broker: Int, of topic: String, partition: Int) -> Bool {
        unsafe rd_kafka_mock_partition_set_leader(cluster, topic, Int32(partition), Int32(broker)) == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// `kind` is `transaction` or `group`.
    public func setCoordinator(_ broker: Int, of key: String, kind: String = "transaction") -> Bool {
        unsafe rd_kafka_mock_coordinator_set(cluster, kind, key, Int32(broker)) == RD_KAFKA_RESP_ERR_NO_ERROR
    }
}
