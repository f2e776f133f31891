public import EventailEvents
public import EventailPipeline
internal import EventailJSON
internal import EventailRedis
internal import EventailSystem

/// Adds events to a Redis stream, each exactly once through crashes of either side, or at least once without the cost of it.
///
/// Exactly once: a *step* is one transaction that holds events and the checkpoints behind them.
///
///     WATCH owner   GET owner   HMGET checkpoints      who may move them, and are they where we left them?
///     MULTI   XADD   XADD ...                          sent without waiting for the answers
///     EVAL (last XADD, then HSET checkpoints)   EXEC   sent when the answers are right and the step before is done
///
/// The last entry and the checkpoints are written by one script, because a command that fails inside a transaction does not undo the
/// others: whatever refuses the entries refuses the last one, too, and then the checkpoints stay. While the server runs a step the next is written.
/// The hash `<stream>:checkpoint` is the truth and read after each opening: a lost answer, a lost server and a replica without the newest data are all
/// told by it.
///
/// *Owns* one connection. *Thread*: its runner's. *Limits*: a step ends when it has `stepBytes`; at most two are in memory.
public final class RedisStreamSink: Sink, @unchecked Sendable {
    // @unchecked: all calls come from the runner's thread, one after the other.
    public let name: String
    public let kind = "redis_streams"
    private let configuration: RedisStreamConfiguration
    private let connection: RedisConnection
    private let writer: StreamEntryWriter
    private var ownership = RedisOwnership()
    /// The hash's fields as the server has them after all steps that were sent.
    private var stored: [FileIdentity: Stored] = [:]
    /// What is written and not sent.
    private var step = RedisStep()
    /// The replies that the server owes for the step before.
    private var owed: Int?
    private let head = CommandBuffer(capacity: 4 << 10)
    private let tail = CommandBuffer(capacity: 16 << 10)

    private struct Stored {
        var checkpoint: FileCheckpoint
        var field: String
        var value: [UInt8]
    }

    /// So much is sent at once. A transaction holds the server for as long as it runs: about 5 ms for this.
    public static let stepBytes = 1 << 20
    /// Redirections that are followed at an opening.
    static let mostRedirections = 4

    /// Writes the last entry and then the checkpoints, or nothing. Arguments: how many belong to the entry; those; then pairs of field and value, an
    /// empty value removes the field.
    static let script = """
        local n = tonumber(ARGV[1])
        if n > 0 then redis.call('XADD', KEYS[1], unpack(ARGV, 2, n + 1)) end
        for i = n + 2, #ARGV, 2 do
          if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i]) else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
        end
        return 1
        """

    public init(name: String, configuration: RedisStreamConfiguration, catalogue: Catalogue) {
        self.name = name
        self.configuration = configuration
        connection = RedisConnection(configuration.server, name: "eventail-\(name)")
        writer = StreamEntryWriter(stream: configuration.stream, mostEntries: configuration.mostEntries, catalogue: catalogue)
    }

    private var isExact: Bool { configuration.delivery == .exactlyOnce }

    /// The checkpoints of an exactly-once sink are on the server, so its commits cost the state nothing and come as soon as there is nothing to wait for.
    public var cadence: SinkCadence? {
        isExact ? SinkCadence(linger: .zero, indexInterval: .seconds(1)) : SinkCadence(linger: .milliseconds(5))
    }

    public func open() throws(SinkError) {
        step = RedisStep()
        owed = nil
        stored = [:]
        connection.redirect(to: nil)
        var redirections = 0
        while true {
            try SinkError.fromRedis { () throws(RedisError) in try connection.open() }
            let type = try SinkError.fromRedis { () throws(RedisError) in try connection.answer(["TYPE", configuration.stream]).whole }
            guard let address = type.refusal?.movedTo, redirections < Self.mostRedirections else {
                try expect(type, "stream", of: configuration.stream)
                break
            }
            redirections += 1
            connection.redirect(to: address)
        }
        if !isExact { return }
        if redirections > 0 && !configuration.hasHashTag {
            throw .misconfigured(
                "the server is a cluster and \(configuration.stream) and its checkpoints may lie on different nodes of it",
                remedy: "give the stream a name with a hash tag, e.g. {\(configuration.stream)}, or set delivery: at_least_once")
        }
        try expect(SinkError.fromRedis { () throws(RedisError) in try connection.answer(["TYPE", configuration.checkpointKey]).whole }, "hash", of: configuration.checkpointKey)
        try ownership.claim(configuration, connection)
        try readCheckpoints()
    }

    public func ownCheckpoints() throws(SinkError) -> [FileCheckpoint]? {
        if !isExact { return nil }
        if !connection.isOpen { try open() }
        return stored.values.map(\.checkpoint)
    }

    public func write(_ batch: EventBatch, from position: Int64) throws(SinkError) {
        step.events += writer.write(batch, from: position, into: step.commands) { start, arguments in step.last = (start, arguments) }
        if isExact {
            step.files[batch.file.identity] = FileCheckpoint(
                identity: batch.file.identity, generation: batch.file.generation, position: batch.end, line: batch.nextLine,
                fingerprint: batch.fingerprint, path: batch.file.path, source: batch.file.source, carryOver: batch.carryOver)
        }
        if step.commands.count >= Self.stepBytes { try sendStep() }
    }

    public func commit(_ checkpoints: [FileCheckpoint]) throws(SinkError) -> Bool {
        if isExact {
            for checkpoint in checkpoints where (step.files[checkpoint.identity] ?? stored[checkpoint.identity]?.checkpoint) != checkpoint {
                step.files[checkpoint.identity] = checkpoint
            }
        }
        if !step.isEmpty { try sendStep() }
        try settle()
        return isExact
    }

    public func close() { connection.close() }

    // MARK: steps

    private func sendStep() throws(SinkError) {
        if !isExact {
            CrashPoint.beforeSend.reach()
            let events = step.events
            try SinkError.fromRedis { () throws(RedisError) in try connection.send(step.commands) }
            try settle()
            owed = events
            CrashPoint.afterSend.reach()
            return step.removeAll()
        }
        let moved = Array(step.files.values)
        try sendHead(moved)
        step.cutLast(argumentsBeforeFields: 2)
        try SinkError.fromRedis { () throws(RedisError) in
            try connection.send(head)
            try connection.send(step.commands)
        }
        let queued = max(0, step.events - 1)
        // In the server's order: first what is owed for the step before.
        try settle()
        try checkHead(moved)
        writeTail(moved)
        CrashPoint.beforeSend.reach()
        try SinkError.fromRedis { () throws(RedisError) in try connection.send(tail) }
        CrashPoint.afterSend.reach()
        // The queued commands, the script, and the transaction.
        owed = queued + 2
        step.removeAll()
    }

    private func sendHead(_ moved: [FileCheckpoint]) throws(SinkError) {
        head.command(["WATCH", configuration.ownerKey])
        head.command(["GET", configuration.ownerKey])
        head.begin(2 + moved.count)
        head.add("HMGET")
        head.add(text: configuration.checkpointKey)
        for checkpoint in moved { head.add(text: stored[checkpoint.identity]?.field ?? StoredCheckpoint.field(checkpoint, of: configuration.instance)) }
        head.command(["MULTI"])
    }

    /// The answers to what `sendHead` asked.
    private func checkHead(_ moved: [FileCheckpoint]) throws(SinkError) {
        let expected = moved.map { stored[$0.identity]?.value }
        let token = ownership.token
        let trouble: Trouble? = try SinkError.fromRedis { () throws(RedisError) in
            if let refusal = try connection.receive().refusal { throw .refused(refusal) }
            let owner = try connection.receive()
            if let refusal = owner.refusal { throw .refused(refusal) }
            let found = owner.text
            let values = try connection.receive()
            if let refusal = values.refusal { throw .refused(refusal) }
            var differs = false
            for (value, expected) in zip(values.elements, expected) where value.bytes != expected { differs = true }
            if let refusal = try connection.receive().refusal { throw .refused(refusal) }
            if found != token { return .owner(found) }
            return differs ? .checkpoints : nil
        }
        guard let trouble else { return }
        connection.close()
        switch trouble {
        case .owner(let found): throw ownership.trouble(found, configuration)
        case .checkpoints:
            throw .unavailable(
                "the checkpoints in \(configuration.checkpointKey) are not where this instance left them: somebody changed them",
                remedy: "none: what the server has is read again and counts")
        }
    }

    private enum Trouble {
        case owner(String?)
        case checkpoints
    }

    /// The script with the last entry and the checkpoints, and the end of the transaction.
    private func writeTail(_ moved: [FileCheckpoint]) {
        var pairs: [(String, [UInt8])] = []
        for checkpoint in moved {
            let field = StoredCheckpoint.field(checkpoint, of: configuration.instance)
            let value = StoredCheckpoint.value(checkpoint)
            // A file has one generation: what lay in an older one can be read no more.
            if let before = stored[checkpoint.identity], before.field != field { pairs.append((before.field, [])) }
            pairs.append((field, value))
            stored[checkpoint.identity] = Stored(checkpoint: checkpoint, field: field, value: value)
        }
        let arguments = step.cut.arguments
        tail.begin(6 + arguments + 2 * pairs.count)
        tail.add("EVAL")
        tail.add(text: Self.script)
        tail.add(2)
        tail.add(text: configuration.stream)
        tail.add(text: configuration.checkpointKey)
        tail.add(Int64(arguments))
        unsafe step.cut.bytes.withUnsafeBytes { unsafe tail.add(raw: $0) }
        for (field, value) in pairs {
            tail.add(text: field)
            tail.add(value)
        }
        tail.command(["EXEC"])
    }

    /// Reads what the server owes for what was sent before.
    private func settle() throws(SinkError) {
        guard let count = owed else { return }
        owed = nil
        let isExact = isExact
        let isDone = try SinkError.fromRedis { () throws(RedisError) in
            var first: Refusal?
            for index in 0..<count {
                let reply = try connection.receive()
                if let refusal = reply.refusal {
                    // The transaction's own refusal only says that there was one before.
                    if first == nil { first = refusal }
                } else if isExact && index == count - 1 && first == nil {
                    if reply.isNull { return false }
                    first = reply.elements.lazy.compactMap(\.refusal).first
                }
            }
            if let first {
                connection.close()
                throw .refused(first)
            }
            return true
        }
        if isDone { return }
        connection.close()
        throw .unavailable(
            "another connection claimed the checkpoints of \(configuration.stream) while a step was under way; nothing of it was written",
            remedy: "none: what the server has is read again")
    }

    // MARK: opening

    private func expect(_ type: RedisAnswer, _ wanted: String, of key: String) throws(SinkError) {
        if let refusal = type.refusal { throw SinkError(.refused(refusal)) }
        if type.text == "none" || type.text == wanted { return }
        connection.close()
        throw .unavailable(
            "the key \(key) holds a \(type.text ?? "value"), not a \(wanted)", remedy: "name another stream, or remove the key if nobody needs it")
    }

    /// Reads this instance's fields of the hash.
    private func readCheckpoints() throws(SinkError) {
        let parser = TapeParser(capacity: 64 << 10)
        let instance = configuration.instance
        var pattern = ""
        for character in instance + "/" {
            if "*?[]\\^".contains(character) { pattern += "\\" }
            pattern.append(character)
        }
        var cursor = "0"
        var found: [FileIdentity: Stored] = [:]
        var broken = 0
        repeat {
            cursor = try SinkError.fromRedis { () throws(RedisError) in
                let reply = try connection.call(["HSCAN", configuration.checkpointKey, cursor, "MATCH", pattern + "*", "COUNT", "1000"])
                var field: String?
                for item in reply[1]?.elements ?? reply.elements {
                    guard let name = field else {
                        field = item.text
                        continue
                    }
                    field = nil
                    let value = item.bytes ?? []
                    guard let checkpoint = StoredCheckpoint.read(field: name, value: value, of: instance, parser) else {
                        broken += 1
                        continue
                    }
                    if let known = found[checkpoint.identity], known.checkpoint.generation > checkpoint.generation { continue }
                    found[checkpoint.identity] = Stored(checkpoint: checkpoint, field: name, value: value)
                }
                return reply[0]?.text ?? "0"
            }
        } while cursor != "0"
        stored = found
        if broken > 0 {
            Log.error("sink", "fields of the checkpoints cannot be read; their files are sent again", ["sink": name, "key": configuration.checkpointKey, "fields": "\(broken)"])
        }
    }
}
