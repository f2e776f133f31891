internal import EventailKafka

/// The tables of what speaks Kafka, and what their values mean to librdkafka.
enum KafkaFields {
    /// The key of `topics` that is no profile's.
    static let metricsTopic = "metrics"

    /// How brokers are found and trusted: the same for whoever sends and whoever reads.
    static let connection = [
        Field("brokers", .text, .required, "Brokers to ask first, host:port, with commas between."),
        Field("username", .text, .unset, "The SASL user."),
        Field("password", .secret, .unset, "The SASL password."),
        Field("sasl_mechanism", .choice(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]), .scalar("PLAIN"), "The SASL mechanism, with username."),
        Field("tls", .boolean, .scalar("false"), "Whether brokers are spoken to over TLS; tls_ca and tls_certificate turn it on, too."),
        Field("tls_ca", .path, .unset, "Certificates of authorities to trust, PEM; the system's when absent."),
        Field("tls_certificate", .path, .unset, "This client's certificate, PEM."),
        Field("tls_key", .path, .unset, "This client's private key, PEM."),
        Field("tls_key_password", .secret, .unset, "The password of the private key."),
        Field("options", .map(.text), .unset, "Any further setting of librdkafka, by its name."),
    ]

    static let sink =
        [
            Field("topic", .text, .scalar("agent-events"), "The topic."),
            Field("topics", .map(.text), .unset, "Topics by profile, e.g. outcome: agent-outcomes; default: stands for topic."),
            SinkFields.delivery,
            Field(
                "transactional_id", .text, .unset,
                "With exactly_once: who this sink is to the brokers; made of the state folder and the sink's name when absent. Set it, one for each instance, "
                    + "when both machine and state folder may change."),
            Field("compression", .choice(["none", "gzip", "snappy", "lz4", "zstd"]), .scalar("zstd"), "How batches are compressed."),
            Field("linger", .duration(.zero...(.seconds(60))), .scalar("5ms"), "How long a batch may wait for more events."),
            Field("batch_bytes", .size(1...(1 << 30)), .scalar("1MB"), "The most bytes of a batch."),
            Field("batch_events", .integer(1...1_000_000), .scalar("10000"), "The most events of a batch."),
        ] + connection

    /// The settings of the connection in librdkafka's words, its further options included.
    static func librdkafka(_ settings: SettingValue) -> KafkaSettings {
        var kafka = KafkaSettings([("bootstrap.servers", settings["brokers"].text)])
        let hasTLS = settings["tls"] == .boolean(true) || settings["tls_ca"].isSet || settings["tls_certificate"].isSet
        let hasSASL = settings["username"].isSet
        kafka.set("security.protocol", hasTLS ? (hasSASL ? "sasl_ssl" : "ssl") : hasSASL ? "sasl_plaintext" : "plaintext")
        if hasSASL {
            kafka.set("sasl.mechanisms", settings["sasl_mechanism"].text)
            kafka.set("sasl.username", settings["username"].text)
            kafka.set("sasl.password", settings["password"].text)
        }
        for (key, name) in [
            ("tls_ca", "ssl.ca.location"), ("tls_certificate", "ssl.certificate.location"), ("tls_key", "ssl.key.location"),
            ("tls_key_password", "ssl.key.password"),
        ] where settings[key].isSet { kafka.set(name, settings[key].text) }
        if case .members(let options) = settings["options"] { for option in options where option.value.isSet { kafka.set(option.key, option.value.text) } }
        return kafka
    }

    /// librdkafka's settings that cannot be options: those that a key of ours sets, and those that Eventail's promises hang on (nil).
    static let reserved: [String: String?] = [
        "bootstrap.servers": "brokers", "metadata.broker.list": "brokers", "sasl.username": "username", "sasl.password": "password",
        "sasl.mechanism": "sasl_mechanism", "sasl.mechanisms": "sasl_mechanism", "ssl.ca.location": "tls_ca", "ssl.certificate.location": "tls_certificate",
        "ssl.key.location": "tls_key", "ssl.key.password": "tls_key_password", "compression.codec": "compression", "compression.type": "compression",
        "linger.ms": "linger", "security.protocol": "tls", "queue.buffering.max.ms": "linger", "batch.size": "batch_bytes", "batch.num.messages": "batch_events",
        "transactional.id": "transactional_id", "enable.idempotence": nil, "enable.gapless.guarantee": nil, "delivery.report.only.error": nil,
        "isolation.level": nil, "enable.auto.commit": nil, "enable.auto.offset.store": nil, "enable.partition.eof": nil, "acks": nil, "request.required.acks": nil,
        "opaque": nil,
    ]
}
