public import EventailEvents
public import EventailKafka
public import EventailRedis

/// One place where events go.
public enum SinkConfiguration: Sendable, Equatable {
    case history(History)
    case file(File)
    case console(Console)
    case redisStreams(RedisStreams)
    case redisPublish(RedisPublish)
    case kafka(Kafka)

    /// Events kept on this machine.
    public struct History: Sendable, Equatable {
        public var name: String
        /// Older events are removed.
        public var age: Duration
        /// In bytes; when it is larger the oldest events are removed.
        public var size: Int64
    }

    /// Events in a file that is rotated.
    public struct File: Sendable, Equatable {
        public var name: String
        public var path: String
        /// How large the file grows before a new one is begun, in bytes.
        public var rotateSize: Int64
        /// How many full files are kept.
        public var keep: Int
        public var compresses: Bool
    }

    /// Events on standard output.
    public struct Console: Sendable, Equatable {
        public enum Color: String, Sendable { case auto, always, never }
        public enum Format: String, Sendable { case auto, pretty, json }

        public var name: String
        /// Events below this severity are left out.
        public var level: Severity
        public var color: Color
        public var format: Format
    }

    /// Events in a Redis stream.
    public struct RedisStreams: Sendable, Equatable {
        public var name: String
        public var server: RedisServer
        /// The stream's key.
        public var stream: String
        /// About how many entries it keeps; 0: all.
        public var mostEntries: Int64
        public var isExactlyOnce: Bool
        /// Whose checkpoints these are; nil: made of the state folder.
        public var instance: String?
    }

    /// Events in Redis channels.
    public struct RedisPublish: Sendable, Equatable {
        public var name: String
        public var server: RedisServer
        public var channel: String
    }

    /// Events in Kafka topics.
    public struct Kafka: Sendable, Equatable {
        public var name: String
        /// The topic of events whose profile has none of its own.
        public var topic: String
        /// Topics by profile.
        public var topics: [String: String]
        public var isExactlyOnce: Bool
        /// nil: made of the state folder and the sink's name.
        public var transactionalID: String?
        /// What librdkafka is told, by its names.
        public var settings: KafkaSettings
    }

    public var name: String {
        switch self {
        case .redisStreams(let redis): redis.name
        case .redisPublish(let redis): redis.name
        case .kafka(let kafka): kafka.name
        case .history(let history): history.name
        case .file(let file): file.name
        case .console(let console): console.name
        }
    }

    /// Nil for kinds that this version does not run; the reader has refused them unless they are disabled.
    init?(_ settings: SettingValue) {
        let name = settings["name"].text
        switch settings["type"].text {
        case "history":
            let keep = settings["keep"]
            self = .history(History(name: name, age: keep["age"].duration, size: keep["size"].size))
        case "file":
            let rotate = settings["rotate"]
            self = .file(
                File(
                    name: name, path: settings["path"].text, rotateSize: rotate["size"].size, keep: rotate["keep"].integer,
                    compresses: rotate["compress"].text == "zstd"))
        case "console":
            self = .console(
                Console(
                    name: name, level: Severity(name: settings["level"].text) ?? .info,
                    color: Console.Color(rawValue: settings["color"].text) ?? .auto,
                    format: Console.Format(rawValue: settings["format"].text) ?? .auto))
        case "redis_streams": self = .redisStreams(RedisStreams(settings))
        case "redis_pubsub": self = .redisPublish(RedisPublish(settings))
        case "kafka": self = .kafka(Kafka(settings))
        default: return nil
        }
    }
}
