import EventailKafka
import EventailSystem
import EventailTestSupport
import Testing

/// The client against librdkafka's own brokers, in this process.
@Suite struct KafkaClientTests {
    private let cluster = KafkaMockCluster()

    private func settings(_ more: [(name: String, value: String)] = []) -> KafkaSettings {
        KafkaSettings([("bootstrap.servers", cluster.bootstrap)] + more)
    }

    private func producer(_ more: [(name: String, value: String)] = []) throws -> KafkaProducer {
        try KafkaProducer(
            settings([("enable.idempotence", "true"), ("delivery.report.only.error", "true")] + more), headers: ["type", "agent"], label: "test")
    }

    private func send(_ producer: KafkaProducer, _ topic: String, _ key: String, _ value: String, agent: String? = nil, token: Int = 1) throws(KafkaError) {
        let (key, value, header) = (Array(key.utf8), Array(value.utf8), Array((agent ?? "").utf8))
        var problem: KafkaError?
        unsafe key.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { value in
                unsafe header.withUnsafeBytes { header in
                    producer.clearHeaders()
                    if agent != nil { unsafe producer.set(header: 1, header) }
                    do throws(KafkaError) { unsafe try producer.produce(producer.topic(topic), key: key, value: value, token: token, copies: true) } catch { problem = error }
                }
            }
        }
        if let problem { throw problem }
    }

    private func read(_ topic: String, _ wanted: Int) throws -> [(key: String, value: String, agent: String?)] {
        let consumer = try KafkaConsumer(settings([("group.id", "test")]), label: "test")
        let partitions = try consumer.partitions(of: topic, within: .seconds(5))
        try consumer.assign((0..<partitions).map { KafkaPlace(topic: topic, partition: Int32($0), offset: 0) })
        var found: [(key: String, value: String, agent: String?)] = []
        let deadline = Timestamp.monotonicNanoseconds() + 10_000_000_000
        while found.count < wanted && Timestamp.monotonicNanoseconds() < deadline {
            consumer.poll(within: .milliseconds(200)) { message in
                found.append((
                    String(decoding: message.key ?? [], as: UTF8.self), String(decoding: message.value ?? [], as: UTF8.self),
                    message.header("agent").map { String(decoding: $0, as: UTF8.self) }))
            }
        }
        return found
    }

    @Test func messagesArriveWithKeyHeadersAndOrder() throws {
        #expect(cluster.makeTopic("events", partitions: 3))
        let producer = try producer()
        #expect(try producer.partitions(of: "events", within: .seconds(5)) == 3)
        for number in 0..<200 { try send(producer, "events", "same", "{\"n\":\(number)}", agent: number == 7 ? "scribe" : nil) }
        try producer.flush(stall: .seconds(5))
        #expect(producer.takeFailures().isEmpty)
        let found = try read("events", 200)
        #expect(found.map(\.value) == (0..<200).map { "{\"n\":\($0)}" })
        #expect(found.allSatisfy { $0.key == "same" })
        #expect(found.map(\.agent) == (0..<200).map { $0 == 7 ? "scribe" : nil })
    }

    @Test func aTransactionIsCommitted() throws {
        #expect(cluster.makeTopic("events", partitions: 1))
        let producer = try producer([("transactional.id", "t")])
        try producer.initTransactions(within: .seconds(10))
        for round in 0..<3 {
            try producer.beginTransaction()
            try send(producer, "events", "k", "\(round)")
            try producer.flush(stall: .seconds(5))
            try producer.commitTransaction(within: .seconds(10))
        }
        #expect(try read("events", 3).map(\.value) == ["0", "1", "2"])
    }

    @Test func aMessageThatIsTooLargeIsRefusedAtOnce() throws {
        #expect(cluster.makeTopic("events", partitions: 1))
        let producer = try producer([("message.max.bytes", "2000"), ("batch.size", "1000")])
        let error = #expect(throws: KafkaError.self) { try send(producer, "events", "k", String(repeating: "x", count: 3000)) }
        #expect(error?.kind == .refused)
        try send(producer, "events", "k", "small")
        try producer.flush(stall: .seconds(5))
        #expect(try read("events", 1).map(\.value) == ["small"])
    }

    @Test func whatABrokerRefusesIsReportedWithItsToken() throws {
        #expect(cluster.makeTopic("events", partitions: 1))
        let producer = try producer([("transactional.id", "t")])
        try producer.initTransactions(within: .seconds(10))
        try producer.beginTransaction()
        cluster.fail(requests: 0, with: [10])
        try send(producer, "events", "k", "x", token: 42)
        try producer.flush(stall: .seconds(5))
        let failures = producer.takeFailures()
        #expect(failures.map(\.token) == [42])
        #expect(failures.first?.error.kind == .refused)
        let error = #expect(throws: KafkaError.self) { try producer.commitTransaction(within: .seconds(10)) }
        #expect(error?.kind != .fenced)
        // The refused message leaves a gap in the old producer's numbers; a new one begins without.
        let next = try self.producer([("transactional.id", "t")])
        try next.initTransactions(within: .seconds(10))
        try next.beginTransaction()
        try send(next, "events", "k", "y")
        try next.commitTransaction(within: .seconds(10))
        #expect(try read("events", 1).map(\.value) == ["y"])
    }

    @Test func aFencedProducerSaysSo() throws {
        #expect(cluster.makeTopic("events", partitions: 1))
        let producer = try producer([("transactional.id", "t")])
        try producer.initTransactions(within: .seconds(10))
        try producer.beginTransaction()
        cluster.fail(requests: 24, with: [90])
        try send(producer, "events", "k", "x")
        let error = #expect(throws: KafkaError.self) {
            try producer.flush(stall: .seconds(5))
            try producer.commitTransaction(within: .seconds(10))
        }
        #expect(error?.kind == .fenced, "\(String(describing: error))")
        let again = #expect(throws: KafkaError.self) { try send(producer, "events", "k", "y") }
        #expect(again?.kind == .fenced, "\(String(describing: again))")
    }

    @Test func aBrokerThatIsNotThereIsNamed() throws {
        let producer = try KafkaProducer(KafkaSettings([("bootstrap.servers", "127.0.0.1:1")]), headers: [], label: "test")
        let error = #expect(throws: KafkaError.self) { try producer.partitions(of: "events", within: .seconds(2)) }
        #expect(error?.kind == .temporary)
        #expect(error?.description.contains("127.0.0.1:1") == true, "\(String(describing: error))")
    }

    @Test func statisticsComeByThemselves() throws {
        #expect(cluster.makeTopic("events", partitions: 1))
        let producer = try producer([("statistics.interval.ms", "50")])
        try send(producer, "events", "k", "x")
        try producer.flush(stall: .seconds(5))
        let deadline = Timestamp.monotonicNanoseconds() + 10_000_000_000
        while producer.statistics.messages == 0 && Timestamp.monotonicNanoseconds() < deadline { try producer.flush(stall: .seconds(1)) }
        #expect(producer.statistics.messages == 1)
        #expect(producer.statistics.brokersUp >= 1)
    }

    @Test func aGroupGoesOnWhereItCommitted() throws {
        #expect(cluster.makeTopic("events", partitions: 1))
        let producer = try producer()
        for number in 0..<10 { try send(producer, "events", "k", "\(number)") }
        try producer.flush(stall: .seconds(5))
        func take(_ wanted: Int) throws -> [String] {
            let consumer = try KafkaConsumer(settings([("group.id", "g"), ("max.poll.interval.ms", "10000"), ("session.timeout.ms", "6000")]), label: "test")
            try consumer.subscribe(["events"])
            var found: [String] = []
            var next: Int64 = 0
            let deadline = Timestamp.monotonicNanoseconds() + 20_000_000_000
            while found.count < wanted && Timestamp.monotonicNanoseconds() < deadline {
                consumer.poll(wanted - found.count, within: .milliseconds(200)) { message in
                    found.append(String(decoding: message.value ?? [], as: UTF8.self))
                    next = message.offset + 1
                }
            }
            try consumer.commit([KafkaPlace(topic: "events", partition: 0, offset: next)])
            return found
        }
        #expect(try take(4) == ["0", "1", "2", "3"])
        #expect(try take(6) == ["4", "5", "6", "7", "8", "9"])
    }
}
