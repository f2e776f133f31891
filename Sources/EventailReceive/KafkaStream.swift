internal import EventailEvents
public import EventailInbox
public import EventailKafka
internal import EventailSystem

/// Which Kafka topic a hub reads, and how.
public struct KafkaStreamSettings: Sendable {
    /// How the brokers are reached.
    public var kafka: KafkaSettings
    public var topic: String
    /// Hubs that name the same group share its partitions; nil reads all of them for this hub alone.
    public var group: String?
    /// This hub's name; the same after a restart.
    public var member: String
    /// Whether a partition of which nothing was received yet is read from its end.
    public var startsAtEnd = false
    /// How long a member may be silent before its partitions go to another.
    public var claimAfter: Duration = .seconds(60)
    public var mostLineBytes = 16 << 20

    public init(kafka: KafkaSettings, topic: String, group: String? = nil, member: String) {
        self.kafka = kafka
        self.topic = topic
        self.group = group
        self.member = member
    }
}

/// Reads all partitions of a Kafka topic from where the inbox is, committed messages only: the brokers keep nothing for it, so there is nothing to commit.
///
/// *Thread*: its receiver's. *Limits*: `wantedBytes` before the inbox is written; how often new partitions are looked for.
public final class KafkaStream: EntryStream {
    static let wantedBytes: Int64 = 4 << 20
    static let lookInterval: Duration = .seconds(30)
    static let answerTime: Duration = .seconds(5)
    static let wait: Duration = .milliseconds(500)

    private let settings: KafkaStreamSettings
    private let reader: EntryReader
    private var consumer: KafkaConsumer?
    private var partitions = 0
    private var nextLook: Int64 = 0

    public init(_ settings: KafkaStreamSettings) {
        self.settings = settings
        reader = EntryReader(mostLineBytes: settings.mostLineBytes)
    }

    public func open(_ inbox: Inbox) throws(ReceiveError) {
        var kafka = settings.kafka
        // librdkafka wants a name even of a consumer that commits nothing.
        kafka.set("group.id", "eventail-hub-\(settings.member)")
        kafka.set("auto.offset.reset", settings.startsAtEnd ? "latest" : "earliest")
        do throws(KafkaError) { consumer = try KafkaConsumer(kafka, label: "hub") } catch { throw trouble(error) }
        try look(inbox)
    }

    public func receive(into inbox: Inbox) throws(ReceiveError) -> Received {
        guard let consumer else { preconditionFailure("a stream is opened before it is read") }
        if Timestamp.monotonicNanoseconds() >= nextLook { try look(inbox) }
        var entries: [InboxEntry] = []
        var received = Received()
        var failure: KafkaError?
        let reader = reader
        var wait = Self.wait
        while received.bytes < Self.wantedBytes {
            let count = consumer.poll(
                1000, within: wait,
                notice: { notice in
                    if case .error(let error) = notice { failure = error }
                },
                { message in
                    let entry = reader.entry(KafkaEntries.fields(message), at: KafkaEntries.place(message), of: message.topic)
                    received.bytes += Int64(entry.line.count)
                    entries.append(entry)
                })
            if count < 1000 { break }
            wait = .zero
        }
        if !entries.isEmpty {
            do throws(SystemError) { try inbox.append(entries) } catch { throw ReceiveError(inbox: error) }
        } else if let failure {
            throw trouble(failure)
        }
        received.entries = entries.count
        return received
    }

    /// Finds the partitions; when there are others than before, goes to where the inbox is in each.
    private func look(_ inbox: Inbox) throws(ReceiveError) {
        guard let consumer else { return }
        nextLook = Timestamp.monotonicNanoseconds() + Self.lookInterval.nanoseconds
        do throws(KafkaError) {
            let found = try consumer.partitions(of: settings.topic, within: Self.answerTime)
            if found == partitions { return }
            let places = (0..<found).map { number in
                KafkaPlace(
                    topic: settings.topic, partition: Int32(number), offset: KafkaEntries.next(inbox, number) ?? (settings.startsAtEnd ? KafkaEntries.end : KafkaEntries.beginning))
            }
            try consumer.assign(places)
            partitions = found
        } catch { throw trouble(error) }
    }

    private func trouble(_ error: KafkaError) -> ReceiveError {
        KafkaEntries.trouble(settings, error)
    }
}

/// What both ways of reading a Kafka topic share.
enum KafkaEntries {
    /// librdkafka's numbers for the ends of a partition.
    static let beginning: Int64 = -2
    static let end: Int64 = -1

    static func trouble(_ settings: KafkaStreamSettings, _ error: KafkaError) -> ReceiveError {
        ReceiveError("topic \(settings.topic): \(error.reason) (\(error.name))", remedy: error.remedy)
    }

    static func place(_ message: KafkaMessage) -> InboxPlace { InboxPlace(part: "\(message.partition)", position: "\(message.offset)") }

    /// The offset behind the last one received of a partition; nil when none was.
    static func next(_ inbox: Inbox, _ partition: Int) -> Int64? { inbox.positions["\(partition)"].flatMap { Int64($0) }.map { $0 + 1 } }

    static func fields(_ message: KafkaMessage) -> EntryReader.Fields {
        var fields = EntryReader.Fields()
        fields.id = message.header("eventail-id")
        fields.profile = message.header("profile")
        fields.file = message.header("file")
        fields.offset = message.header("offset")
        fields.time = message.header("time")
        fields.context = message.header("context")
        fields.data = message.value
        fields.all = [("key", message.key), ("eventail-id", fields.id), ("profile", fields.profile), ("file", fields.file), ("offset", fields.offset), ("value", fields.data)]
            .compactMap { name, value in value.map { (Array(name.utf8), $0) } }
        return fields
    }
}
