public import EventailEvents
public import EventailPipeline
internal import EventailJSON
internal import EventailRedis
internal import EventailSystem

/// Adds events to a Redis stream, each exactly once through crashes of either side, or at least once without the cost of it.
///
/// Exactly once: a *step* is one transaction that holds events and the checkpoints behind them.
///
///     WATCH owner
///     EVAL guard                              is it ours, and are the checkpoints where we left them? If not, it touches the owner key
///     MULTI   XADD   XADD ...
///     EVAL last (XADD, HSET checkpoints)
///     EXEC                                    does nothing when the watched key was touched
///
/// So the server decides by itself, and steps are sent one behind the other without waiting for answers: when one fails, the next one's guard finds other
/// checkpoints than it expects. The last entry and the checkpoints are written by one script, because a command that fails inside a transaction does
/// not undo the others: whatever refuses the entries refuses the last one, too, and then the checkpoints stay. The scripts are sent each time, since
/// one that the server has forgotten would guard nothing.
///
/// The hash `<stream>:checkpoint` is the truth and read after each opening: a lost answer, a lost server and a replica without the newest data are all
/// told by it.
///
/// *Owns* one connection. *Thread*: its runner's. *Limits*: a step ends when it has `stepBytes`; `mostUnderWay` of them wait for answers.
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
    /// How many replies the server owes for each step that was sent, oldest first.
    private var owed: [Int] = []
    private let head = CommandBuffer(capacity: 16 << 10)

    private struct Stored {
        var checkpoint: FileCheckpoint
        var field: String
        var value: [UInt8]
    }

    /// So much is sent at once. A transaction holds the server for as long as it runs, about 2 ms for this; longer ones run slower, because what they hold no
    /// longer fits the processor's cache.
    public static let stepBytes = 256 << 10
    /// Steps that are sent and not answered.
    static let mostUnderWay = 4
    /// Redirections that are followed at an opening.
    static let mostRedirections = 4

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
        owed = []
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
        let identity = batch.file.identity
        let before = step.files[identity] ?? stored[identity]?.checkpoint
        var place = 0
        while true {
            place = writer.write(batch, at: place, from: position, into: &step, until: Self.stepBytes)
            if place == batch.events.count { break }
            if isExact { step.files[identity] = checkpoint(within: batch, at: batch.events[place], before) }
            try sendStep()
        }
        if isExact {
            step.files[identity] = FileCheckpoint(
                identity: identity, generation: batch.file.generation, position: batch.end, line: batch.nextLine,
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
        try settle(downTo: 0)
        return isExact
    }

    public func close() { connection.close() }

    /// A place inside a batch. What the extractor remembers is that of the batch's beginning, because the whole batch is read again from there.
    private func checkpoint(within batch: EventBatch, at next: Event, _ before: FileCheckpoint?) -> FileCheckpoint {
        let isSame = before?.generation == batch.file.generation
        return FileCheckpoint(
            identity: batch.file.identity, generation: batch.file.generation, position: next.position, line: next.line, fingerprint: .none,
            path: batch.file.path, source: batch.file.source, carryOver: isSame ? before?.carryOver ?? [] : [])
    }

    // MARK: steps

    private func sendStep() throws(SinkError) {
        var replies = step.events
        if isExact {
            let moved = Array(step.files.values)
            writeHead(moved)
            writeTail(moved)
            // Of WATCH, the guard and MULTI; the queued entries but the last, the script and EXEC.
            replies = 3 + max(0, step.events - 1) + 2
        }
        CrashPoint.beforeSend.reach()
        try SinkError.fromRedis { () throws(RedisError) in
            if isExact { try connection.send(head) }
            try connection.send(step.commands)
        }
        CrashPoint.afterSend.reach()
        owed.append(replies)
        step.removeAll()
        try settle(downTo: Self.mostUnderWay)
    }

    private func writeHead(_ moved: [FileCheckpoint]) {
        head.command(["WATCH", configuration.ownerKey])
        head.begin(6 + 2 * moved.count)
        head.add("EVAL")
        head.add(text: StreamScripts.guarding)
        head.add(2)
        head.add(text: configuration.ownerKey)
        head.add(text: configuration.checkpointKey)
        head.add(text: ownership.token)
        for checkpoint in moved {
            let known = stored[checkpoint.identity]
            head.add(text: known?.field ?? StoredCheckpoint.field(checkpoint, of: configuration.instance))
            head.add(known?.value ?? [])
        }
        head.command(["MULTI"])
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
        let last = step.cutLast()
        let commands = step.commands
        commands.begin(6 + last.count + 2 * pairs.count)
        commands.add("EVAL")
        commands.add(text: StreamScripts.finishing)
        commands.add(2)
        commands.add(text: configuration.stream)
        commands.add(text: configuration.checkpointKey)
        commands.add(Int64(last.count))
        unsafe last.bytes.withUnsafeBytes { unsafe commands.add(raw: $0) }
        for (field, value) in pairs {
            commands.add(text: field)
            commands.add(value)
        }
        commands.command(["EXEC"])
    }

    /// Reads what the server owes until so few steps are under way.
    private func settle(downTo most: Int) throws(SinkError) {
        while owed.count > most {
            let count = owed.removeFirst()
            let trouble = try SinkError.fromRedis { () throws(RedisError) in
                do throws(RedisError) { return try isExact ? transactionReplies(count) : plainReplies(count) } catch {
                    connection.close()
                    throw error
                }
            }
            guard let trouble else { continue }
            connection.close()
            throw sinkError(of: trouble)
        }
    }

    /// What the guard found when a transaction did nothing.
    private enum Trouble {
        case owner(String)
        case checkpoints
        case overtaken
    }

    private func plainReplies(_ count: Int) throws(RedisError) -> Trouble? {
        for _ in 0..<count { if let refusal = try connection.receive().refusal { throw .refused(refusal) } }
        return nil
    }

    private func transactionReplies(_ count: Int) throws(RedisError) -> Trouble? {
        // The transaction's own refusal only says that there was one before.
        var first: RedisRefusal?
        var trouble: Trouble = .overtaken
        for index in 0..<count {
            let reply = try connection.receive()
            if let refusal = reply.refusal {
                if first == nil { first = refusal }
            } else if index == 1 {
                switch reply[0]?.integer {
                case 1: trouble = .owner(reply[1]?.text ?? "")
                case 2: trouble = .checkpoints
                default: break
                }
            } else if index == count - 1 && first == nil {
                if reply.isNull { return trouble }
                first = reply.elements.lazy.compactMap(\.refusal).first
            }
        }
        if let first { throw .refused(first) }
        return nil
    }

    private func sinkError(of trouble: Trouble) -> SinkError {
        switch trouble {
        case .owner(let found): return ownership.trouble(found.isEmpty ? nil : found, configuration)
        case .checkpoints:
            return .unavailable(
                "the checkpoints in \(configuration.checkpointKey) are not where this instance left them: they went back, or somebody changed them",
                remedy: "none: what the server has is read again and counts")
        case .overtaken:
            return .unavailable(
                "another connection claimed the checkpoints of \(configuration.stream) while a step was under way; nothing of it was written",
                remedy: "none: what the server has is read again")
        }
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
