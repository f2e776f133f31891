internal import EventailEvents
public import EventailInbox
internal import EventailRedis
internal import EventailSystem

/// Reads a Redis stream as a member of a group: each entry goes to one member, and those of a member that died go to another.
///
/// Acknowledging decides who has an entry. A batch is staged on disk first; then one script acknowledges the entries of it that Redis still holds for this
/// member and remembers the batch; only those go into the inbox. A member that died in between asks the script again and gets the same answer; one that was
/// thought dead finds that its entries were claimed, and drops them. So an entry counts in one hub, whatever dies.
/// *Thread*: its receiver's. *Limits*: `RedisStream.mostEntries` a call.
public final class RedisGroup: EntryStream {
    static let mostClaimed = 500

    private let settings: RedisStreamSettings
    private let group: String
    private let connection: RedisConnection
    private let reader: EntryReader
    private var wanted = 500
    private var nextClaim: Int64 = 0
    private var claimCursor = "0-0"

    /// Remembers per member the batch that was decided last, and which entries of it others have.
    ///
    /// KEYS: the stream, the hash of members. ARGV: group, member, batch, entry ...
    private static let decision = """
        local known = redis.call('HGET', KEYS[2], ARGV[2])
        if known then
          local cut = string.find(known, ' ', 1, true)
          if string.sub(known, 1, cut - 1) == ARGV[3] then return string.sub(known, cut + 1) end
        end
        local refused = {}
        for i = 4, #ARGV do
          if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2]) == 0 then
            refused[#refused + 1] = ARGV[i]
          else
            redis.call('XACK', KEYS[1], ARGV[1], ARGV[i])
          end
        end
        local answer = table.concat(refused, ',')
        redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] .. ' ' .. answer)
        return answer
        """

    public init(_ settings: RedisStreamSettings) {
        guard let group = settings.group else { preconditionFailure("a stream is shared by a group") }
        self.settings = settings
        self.group = group
        connection = RedisConnection(settings.server, name: "eventail-hub")
        reader = EntryReader(mostLineBytes: settings.mostLineBytes)
    }

    public func open(_ inbox: Inbox) throws(ReceiveError) {
        _ = try RedisEntries.open(settings, connection)
        try receiving(settings) { () throws(RedisError) in
            let made = try connection.answer(["XGROUP", "CREATE", settings.stream, group, settings.startsAtEnd ? "$" : "0", "MKSTREAM"])
            if let refusal = made.refusal, refusal.code != "BUSYGROUP" { throw .refused(refusal) }
        }
        if inbox.staged != nil { _ = try decide(inbox) }
        // What was given to this member and not decided when it died.
        while true {
            let list = try entries(["XREADGROUP", "GROUP", group, settings.member, "COUNT", "\(wanted)", "STREAMS", settings.stream, "0"])
            if list.isEmpty { return }
            _ = try take(list, inbox)
        }
    }

    public func receive(into inbox: Inbox) throws(ReceiveError) -> Received {
        let now = Timestamp.monotonicNanoseconds()
        if now >= nextClaim {
            let claimed = try claim(inbox)
            if claimed.entries + claimed.dropped > 0 { return claimed }
            nextClaim = now + min(settings.claimAfter.nanoseconds / 2, 5_000_000_000)
        }
        let block = "\(RedisStream.block.nanoseconds / 1_000_000)"
        let list = try entries(["XREADGROUP", "GROUP", group, settings.member, "COUNT", "\(wanted)", "BLOCK", block, "STREAMS", settings.stream, ">"])
        if list.isEmpty { return Received() }
        let received = try take(list, inbox)
        wanted = RedisEntries.wanted(wanted, received)
        return received
    }

    /// Takes what other members were given and left alone for long.
    private func claim(_ inbox: Inbox) throws(ReceiveError) -> Received {
        let idle = "\(settings.claimAfter.nanoseconds / 1_000_000)"
        var list: [InboxEntry] = []
        try receiving(settings) { () throws(RedisError) in
            let reply = try connection.call(
                ["XAUTOCLAIM", settings.stream, group, settings.member, idle, claimCursor, "COUNT", "\(Self.mostClaimed)"])
            claimCursor = reply[0]?.text ?? "0-0"
            if let items = reply[1] { list = RedisEntries.read(items, reader, settings.stream) }
        }
        if list.isEmpty { return Received() }
        Log.info("source", "takes over what another member left", ["stream": settings.stream, "group": group, "entries": "\(list.count)"])
        return try take(list, inbox)
    }

    private func entries(_ words: [String]) throws(ReceiveError) -> [InboxEntry] {
        try receiving(settings) { () throws(RedisError) in
            guard let list = try connection.call(words)[0]?[1] else { return [] }
            return RedisEntries.read(list, reader, settings.stream)
        }
    }

    private func take(_ entries: [InboxEntry], _ inbox: Inbox) throws(ReceiveError) -> Received {
        let token = ProcessUsage.randomBytes(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        do throws(SystemError) { try inbox.stage(entries, token: token) } catch { throw ReceiveError(inbox: error) }
        let refused = try decide(inbox)
        var received = Received()
        received.take(entries.filter { !refused.contains($0.place) })
        received.dropped = refused.count
        return received
    }

    /// Asks who has the staged entries and takes those that are this member's; answers those that are not.
    private func decide(_ inbox: Inbox) throws(ReceiveError) -> Set<InboxPlace> {
        guard let staged = inbox.staged else { return [] }
        let answer = try receiving(settings) { () throws(RedisError) in
            try connection.call(
                ["EVAL", Self.decision, "2", settings.stream, "\(settings.stream):group:\(group)", group, settings.member, staged.token]
                    + staged.places.map(\.position)).text ?? ""
        }
        CrashPoint.afterDecision.reach()
        let refused = Set(answer.split(separator: ",").map { InboxPlace(position: String($0)) })
        do throws(SystemError) { try inbox.settle(without: refused) } catch { throw ReceiveError(inbox: error) }
        return refused
    }
}
