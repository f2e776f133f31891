/// The tables of sinks.
enum SinkFields {
    static let variants = Variants(
        name: "sink",
        kinds: [
            kind("history", "Keeps events on this machine, for queries and replay.", history),
            kind("file", "Writes events to a file that it rotates.", file),
            kind("console", "Shows events on standard output.", console),
            kind("redis_streams", "Adds events to a Redis stream.", RedisFields.streams),
            kind("redis_pubsub", "Publishes events to Redis channels.", RedisFields.publish),
            kind("kafka", "Produces events to Kafka topics.", KafkaFields.sink),
        ])

    private static func kind(_ type: String, _ help: String, _ fields: [Field], isLater: Bool = false) -> Variants.Kind {
        let article = type.first == "i" ? "an" : "a"
        return Variants.Kind(type: type, help: help, part: SettingPart(name: "\(article) \(type) sink", fields: common + fields), isLater: isLater)
    }

    private static let common = [
        Field("name", .name, .required, "Its name in metrics, logs and checkpoints; unique."),
        Field("type", .choice(["history", "file", "console", "redis_streams", "redis_pubsub", "kafka"]), .required, "What kind of sink it is."),
        Field("enabled", .boolean, .scalar("true"), "Whether it runs at all."),
    ]

    private static let history = [
        Field(
            "keep",
            .part(SettingPart(name: "keep", fields: [
                Field("age", .duration(.seconds(60)...(.seconds(36_500 * 86_400))), .scalar("30d"), "Older events are removed."),
                Field("size", .size(16 << 20...1 << 50), .scalar("2GiB"), "When it is larger the oldest events are removed."),
            ])), .part, "How much is kept."),
    ]

    private static let file = [
        Field("path", .path, .required, "The file."),
        Field(
            "rotate",
            .part(SettingPart(name: "rotate", fields: [
                Field("size", .size(4 << 10...1 << 50), .scalar("256MiB"), "How large the file grows before a new one is begun."),
                Field("keep", .integer(0...10_000), .scalar("8"), "How many full files are kept."),
                Field("compress", .choice(["zstd", "none"]), .scalar("zstd"), "How full files are compressed."),
            ])), .part, "When a new file is begun."),
    ]

    private static let console = [
        Field("level", .choice(["debug", "info", "warning", "error", "critical"]), .scalar("info"), "Events below this severity are left out."),
        Field("color", .choice(["auto", "always", "never"]), .scalar("auto"), "Whether colors are used; auto: on a terminal."),
        Field("format", .choice(["auto", "pretty", "json"]), .scalar("auto"), "One line for people or the event's own line; auto: pretty on a terminal."),
    ]

    static let delivery = Field(
        "delivery", .choice(["exactly_once", "at_least_once"]), .scalar("exactly_once"), "Whether an event may arrive twice after a crash.")
}
