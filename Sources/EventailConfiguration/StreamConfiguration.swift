public import EventailRedis

/// What a hub receives: where it is and with whom it is shared.
public struct StreamConfiguration: Sendable, Equatable {
    public enum Place: Sendable, Equatable {
        case redis(RedisServer, stream: String, claimAfter: Duration)
    }

    /// nil of a kind that this version does not read; the reader has refused it.
    public var place: Place?
    /// Hubs that name the same group share the events; nil sees all.
    public var group: String?
    /// Paths of profiles.
    public var profiles: [String]
    /// In bytes.
    public var inboxSize: Int64

    init(_ settings: SettingValue) {
        group = settings["group"].isSet ? settings["group"].text : nil
        profiles = settings["profiles"].texts
        inboxSize = settings["inbox_size"].size
        switch settings["type"].text {
        case "redis_streams":
            place = .redis(RedisFields.server(settings), stream: settings["stream"].text, claimAfter: settings["claim_after"].duration)
        default: break
        }
    }
}
