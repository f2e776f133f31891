internal import EventailInbox
internal import EventailRedis
internal import EventailSystem

/// What both ways of reading a Redis stream share.
enum RedisEntries {
    /// Redirections of a cluster that are followed.
    private static let mostRedirections = 4

    /// Connects to the server that has the key; whether it is there.
    static func open(_ settings: RedisStreamSettings, _ connection: RedisConnection) throws(ReceiveError) -> Bool {
        var redirections = 0
        while true {
            let moved = try receiving(settings) { () throws(RedisError) in
                try connection.open()
                let refusal = try connection.answer(["TYPE", settings.stream]).refusal
                guard let refusal, redirections < mostRedirections else { return nil as String? }
                return refusal.movedTo
            }
            guard let moved else { return try check(settings, connection) }
            redirections += 1
            connection.redirect(to: moved)
        }
    }

    /// Whether the key is there; one of another type is an error.
    static func check(_ settings: RedisStreamSettings, _ connection: RedisConnection) throws(ReceiveError) -> Bool {
        let type = try receiving(settings) { () throws(RedisError) in try connection.call(["TYPE", settings.stream]).text ?? "" }
        if type == "none" { return false }
        if type == "stream" { return true }
        throw ReceiveError(
            "the key \(settings.stream) of \(settings.server) is a \(type), not a stream", remedy: "name the key that the sidecars' redis_streams sinks write")
    }

    /// The entries of a list `[[id, [name, value, ...]], ...]`; those that were deleted meanwhile are left out.
    static func read(_ list: Reply, _ reader: EntryReader, _ stream: String) -> [InboxEntry] {
        var entries: [InboxEntry] = []
        for item in list.elements {
            guard let id = item[0]?.text, let values = item[1], !values.isNull else { continue }
            entries.append(reader.entry(fields(values), at: InboxPlace(position: id), of: stream))
        }
        return entries
    }

    private static func fields(_ values: Reply) -> EntryReader.Fields {
        var fields = EntryReader.Fields()
        var elements = values.elements
        while let name = elements.next()?.bytes, let value = elements.next()?.bytes {
            switch String(decoding: name, as: UTF8.self) {
            case "id": fields.id = value
            case "profile": fields.profile = value
            case "file": fields.file = value
            case "offset": fields.offset = value
            case "time": fields.time = value
            case "context": fields.context = value
            case "data": fields.data = value
            default: break
            }
            fields.all.append((name, value))
        }
        return fields
    }

    /// How many entries to ask for next, so that a reply is neither small nor large.
    static func wanted(_ wanted: Int, _ received: Received) -> Int {
        if received.bytes > Int64(RedisStream.wantedBytes) { return max(1, wanted / 2) }
        if received.entries >= wanted && received.bytes < Int64(RedisStream.wantedBytes / 4) { return min(RedisStream.mostEntries, wanted * 2) }
        return wanted
    }
}
