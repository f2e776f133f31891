public import EventailEvents
public import EventailPipeline
public import EventailRedis
internal import EventailSystem

/// Publishes each event's line to a channel, and to `<channel>:execution:<id>` and `<channel>:conversation:<id>` of those it has.
///
/// Redis hands a message to whoever listens at that moment and keeps none, so what is acknowledged here is that the server took it. After a
/// crash of either side events since the last commit may be published again, never left out.
/// *Owns* one connection. *Thread*: its runner's. *Limits*: `sendBytes` wait to be sent, as much again for its answers.
public final class RedisPublishSink: Sink, @unchecked Sendable {
    // @unchecked: all calls come from the runner's thread, one after the other.
    public let name: String
    public let kind = "redis_pubsub"
    private let connection: RedisConnection
    private let channel: [UInt8]
    private let executions: [UInt8]
    private let conversations: [UInt8]
    private let commands = CommandBuffer(capacity: 256 << 10)
    private var written = 0
    /// Answers to what was sent.
    private var owed = 0

    /// So much is sent at once.
    public static let sendBytes = 256 << 10
    /// Memory that is kept after an unusually long line.
    static let keptBytes = 4 << 20

    public init(name: String, server: RedisServer, channel: String) {
        self.name = name
        connection = RedisConnection(server, name: "eventail-\(name)")
        self.channel = Array(channel.utf8)
        executions = Array("\(channel):execution:".utf8)
        conversations = Array("\(channel):conversation:".utf8)
    }

    /// Who listens wants it now; each commit costs the state a write.
    public var cadence: SinkCadence? { SinkCadence(linger: .milliseconds(5)) }

    public func open() throws(SinkError) {
        commands.removeAll()
        (written, owed) = (0, 0)
        try SinkError.fromRedis { () throws(RedisError) in
            try connection.open()
            // What a user may publish is only told by publishing; that the server takes commands at all is told now.
            try connection.call(["PING"])
        }
    }

    public func write(_ batch: EventBatch, from position: Int64) throws(SinkError) {
        for event in batch.events where event.position >= position {
            publish(event, batch, channel)
            for (role, prefix) in [(Role.execution, executions), (Role.conversation, conversations)] {
                if let value = batch.values[batch.values(of: event)].first(where: { $0.role == role }) {
                    publish(event, batch, prefix + batch.text[value.offset..<value.offset + value.length])
                }
            }
            if commands.count >= Self.sendBytes { try send() }
        }
    }

    public func commit(_ checkpoints: [FileCheckpoint]) throws(SinkError) -> Bool {
        if commands.count > 0 { try send() }
        try settle()
        return false
    }

    public func close() { connection.close() }

    private func publish(_ event: Event, _ batch: EventBatch, _ channel: [UInt8]) {
        commands.begin(3)
        commands.add("PUBLISH")
        commands.add(channel)
        unsafe batch.withLine(event) { unsafe commands.add($0) }
        written += 1
    }

    private func send() throws(SinkError) {
        CrashPoint.beforeSend.reach()
        try SinkError.fromRedis { () throws(RedisError) in try connection.send(commands) }
        commands.removeAll(keeping: Self.keptBytes)
        // Those of what was sent before.
        try settle()
        (owed, written) = (written, 0)
        CrashPoint.afterSend.reach()
    }

    private func settle() throws(SinkError) {
        let count = owed
        owed = 0
        try SinkError.fromRedis { () throws(RedisError) in
            for _ in 0..<count {
                if let refusal = try connection.receive().refusal {
                    connection.close()
                    throw .refused(refusal)
                }
            }
        }
    }
}
