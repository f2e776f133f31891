internal import EventailEvents
public import EventailInbox
internal import EventailKafka
internal import EventailSystem

/// Reads a Kafka topic as a member of a group: each partition goes to one member at a time, and those of a member that died go to another.
///
/// Committing decides who has a message. A batch is staged on disk first; then the group's offset is committed, which brokers refuse to whom a partition no
/// longer belongs; only what was committed goes into the inbox. Beside the offset stands how far each member has committed itself (`KafkaShares`), so a
/// member that died in between learns after its return whether its batch was taken, whoever has gone on since.
/// *Thread*: its receiver's. *Limits*: `KafkaStream.wantedBytes` a batch.
public final class KafkaGroup: EntryStream {
    /// How long a member that came back waits for the group to take it in: until then an order of its former life might still arrive.
    static let joinTime: Duration = .seconds(15)

    private let settings: KafkaStreamSettings
    private let group: String
    private let reader: EntryReader
    private var consumer: KafkaConsumer?
    private var failure: KafkaError?
    /// Read while the group took us in.
    private var ahead: [InboxEntry] = []

    public init(_ settings: KafkaStreamSettings) {
        guard let group = settings.group else { preconditionFailure("a topic is shared by a group") }
        self.settings = settings
        self.group = group
        reader = EntryReader(mostLineBytes: settings.mostLineBytes)
    }

    public func open(_ inbox: Inbox) throws(ReceiveError) {
        var kafka = settings.kafka
        kafka.set("group.id", group)
        kafka.set("auto.offset.reset", settings.startsAtEnd ? "latest" : "earliest")
        if kafka["session.timeout.ms"] == nil {
            let silence = max(6000, settings.claimAfter.nanoseconds / 1_000_000)
            kafka.set("session.timeout.ms", "\(silence)")
            kafka.set("heartbeat.interval.ms", "\(silence / 4)")
        }
        do throws(KafkaError) {
            let consumer = try KafkaConsumer(kafka, label: "hub")
            self.consumer = consumer
            _ = try consumer.partitions(of: settings.topic, within: KafkaStream.answerTime)
            try consumer.subscribe([settings.topic])
        } catch { throw KafkaEntries.trouble(settings, error) }
        guard inbox.staged != nil else { return }
        let deadline = Timestamp.monotonicNanoseconds() + Self.joinTime.nanoseconds
        while ahead.isEmpty, consumer?.assignment.isEmpty ?? true, Timestamp.monotonicNanoseconds() < deadline { ahead += poll(KafkaStream.wait) }
        let refused = try refusedOfFormerLife(inbox)
        do throws(SystemError) { try inbox.settle(without: refused) } catch { throw ReceiveError(inbox: error) }
    }

    public func receive(into inbox: Inbox) throws(ReceiveError) -> Received {
        var entries = ahead
        ahead = []
        if entries.isEmpty { entries = poll(KafkaStream.wait) }
        if entries.isEmpty {
            if let failure { throw KafkaEntries.trouble(settings, failure) }
            return Received()
        }
        let token = ProcessUsage.randomBytes(12).map { String($0, radix: 16) }.joined(separator: ".")
        do throws(SystemError) { try inbox.stage(entries, token: token) } catch { throw ReceiveError(inbox: error) }
        let refused = try decide(inbox)
        CrashPoint.afterDecision.reach()
        do throws(SystemError) { try inbox.settle(without: refused) } catch { throw ReceiveError(inbox: error) }
        if !refused.isEmpty {
            // What this consumer would read next lies behind what it has just lost.
            throw ReceiveError("topic \(settings.topic): the group \(group) shares the partitions out anew", remedy: "none: this hub joins again")
        }
        var received = Received()
        received.take(entries)
        return received
    }

    private func poll(_ wait: Duration) -> [InboxEntry] {
        guard let consumer else { preconditionFailure("a stream is opened before it is read") }
        var entries: [InboxEntry] = []
        var bytes: Int64 = 0
        var wait = wait
        let reader = reader
        failure = nil
        while bytes < KafkaStream.wantedBytes {
            let count = consumer.poll(
                1000, within: wait,
                notice: { notice in
                    if case .error(let error) = notice { failure = error }
                },
                { message in
                    let entry = reader.entry(KafkaEntries.fields(message), at: KafkaEntries.place(message), of: message.topic)
                    bytes += Int64(entry.line.count)
                    entries.append(entry)
                })
            if count < 1000 { break }
            wait = .zero
        }
        return entries
    }

    /// Commits each partition of the staged batch; answers the places of those that brokers refused.
    private func decide(_ inbox: Inbox) throws(ReceiveError) -> Set<InboxPlace> {
        guard let consumer, let staged = inbox.staged else { return [] }
        var refused: Set<InboxPlace> = []
        for (partition, places) in Self.byPartition(staged) {
            let end = Self.end(places)
            do throws(KafkaError) {
                var shares = try shares(of: [partition])[0]
                shares.took(settings.member, to: end)
                try consumer.commit(KafkaPlace(topic: settings.topic, partition: partition, offset: end), text: shares.text)
            } catch {
                // Not answered: it is asked again after a new start, when no order of this one can arrive any more.
                if !error.isAnswer { throw KafkaEntries.trouble(settings, error) }
                refused.formUnion(places)
            }
        }
        return refused
    }

    /// Which places of a batch that was staged before a crash were not committed.
    private func refusedOfFormerLife(_ inbox: Inbox) throws(ReceiveError) -> Set<InboxPlace> {
        guard let staged = inbox.staged else { return [] }
        var refused: Set<InboxPlace> = []
        let parts = Self.byPartition(staged)
        do throws(KafkaError) {
            for ((_, places), shares) in zip(parts, try shares(of: parts.map(\.partition))) where shares.end(of: settings.member) < Self.end(places) {
                refused.formUnion(places)
            }
        } catch { throw KafkaEntries.trouble(settings, error) }
        return refused
    }

    private func shares(of partitions: [Int32]) throws(KafkaError) -> [KafkaShares] {
        guard let consumer else { return [] }
        return try consumer.committedTexts(partitions.map { (settings.topic, $0) }, within: KafkaStream.answerTime).map { KafkaShares($0) }
    }

    private static func byPartition(_ staged: StagedBatch) -> [(partition: Int32, places: [InboxPlace])] {
        Dictionary(grouping: staged.places) { Int32($0.part) ?? 0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The offset behind the last of a partition's places.
    private static func end(_ places: [InboxPlace]) -> Int64 { (places.compactMap { Int64($0.position) }.max() ?? -1) + 1 }
}

/// How far each member of a group has committed a partition itself, as it stands beside the group's offset: `member=offset` with blanks between.
///
/// *Limits*: the `mostMembers` that came furthest; brokers take 4096 bytes.
struct KafkaShares {
    static let mostMembers = 60

    private var ends: [String: Int64] = [:]

    init(_ text: String) {
        for share in text.split(separator: " ") {
            let parts = share.split(separator: "=")
            if parts.count == 2, let end = Int64(parts[1]) { ends[String(parts[0])] = end }
        }
    }

    /// The offset behind the last message that a member has; 0 when it has none.
    func end(of member: String) -> Int64 { ends[member] ?? 0 }

    mutating func took(_ member: String, to end: Int64) { ends[member] = max(end, ends[member] ?? 0) }

    var text: String {
        ends.sorted { $0.value > $1.value }.prefix(Self.mostMembers).map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
