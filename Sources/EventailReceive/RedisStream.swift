internal import EventailEvents
public import EventailInbox
public import EventailRedis
internal import EventailSystem

/// Which Redis stream a hub reads, and how.
public struct RedisStreamSettings: Sendable {
    public var server: RedisServer
    public var stream: String
    /// Hubs that name the same group share its entries; nil reads all of them for this hub alone.
    public var group: String?
    /// This hub's name in the group; the same after a restart.
    public var member: String
    /// Whether a hub that has received nothing yet begins at the stream's end.
    public var startsAtEnd = false
    /// How long a member must have left an entry alone before another may take it.
    public var claimAfter: Duration = .seconds(60)
    public var mostLineBytes = 16 << 20

    public init(server: RedisServer, stream: String, group: String? = nil, member: String) {
        self.server = server
        self.stream = stream
        self.group = group
        self.member = member
    }
}

/// Reads all of a Redis stream from where the inbox is: Redis keeps nothing for it, so there is nothing to acknowledge.
///
/// *Thread*: its receiver's. *Limits*: `mostEntries` a call, fewer when they are large.
public final class RedisStream: EntryStream {
    static let mostEntries = 2000
    /// A reply beyond this makes the next one ask for fewer.
    static let wantedBytes = 4 << 20
    static let block: Duration = .milliseconds(500)

    private let settings: RedisStreamSettings
    private let connection: RedisConnection
    private let reader: EntryReader
    private var wanted = 500
    private var position = "0-0"
    private var exists = false

    public init(_ settings: RedisStreamSettings) {
        self.settings = settings
        connection = RedisConnection(settings.server, name: "eventail-hub")
        reader = EntryReader(mostLineBytes: settings.mostLineBytes)
    }

    public func open(_ inbox: Inbox) throws(ReceiveError) {
        exists = try RedisEntries.open(settings, connection)
        if let known = inbox.positions[""] {
            position = known
            try tellGap()
        } else if settings.startsAtEnd {
            position = try receiving(settings) { () throws(RedisError) in
                try connection.call(["XREVRANGE", settings.stream, "+", "-", "COUNT", "1"])[0]?[0]?.text ?? "0-0"
            }
            do throws(SystemError) { try inbox.start(at: ["": position]) } catch { throw ReceiveError(inbox: error) }
        }
    }

    public func receive(into inbox: Inbox) throws(ReceiveError) -> Received {
        var entries: [InboxEntry] = []
        var received = Received()
        let words = ["XREAD", "COUNT", "\(wanted)", "BLOCK", "\(Self.block.nanoseconds / 1_000_000)", "STREAMS", settings.stream, position]
        try receiving(settings) { () throws(RedisError) in
            let reply = try connection.call(words)
            guard let list = reply[0]?[1] else { return }
            entries = RedisEntries.read(list, reader, settings.stream)
        }
        if entries.isEmpty {
            if !exists { exists = try RedisEntries.check(settings, connection) }
            received.isMissing = !exists
            return received
        }
        exists = true
        received.take(entries)
        do throws(SystemError) { try inbox.append(entries) } catch { throw ReceiveError(inbox: error) }
        position = entries[entries.count - 1].place.position
        wanted = RedisEntries.wanted(wanted, received)
        return received
    }

    /// Says when entries behind the position may be gone: the stream keeps only so many.
    private func tellGap() throws(ReceiveError) {
        let first = try receiving(settings) { () throws(RedisError) in
            if try connection.call(["XRANGE", settings.stream, position, position]).count > 0 { return nil as String? }
            return try connection.call(["XRANGE", settings.stream, "(" + position, "+", "COUNT", "1"])[0]?[0]?.text
        }
        guard let first else { return }
        Log.warning(
            "source", "the stream no longer has the entry that was received last; what followed it may have been removed before this hub came back",
            ["stream": settings.stream, "received": position, "next": first, "remedy": "let the stream keep more (maxlen of the sinks that write it)"])
    }
}

extension Received {
    mutating func take(_ entries: [InboxEntry]) {
        self.entries += entries.count
        for entry in entries { bytes += Int64(entry.line.count) }
    }
}

/// Trouble with Redis as trouble of a source, with what was asked for.
func receiving<Answer>(_ settings: RedisStreamSettings, _ body: () throws(RedisError) -> Answer) throws(ReceiveError) -> Answer {
    do throws(RedisError) { return try body() } catch {
        throw ReceiveError("stream \(settings.stream) of \(settings.server): \(error)", remedy: error.remedy)
    }
}
