internal import EventailConfiguration
internal import EventailEvents
internal import EventailSinks
internal import EventailStore

/// What the configuration says of Redis into sinks.
extension Assembly {
    static func sink(_ redis: SinkConfiguration.RedisStreams, stateFolder: String, catalogue: Catalogue) throws -> RedisStreamSink {
        let instance = try redis.instance ?? InstanceIdentity.of(stateFolder: stateFolder)
        return RedisStreamSink(
            name: redis.name,
            configuration: RedisStreamConfiguration(
                server: redis.server, stream: redis.stream, mostEntries: redis.mostEntries, delivery: redis.isExactlyOnce ? .exactlyOnce : .atLeastOnce,
                instance: instance),
            catalogue: catalogue)
    }

    /// The same without checkpoints, for what is sent again on purpose.
    static func replaying(_ redis: SinkConfiguration.RedisStreams, catalogue: Catalogue) -> RedisStreamSink {
        RedisStreamSink(
            name: redis.name,
            configuration: RedisStreamConfiguration(
                server: redis.server, stream: redis.stream, mostEntries: redis.mostEntries, delivery: .atLeastOnce, instance: ""),
            catalogue: catalogue)
    }

    static func sink(_ redis: SinkConfiguration.RedisPublish) -> RedisPublishSink {
        RedisPublishSink(name: redis.name, server: redis.server, channel: redis.channel)
    }
}
