internal import EventailEvents
internal import EventailRedis
internal import EventailSystem

/// Writes events as `XADD` commands: `id type profile agent execution time file offset data`, absent roles left out. Of a transcript whose lines mean
/// something only behind earlier ones `context` follows: what was remembered of the file before the line, so that a hub reads the line alone.
///
/// *Owns* the pieces that do not change from event to event, already in the protocol's form. *Thread*: its sink's. *Limits*: one piece per type of
/// the catalogue.
final class StreamEntryWriter {
    private let catalogue: Catalogue
    /// `XADD key [MAXLEN ~ n] *`, without the count of arguments.
    private let start: [UInt8]
    private let startArguments: Int
    /// `type ... profile ...` by number of the type.
    private var types: [[UInt8]] = []
    /// `file ...` of the batch's file.
    private var file: [UInt8] = []
    private var fileReference: FileReference?

    init(stream: String, mostEntries: Int64, catalogue: Catalogue) {
        self.catalogue = catalogue
        let words = ["XADD", stream] + (mostEntries > 0 ? ["MAXLEN", "~", "\(mostEntries)"] : []) + ["*"]
        startArguments = words.count
        start = Self.piece(words)
    }

    /// How many arguments stand before an entry's fields, the command and its key included.
    var argumentsBeforeFields: Int { startArguments }

    /// Adds a command for each event of the batch that lies at or behind `position`; answers how many.
    func write(_ batch: EventBatch, from position: Int64, into commands: CommandBuffer, _ each: (_ start: Int, _ arguments: Int) -> Void) -> Int {
        prepare(batch.originFile)
        var count = 0
        let (events, values, hasContexts) = (batch.events, batch.values, !batch.contexts.isEmpty)
        unsafe batch.text.withUnsafeBytes { text in
            for (index, event) in events.enumerated() where event.position >= position {
                let start = commands.count
                let arguments = unsafe write(event, batch, hasContexts ? batch.context(before: index) : [], values, text, into: commands)
                each(start, arguments)
                count += 1
            }
        }
        return count
    }

    private func write(
        _ event: Event, _ batch: EventBatch, _ context: [UInt8], _ values: ContiguousArray<RoleValue>, _ text: UnsafeRawBufferPointer, into commands: CommandBuffer
    ) -> Int {
        var (id, agent, execution): (RoleValue?, RoleValue?, RoleValue?) = (nil, nil, nil)
        for index in Int(event.firstValue)..<Int(event.firstValue) + Int(event.valueCount) {
            let value = values[index]
            switch value.role {
            case .id: if id == nil { id = value }
            case .agent: if agent == nil { agent = value }
            case .execution: if execution == nil { execution = value }
            default: break
            }
        }
        let fields = 7 + (agent == nil ? 0 : 1) + (execution == nil ? 0 : 1) + (context.isEmpty ? 0 : 1)
        let arguments = startArguments + 2 * fields
        commands.begin(arguments)
        unsafe start.withUnsafeBytes { unsafe commands.add(raw: $0) }
        commands.add("id")
        if let id {
            unsafe commands.add(UnsafeRawBufferPointer(rebasing: text[id.offset..<id.offset + id.length]))
        } else {
            commands.add(text: "\(batch.originFile.stableKey):\(batch.originPosition(of: event))")
        }
        unsafe piece(of: event.type).withUnsafeBytes { unsafe commands.add(raw: $0) }
        if let agent {
            commands.add("agent")
            unsafe commands.add(UnsafeRawBufferPointer(rebasing: text[agent.offset..<agent.offset + agent.length]))
        }
        if let execution {
            commands.add("execution")
            unsafe commands.add(UnsafeRawBufferPointer(rebasing: text[execution.offset..<execution.offset + execution.length]))
        }
        commands.add("time")
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Timestamp.longestRFC3339) { room in
            guard let base = room.baseAddress else { return }
            let length = unsafe Timestamp(nanoseconds: event.time).writeRFC3339(to: base)
            unsafe commands.add(UnsafeRawBufferPointer(start: base, count: length))
        }
        unsafe file.withUnsafeBytes { unsafe commands.add(raw: $0) }
        commands.add("offset")
        commands.add(batch.originPosition(of: event))
        commands.add("data")
        unsafe batch.withLine(event) { unsafe commands.add($0) }
        if !context.isEmpty {
            commands.add("context")
            commands.add(context)
        }
        return arguments
    }

    private func prepare(_ reference: FileReference) {
        if fileReference === reference { return }
        fileReference = reference
        file = Self.piece(["file", reference.path])
    }

    private func piece(of type: UInt16) -> [UInt8] {
        if Int(type) >= types.count {
            let entries = catalogue.entries
            for entry in entries[types.count...] { types.append(Self.piece(["type", entry.type, "profile", entry.profile])) }
        }
        return types[Int(type)]
    }

    /// Words in the protocol's form, without the count of a command.
    private static func piece(_ words: [String]) -> [UInt8] {
        let buffer = CommandBuffer(capacity: 256)
        for word in words { buffer.add(text: word) }
        return buffer.bytes
    }
}
