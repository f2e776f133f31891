public import EventailRedis

/// Where and how a `redis_streams` sink adds events.
public struct RedisStreamConfiguration: Sendable {
    public enum Delivery: Sendable { case exactlyOnce, atLeastOnce }

    public var server: RedisServer
    /// The stream's key.
    public var stream: String
    /// About how many entries the stream keeps; 0: all.
    public var mostEntries: Int64
    public var delivery: Delivery
    /// Whose checkpoints these are: several sidecars may add to one stream, each under a name of its own.
    public var instance: String

    public init(server: RedisServer, stream: String, mostEntries: Int64 = 1_000_000, delivery: Delivery = .exactlyOnce, instance: String) {
        self.server = server
        self.stream = stream
        self.mostEntries = mostEntries
        self.delivery = delivery
        self.instance = instance
    }

    /// The hash of the checkpoints.
    var checkpointKey: String { stream + ":checkpoint" }
    /// Who may move this instance's checkpoints now.
    var ownerKey: String { checkpointKey + ":owner:" + instance }
    /// A cluster keeps keys with the same text in braces together.
    var hasHashTag: Bool {
        guard let start = stream.utf8.firstIndex(of: 0x7B), let end = stream.utf8[start...].firstIndex(of: 0x7D) else { return false }
        return stream.utf8.distance(from: start, to: end) > 1
    }
}
