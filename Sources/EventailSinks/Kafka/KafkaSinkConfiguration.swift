public import EventailKafka

/// Where a Kafka sink sends events and how.
public struct KafkaSinkConfiguration: Sendable {
    /// The topic of events whose profile has none of its own.
    public var topic: String
    /// Topics by profile.
    public var topics: [String: String]
    /// Events and checkpoints in one transaction, else the idempotent producer.
    public var isExactlyOnce: Bool
    /// Who this sink is to the brokers: the same over restarts, of nobody else.
    public var transactionalID: String
    /// What librdkafka is told; what delivery hangs on is set by the sink.
    public var settings: KafkaSettings

    public init(topic: String, topics: [String: String] = [:], isExactlyOnce: Bool = true, transactionalID: String, settings: KafkaSettings) {
        self.topic = topic
        self.topics = topics
        self.isExactlyOnce = isExactlyOnce
        self.transactionalID = transactionalID
        self.settings = settings
    }

    /// Holds one record for each file, of every sink that writes to the topic.
    var checkpointTopic: String { topic + "-checkpoints" }

    /// All topics that events go to.
    var eventTopics: [String] { Array(Set([topic] + topics.values)).sorted() }

    /// Unless the user's options say otherwise: a broker that is up again is found within a second, memory stays below what the sink may hold between
    /// two commits, and how large a message may be is for the broker to say.
    static let defaults: [(name: String, value: String)] = [
        ("reconnect.backoff.max.ms", "1000"), ("queue.buffering.max.messages", "50000"), ("queue.buffering.max.kbytes", "65536"),
        ("message.max.bytes", "\(17 << 20)"), ("statistics.interval.ms", "5000"), ("client.id", "eventail"),
    ]

    /// The producer's settings.
    var producer: KafkaSettings {
        var whole = settings
        for (name, value) in Self.defaults where whole[name] == nil { whole.set(name, value) }
        whole.set("enable.idempotence", "true")
        // Millions of messages that arrived are not worth a report each.
        whole.set("delivery.report.only.error", "true")
        if isExactlyOnce { whole.set("transactional.id", transactionalID) }
        return whole
    }

    /// How long events may wait for more.
    var linger: Duration { .milliseconds(Int64(settings["linger.ms"].flatMap { Double($0) } ?? 5)) }

    /// The settings of the client that reads checkpoints.
    var reader: KafkaSettings {
        var whole = settings.connection
        whole.set("group.id", transactionalID)
        whole.set("enable.partition.eof", "true")
        // The end is told with an answer that has nothing new, which a broker otherwise holds back for half a second.
        whole.set("fetch.wait.max.ms", "10")
        return whole
    }
}
