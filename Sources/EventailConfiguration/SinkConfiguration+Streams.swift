internal import EventailKafka

extension SinkConfiguration.Kafka {
    init(_ settings: SettingValue) {
        var topics: [String: String] = [:]
        if case .members(let members) = settings["topics"] { for member in members where member.value.isSet { topics[member.key] = member.value.text } }
        let topic = topics.removeValue(forKey: "default") ?? settings["topic"].text
        var kafka = KafkaFields.librdkafka(settings)
        kafka.set("compression.codec", settings["compression"].text)
        kafka.set("linger.ms", "\(settings["linger"].duration / .milliseconds(1))")
        kafka.set("batch.size", "\(settings["batch_bytes"].size)")
        kafka.set("batch.num.messages", "\(settings["batch_events"].integer)")
        self.init(
            name: settings["name"].text, topic: topic, topics: topics, isExactlyOnce: settings["delivery"].text == "exactly_once",
            transactionalID: settings["transactional_id"].isSet ? settings["transactional_id"].text : nil, settings: kafka)
    }
}

extension SinkConfiguration.RedisStreams {
    init(_ settings: SettingValue) {
        self.init(
            name: settings["name"].text, server: RedisFields.server(settings), stream: settings["stream"].text,
            mostEntries: Int64(settings["maxlen"].integer), isExactlyOnce: settings["delivery"].text == "exactly_once",
            instance: settings["instance"].isSet ? settings["instance"].text : nil)
    }
}

extension SinkConfiguration.RedisPublish {
    init(_ settings: SettingValue) {
        self.init(name: settings["name"].text, server: RedisFields.server(settings), channel: settings["channel"].text)
    }
}
