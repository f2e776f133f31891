internal import EventailKafka
internal import EventailPipeline

/// What librdkafka and the sink count, as figures for `/metrics`.
enum KafkaFigures {
    /// librdkafka's counts are those of the producer that runs now: a new one, after trouble, begins at 0, as a counter may.
    static func figures(_ statistics: KafkaStatistics, commits: Int64, aborts: Int64) -> [SinkFigure] {
        [
            SinkFigure("eventail_kafka_transactions_committed_total", .counter, "Transactions committed.", Double(commits)),
            SinkFigure("eventail_kafka_transactions_aborted_total", .counter, "Transactions given up.", Double(aborts)),
            SinkFigure("eventail_kafka_messages_total", .counter, "Messages sent, checkpoints included.", Double(statistics.messages)),
            SinkFigure("eventail_kafka_message_bytes_total", .counter, "Bytes of messages sent, before compression.", Double(statistics.messageBytes)),
            SinkFigure("eventail_kafka_requests_total", .counter, "Requests to brokers.", Double(statistics.requests)),
            SinkFigure("eventail_kafka_request_errors_total", .counter, "Requests that failed.", Double(statistics.requestErrors)),
            SinkFigure("eventail_kafka_request_retries_total", .counter, "Requests sent again.", Double(statistics.retries)),
            SinkFigure("eventail_kafka_request_timeouts_total", .counter, "Requests without an answer.", Double(statistics.timeouts)),
            SinkFigure("eventail_kafka_sent_bytes_total", .counter, "Bytes sent to brokers.", Double(statistics.sentBytes)),
            SinkFigure("eventail_kafka_received_bytes_total", .counter, "Bytes received from brokers.", Double(statistics.receivedBytes)),
            SinkFigure("eventail_kafka_connects_total", .counter, "Connections made to brokers.", Double(statistics.connects)),
            SinkFigure("eventail_kafka_disconnects_total", .counter, "Connections to brokers that ended.", Double(statistics.disconnects)),
            SinkFigure("eventail_kafka_brokers_up", .gauge, "Brokers connected now.", Double(statistics.brokersUp)),
            SinkFigure("eventail_kafka_queued_messages", .gauge, "Messages that wait in the client.", Double(statistics.queuedMessages)),
            SinkFigure("eventail_kafka_queued_bytes", .gauge, "Bytes that wait in the client.", Double(statistics.queuedBytes)),
            SinkFigure("eventail_kafka_round_trip_seconds", .gauge, "Mean time of a request of the slowest broker.", statistics.roundTripSeconds),
        ]
    }
}
