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

    /// Adds commands for the batch's events from place `first` on that lie at or behind `position`, until the step has `bytes`; answers the place to go on at.
    func write(_ batch: EventBatch, at first: Int, from position: Int64, into step: inout RedisStep, until bytes: Int) -> Int {
        prepare(batch.originFile)
        let (events, values, commands, hasContexts) = (batch.events, batch.values, step.commands, !batch.contexts.isEmpty)
        var place = first
        unsafe batch.text.withUnsafeBytes { text in
            while place < events.count && commands.count < bytes {
                let (event, index) = (events[place], place)
                place += 1
                if event.position < position { continue }
                let start = commands.count
                step.last = unsafe (start, write(event, batch, hasContexts ? batch.context(before: index) : [], values, text, into: commands))
                step.events += 1
            }
        }
        return place
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
