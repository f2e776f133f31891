@testable import EventailConfiguration
import EventailKafka
import Testing

@Suite struct KafkaSinkTests {
    private func read(_ sink: String) throws -> SinkConfiguration.Kafka {
        let yaml = "sources: []\nsinks:\n  - {name: bus, type: kafka, brokers: 'a:9092,b:9092'\(sink)}\n"
        let configuration = try ConfigurationReader { _ in nil }.read(Array(yaml.utf8), name: "c.yaml")
        for case .kafka(let kafka) in configuration.sinks { return kafka }
        throw ConfigurationError([])
    }

    private func problem(_ sink: String) -> String {
        do {
            _ = try read(sink)
            return ""
        } catch { return "\(error)" }
    }

    @Test func keysBecomeLibrdkafkasSettings() throws {
        let kafka = try read(", compression: lz4, linger: 20ms, batch_bytes: 64KiB, batch_events: 50, username: u, password: p, tls_ca: /ca.pem, options: {socket.nagle.disable: 'true'}")
        #expect(kafka.settings["bootstrap.servers"] == "a:9092,b:9092")
        #expect(kafka.settings["security.protocol"] == "sasl_ssl" && kafka.settings["sasl.mechanisms"] == "PLAIN")
        #expect(kafka.settings["sasl.username"] == "u" && kafka.settings["sasl.password"] == "p" && kafka.settings["ssl.ca.location"] == "/ca.pem")
        #expect(kafka.settings["compression.codec"] == "lz4" && kafka.settings["linger.ms"] == "20.0")
        #expect(kafka.settings["batch.size"] == "65536" && kafka.settings["batch.num.messages"] == "50")
        #expect(kafka.settings["socket.nagle.disable"] == "true")
    }

    @Test func aPlainSinkHasTheContractsDefaults() throws {
        let kafka = try read("")
        #expect(kafka.topic == "agent-events" && kafka.topics.isEmpty && kafka.isExactlyOnce && kafka.transactionalID == nil)
        #expect(kafka.settings["compression.codec"] == "zstd" && kafka.settings["security.protocol"] == "plaintext")
    }

    @Test func topicsGoByProfile() throws {
        let kafka = try read(", topics: {default: all, outcome: agent-outcomes}")
        #expect(kafka.topic == "all" && kafka.topics == ["outcome": "agent-outcomes"])
    }

    @Test func whatDeliveryHangsOnIsNotAnOption() {
        #expect(problem(", options: {enable.idempotence: 'false'}").contains("set by Eventail itself"))
        #expect(problem(", options: {linger.ms: '7'}").contains("use the key linger"))
        #expect(problem(", options: {security.protocol: ssl}").contains("use the key tls"))
        #expect(problem(", options: {no.such: '7'}").contains("No such configuration property"))
    }

    @Test func combinationsWithoutSenseAreRefused() {
        #expect(problem(", password: x").contains("username"))
        #expect(problem(", tls_key: /k.pem").contains("half of a pair"))
        #expect(problem(", topics: {metrics: m}").contains("in this version"))
        #expect(problem(", topic: 'a/b'").contains("no name of a topic"))
        #expect(problem(", delivery: at_least_once, transactional_id: x").contains("means nothing"))
    }
}
