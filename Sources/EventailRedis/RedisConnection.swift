internal import EventailSystem

/// One connection to a Redis server: commands out, replies in, in the same order.
///
///     try connection.open()
///     connection.commands.command(["PING"])
///     try connection.send()
///     let reply = try connection.receive()
///
/// Opening authenticates and selects the database. Who pipelines counts what is owed: one `receive` for each command sent. It never
/// connects again by itself, because only its user knows what must be asked again.
/// *Owns* the socket, the commands not yet sent and the last reply. *Thread*: one. *Limits*: `timeout` for each wait.
public final class RedisConnection {
    public let server: RedisServer
    /// Commands that wait for `send`.
    public let commands = CommandBuffer()
    private let name: String
    private let timeout: Duration
    private var transport: Transport?
    private var reader = ReplyReader()
    private let room = ByteBuffer(capacity: 64 << 10)
    /// Where a cluster or a sentinel sent us.
    private var address: String?

    public static let standardTimeout: Duration = .seconds(5)

    /// `name` is what `CLIENT LIST` shows.
    public init(_ server: RedisServer, name: String = "eventail", timeout: Duration = RedisConnection.standardTimeout) {
        self.server = server
        self.name = name
        self.timeout = timeout
    }

    public var isOpen: Bool { transport != nil }

    /// Connects, authenticates and selects the database; closes an older connection first.
    public func open() throws(RedisError) {
        close()
        let master = server.sentinels.isEmpty ? nil : try Sentinel.master(of: server, timeout: timeout)
        transport = try Transport(server, at: address ?? master, timeout: timeout)
        do throws(RedisError) {
            if let password = server.password {
                try call(server.username.map { ["AUTH", $0, password] } ?? ["AUTH", password])
            }
            if server.database != 0 { try call(["SELECT", "\(server.database)"]) }
            if let master, let role = try call(["ROLE"])[0]?.text, role != "master" {
                throw .unreachable("\(master) is a \(role), not the master that the sentinels take it for")
            }
            // Without it everything works, so a user that may not do this is no trouble.
            _ = try answer(["CLIENT", "SETNAME", name])
        } catch {
            close()
            throw error
        }
    }

    /// The next opening goes where the cluster says that the key is.
    public func redirect(to address: String?) {
        close()
        self.address = address
    }

    public func close() {
        transport = nil
        commands.removeAll()
        reader = ReplyReader()
    }

    /// Sends all commands that wait.
    public func send() throws(RedisError) { try send(commands) }

    /// Sends all commands of another buffer and empties it.
    public func send(_ buffer: CommandBuffer) throws(RedisError) {
        guard let transport else { throw .unreachable("\(server) is not connected") }
        do throws(RedisError) {
            unsafe try buffer.withBytes { (bytes) throws(RedisError) in unsafe try transport.send(bytes) }
        } catch {
            close()
            throw error
        }
        buffer.removeAll()
    }

    /// The next reply, waiting for it. It is valid until the next call.
    public func receive() throws(RedisError) -> Reply {
        guard let transport else { throw .unreachable("\(server) is not connected") }
        do throws(RedisError) {
            while true {
                if let reply = try reader.next() { return reply }
                let count = unsafe try transport.receive(UnsafeMutableRawBufferPointer(start: room.base, count: room.capacity))
                unsafe try reader.feed(UnsafeRawBufferPointer(start: room.base, count: count))
            }
        } catch {
            close()
            throw error
        }
    }

    /// One command and its reply; an error of the server throws.
    @discardableResult
    public func call(_ words: [String]) throws(RedisError) -> Reply {
        let reply = try answer(words)
        if let refusal = reply.refusal { throw .refused(refusal) }
        return reply
    }

    /// One command and its reply, an error of the server included. Nothing else may be owed.
    public func answer(_ words: [String]) throws(RedisError) -> Reply {
        commands.command(words)
        try send()
        return try receive()
    }
}
