public import EventailKafka
public import EventailRedis

/// What a hub receives: where it is and with whom it is shared.
public struct StreamConfiguration: Sendable, Equatable {
    public enum Place: Sendable, Equatable {
        case redis(RedisServer, stream: String)
        case kafka(KafkaSettings, topic: String)
    }

    public var place: Place
    /// Hubs that name the same group share the events; nil sees all.
    public var group: String?
    /// How long a hub of the group may leave alone what it was given.
    public var claimAfter: Duration
    /// Paths of profiles.
    public var profiles: [String]
    /// In bytes.
    public var inboxSize: Int64

    init(_ settings: SettingValue) {
        group = settings["group"].isSet ? settings["group"].text : nil
        profiles = settings["profiles"].texts
        inboxSize = settings["inbox_size"].size
        claimAfter = settings["claim_after"].duration
        if settings["type"].text == "kafka" {
            place = .kafka(KafkaFields.librdkafka(settings), topic: settings["topic"].text)
        } else {
            place = .redis(RedisFields.server(settings), stream: settings["stream"].text)
        }
    }
}
