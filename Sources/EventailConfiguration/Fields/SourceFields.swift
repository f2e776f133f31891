/// The tables of sources.
enum SourceFields {
    static let variants = Variants(
        name: "source",
        kinds: [
            Variants.Kind(type: "files", help: "Tails files.", part: SettingPart(name: "a files source", fields: common + files), isLater: false),
            Variants.Kind(
                type: "redis_streams", help: "Reads a Redis stream that sidecars write, in `eventail hub`.",
                part: SettingPart(name: "a redis_streams source", fields: common + redisStreams + received), isLater: false),
            Variants.Kind(
                type: "kafka", help: "Reads a Kafka topic that sidecars write, in `eventail hub`.",
                part: SettingPart(name: "a kafka source", fields: common + kafka + received), isLater: false),
        ])

    private static let common = [
        Field("name", .name, .required, "Its name in metrics, logs and checkpoints; unique."),
        Field("type", .choice(["files", "redis_streams", "kafka"]), .scalar("files"), "What kind of source it is."),
    ]

    private static let redisStreams = RedisFields.connection + [
        Field("stream", .text, .scalar("eventail:events"), "The stream's key."),
    ]

    private static let kafka = KafkaFields.connection + [Field("topic", .text, .scalar("agent-events"), "The topic.")]

    /// What all sources of a hub have.
    private static let received = [
        Field("group", .text, .unset, "Hubs that name the same group share the events; without one this hub sees all."),
        Field(
            "claim_after", .duration(.seconds(1)...(.seconds(1800))), .scalar("1m"),
            "With group: what a hub was given and has left alone for so long is taken over by another. Brokers of Kafka want at least 6s."),
        Field("start_at", .choice(["beginning", "end"]), .scalar("beginning"), "Where to begin when nothing was received yet."),
        Field("profiles", .list(.path), .texts([]), "Profiles of your own that the sidecars use; the built-in ones are known."),
        Field("inbox_size", .size(64 << 20...1 << 44), .scalar("1GiB"), "What may be received and not yet delivered; then the stream keeps what follows."),
        Field("max_line_bytes", .size(1 << 10...1 << 29), .scalar("16MiB"), "Longer lines are dead letters."),
    ]

    private static let files = [
        Field("paths", .list(.path), .required, "Files or patterns; ** stands for any number of folders."),
        Field("exclude", .list(.path), .texts([]), "Patterns of files to leave out."),
        Field("profile", .profile, .scalar("auto"), "How its lines are read: auto, the name of a built-in profile or the path of one."),
        Field("start_at", .choice(["beginning", "end"]), .scalar("beginning"), "Where to begin in a file without a checkpoint."),
        Field("unknown_types", .choice(["reject", "pass"]), .scalar("reject"), "What becomes of events whose type the profile does not know."),
        Field("max_line_bytes", .size(1 << 10...1 << 30), .scalar("16MiB"), "Longer lines are dead letters; reading goes on at the next line."),
        Field(
            "scan_interval", .duration(.milliseconds(100)...(.seconds(3600))), .scalar("5s"),
            "How often folders are looked through besides the kernel's notices."),
    ]
}
