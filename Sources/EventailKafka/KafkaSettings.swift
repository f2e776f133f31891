internal import CRdKafka

/// The settings of a client, by librdkafka's names; the last of equal names wins.
public struct KafkaSettings: Sendable, Equatable {
    public private(set) var values: [(name: String, value: String)] = []

    public init(_ values: [(name: String, value: String)] = []) { self.values = values }

    public static func == (left: KafkaSettings, right: KafkaSettings) -> Bool {
        left.values.elementsEqual(right.values) { $0 == $1 }
    }

    /// The value that counts; nil when it is not set here.
    public subscript(name: String) -> String? { values.last { $0.name == name }?.value }

    public mutating func set(_ name: String, _ value: String) {
        values.removeAll { $0.name == name }
        values.append((name, value))
    }

    /// Those that say how brokers are reached: the same for a producer and a consumer.
    public var connection: KafkaSettings {
        let beginnings = ["bootstrap.", "security.", "sasl.", "ssl.", "socket.", "broker.", "reconnect.", "client.", "api.version.", "enable.ssl.", "debug", "log"]
        return KafkaSettings(values.filter { setting in beginnings.contains { setting.name.hasPrefix($0) } })
    }

    /// What librdkafka says against one setting; nil when it knows the name and takes the value.
    public static func problem(_ name: String, _ value: String) -> String? {
        guard let made = unsafe rd_kafka_conf_new() else { return nil }
        defer { unsafe rd_kafka_conf_destroy(made) }
        return unsafe set(name, value, in: made)
    }

    /// A new configuration object with all of it, the caller's.
    func configuration() throws(KafkaError) -> OpaquePointer {
        guard let made = unsafe rd_kafka_conf_new() else { preconditionFailure("librdkafka makes a configuration") }
        for (name, value) in values {
            if let problem = unsafe Self.set(name, value, in: made) {
                unsafe rd_kafka_conf_destroy(made)
                throw Self.wrong("\(name): \(problem)")
            }
        }
        return unsafe made
    }

    static func wrong(_ reason: String) -> KafkaError {
        KafkaError(kind: .misconfigured, code: RD_KAFKA_RESP_ERR__INVALID_ARG.rawValue, name: "_INVALID_ARG", reason: reason, remedy: "mend the setting")
    }

    private static func set(_ name: String, _ value: String, in configuration: OpaquePointer) -> String? {
        unsafe withWords { words, count in
            unsafe rd_kafka_conf_set(configuration, name, value, words, count) == RD_KAFKA_CONF_OK
        }
    }

    /// Gives librdkafka room for what it says when `body` fails.
    static func withWords(_ body: (UnsafeMutablePointer<CChar>, Int) -> Bool) -> String? {
        var words = [CChar](repeating: 0, count: 512)
        let succeeded = unsafe words.withUnsafeMutableBufferPointer { room in unsafe body(room.baseAddress!, room.count) }
        if succeeded { return nil }
        return String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
