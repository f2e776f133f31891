import EventailEvents
import EventailKafka
import EventailPipeline
import EventailSinks
import EventailStore
import EventailSystem
import EventailTestSupport
import Testing

/// The sink against librdkafka's own brokers, in this process.
@Suite struct KafkaSinkTests {
    private let folder: TemporaryFolder
    private let cluster = KafkaMockCluster()
    private let letters: DeadLetters

    init() throws {
        folder = try TemporaryFolder()
        letters = try DeadLetters(stateFolder: folder.path)
        for topic in ["events", "events-checkpoints", "outcomes"] { #expect(cluster.makeTopic(topic, partitions: 1)) }
    }

    private func sink(_ factory: BatchFactory, exactlyOnce: Bool = true, _ more: [(name: String, value: String)] = []) -> KafkaSink {
        KafkaSink(
            name: "bus",
            configuration: KafkaSinkConfiguration(
                topic: "events", topics: ["outcome": "outcomes"], isExactlyOnce: exactlyOnce, transactionalID: "t",
                settings: KafkaSettings([("bootstrap.servers", cluster.bootstrap)] + more)),
            catalogue: factory.catalogue, undeliverable: UndeliverableEvents(letters, sink: "bus"))
    }

    private struct Read: Equatable {
        var key: String?
        var value: String
        var headers: [String?]
    }

    private static let headers = ["eventail-id", "type", "profile", "agent", "file", "offset"]

    private func read(_ topic: String, _ wanted: Int) throws -> [Read] {
        let consumer = try KafkaConsumer(KafkaSettings([("bootstrap.servers", cluster.bootstrap), ("group.id", "test")]), label: "test")
        try consumer.assign([KafkaPlace(topic: topic, partition: 0, offset: 0)])
        var found: [Read] = []
        let deadline = Timestamp.monotonicNanoseconds() + 10_000_000_000
        while found.count < wanted && Timestamp.monotonicNanoseconds() < deadline {
            consumer.poll(within: .milliseconds(50)) { message in
                found.append(
                    Read(
                        key: message.key.map { String(decoding: $0, as: UTF8.self) }, value: String(decoding: message.value ?? [], as: UTF8.self),
                        headers: Self.headers.map { message.header($0).map { String(decoding: $0, as: UTF8.self) } }))
            }
        }
        return found
    }

    @Test func aMessageIsTheLineWithKeyAndHeaders() throws {
        var factory = BatchFactory()
        let sink = sink(factory)
        try sink.open()
        let batch = factory.batch([
            .init(text: #"{"a" : 1}"#, texts: [(.agent, "scribe"), (.id, "e1")]), .init(text: "{}", texts: [(.agent, "scribe"), (.execution, "run")]), .init(text: "[]"),
            .init(text: "{\"o\":1}", profile: "outcome", type: "task"),
        ])
        try sink.write(batch, from: 0)
        #expect(try sink.commit([factory.checkpoint(batch)]))
        #expect(try read("events", 3) == [
            Read(key: "scribe", value: #"{"a" : 1}"#, headers: ["e1", "agent_completed", "superagent", "scribe", "/logs/a.jsonl", "0"]),
            Read(key: "run", value: "{}", headers: ["hfile1:10", "agent_completed", "superagent", "scribe", "/logs/a.jsonl", "10"]),
            Read(key: nil, value: "[]", headers: ["hfile1:13", "agent_completed", "superagent", nil, "/logs/a.jsonl", "13"]),
        ])
        #expect(try read("outcomes", 1).map(\.value) == ["{\"o\":1}"])
    }

    @Test func aNewSinkGoesOnWhereTheBrokersSay() throws {
        var factory = BatchFactory()
        let first = factory.batch([.init(text: #"{"n":0}"#), .init(text: #"{"n":1}"#)])
        let second = factory.batch([.init(text: #"{"n":2}"#)])
        do {
            let sink = sink(factory)
            try sink.open()
            #expect(try sink.ownCheckpoints() == [])
            try sink.write(first, from: 0)
            _ = try sink.commit([factory.checkpoint(first)])
            // Not committed: nobody may see it as done.
            try sink.write(second, from: 0)
            sink.close()
        }
        let next = sink(factory)
        try next.open()
        #expect(try next.ownCheckpoints() == [factory.checkpoint(first)])
        try next.write(second, from: first.end)
        _ = try next.commit([factory.checkpoint(second)])
        #expect(try sink(factory).ownCheckpoints() == [factory.checkpoint(second)])
    }

    /// The runner opens a sink again after trouble that the sink knows nothing of.
    @Test func openingAgainBeginsAtTheLastCommit() throws {
        var factory = BatchFactory()
        let sink = sink(factory)
        try sink.open()
        let first = factory.batch([.init(text: #"{"n":0}"#)])
        let second = factory.batch([.init(text: #"{"n":1}"#)])
        try sink.write(first, from: 0)
        _ = try sink.commit([factory.checkpoint(first)])
        try sink.open()
        #expect(try sink.ownCheckpoints() == [factory.checkpoint(first)])
        try sink.write(second, from: first.end)
        try sink.open()
        #expect(try sink.ownCheckpoints() == [factory.checkpoint(first)])
        try sink.write(second, from: first.end)
        _ = try sink.commit([factory.checkpoint(second)])
        try sink.open()
        #expect(try sink.ownCheckpoints() == [factory.checkpoint(second)])
    }

    @Test(arguments: [true, false]) func whatIsTooLargeIsALetterAndTheRestGoesOn(exactlyOnce: Bool) throws {
        var factory = BatchFactory()
        let sink = sink(factory, exactlyOnce: exactlyOnce, [("message.max.bytes", "2000"), ("batch.size", "1000")])
        try sink.open()
        let batch = factory.batch([.init(text: #"{"n":0}"#), .init(text: "{\"x\":\"\(String(repeating: "x", count: 3000))\"}"), .init(text: #"{"n":2}"#)])
        try sink.write(batch, from: 0)
        #expect(try sink.commit([factory.checkpoint(batch)]) == exactlyOnce)
        #expect(try read("events", 2).map(\.value) == [#"{"n":0}"#, #"{"n":2}"#])
        let kept = try DeadLetterReader(stateFolder: folder.path).letters().letters
        #expect(kept.map(\.reason) == ["undeliverable"] && kept.map(\.sink) == ["bus"] && kept.map(\.position) == [batch.events[1].position])
        #expect(sink.figures.first { $0.name == "eventail_sink_undeliverable_total" }?.value == 1)
    }

    @Test func withoutCheckpointsTheRunnerKeepsThem() throws {
        var factory = BatchFactory()
        let sink = sink(factory, exactlyOnce: false)
        try sink.open()
        #expect(try sink.ownCheckpoints() == nil)
        let batch = factory.batch([.init()])
        try sink.write(batch, from: 0)
        #expect(try !sink.commit([factory.checkpoint(batch)]))
        #expect(try read("events", 1).count == 1)
    }

    @Test func aMissingBrokerIsToldWithItsRemedy() throws {
        let factory = BatchFactory()
        let sink = sink(factory, [("bootstrap.servers", "127.0.0.1:1")])
        let error = #expect(throws: SinkError.self) { try sink.open() }
        guard case .unavailable(let reason, let remedy) = error else { Issue.record("the error is \(String(describing: error))"); return }
        #expect(reason.contains("127.0.0.1:1") && remedy.contains("brokers"))
    }
}
