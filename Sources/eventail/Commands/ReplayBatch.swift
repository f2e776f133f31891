internal import EventailEvents
internal import EventailJSON
internal import EventailStore
internal import EventailSystem

/// Makes event batches of what history keeps, as sinks take them: each event with its id, roles, file and position.
///
/// *Thread*: one.
final class ReplayBatch {
    private let catalogue: Catalogue
    private let parser = TapeParser(capacity: 64 << 10)
    private var number = 0

    init(catalogue: Catalogue) { self.catalogue = catalogue }

    /// The batches of events, in their order: one for each run of events of one file.
    func batches(of events: [StoredEvent]) -> [EventBatch] {
        var batches: [EventBatch] = []
        var run: [StoredEvent] = []
        for event in events {
            if let last = run.last, last.path != event.path {
                batches.append(batch(of: run))
                run = []
            }
            run.append(event)
        }
        if !run.isEmpty { batches.append(batch(of: run)) }
        return batches
    }

    private func batch(of events: [StoredEvent]) -> EventBatch {
        var bytes: [UInt8] = []
        var starts: [Int] = []
        for event in events {
            starts.append(bytes.count)
            bytes += event.line + [0x0A]
        }
        number -= 1
        let path = events[0].path
        let batch = EventBatch(
            file: FileReference(number: number, identity: FileIdentity(key: path), generation: 0, path: path, source: "replay"), buffer: ByteBuffer(bytes), start: 0,
            end: Int64(bytes.count), readTime: Timestamp.now().nanoseconds)
        for (stored, start) in zip(events, starts) { add(stored, at: start, to: batch) }
        batch.validBytes = Int64(bytes.count)
        batch.firstSequence = events[0].sequence
        return batch
    }

    private func add(_ stored: StoredEvent, at start: Int, to batch: EventBatch) {
        var event = Event()
        event.time = stored.time
        event.position = stored.position
        event.line = stored.lineNumber
        event.start = UInt32(start)
        event.length = UInt32(stored.line.count)
        event.type = catalogue.number(profile: stored.profile, type: stored.type)
        event.meaning = stored.meaning
        event.status = stored.status
        event.severity = stored.severity
        event.priority = stored.priority
        event.firstValue = UInt32(batch.values.count)
        event.firstPart = UInt32(batch.parts.count)
        add(.id, stored.id, to: batch)
        if case .success(let document) = parser.parse(stored.roles) {
            for (name, value) in document.root.members {
                guard let role = Role(name: name), role != .status || stored.status == .unknown else { continue }
                if role.isNumber {
                    if let number = value.double { batch.values.append(RoleValue(role, number: number)) }
                } else {
                    for text in value.isArray ? value.items.compactMap(\.string) : [value.string].compactMap({ $0 }) { add(role, text, to: batch) }
                }
            }
        }
        event.valueCount = UInt16(clamping: batch.values.count - Int(event.firstValue))
        batch.events.append(event)
    }

    private func add(_ role: Role, _ text: String, to batch: EventBatch) {
        let offset = batch.text.count
        batch.text.append(contentsOf: text.utf8)
        batch.values.append(RoleValue(role, offset: offset, length: text.utf8.count))
    }
}
