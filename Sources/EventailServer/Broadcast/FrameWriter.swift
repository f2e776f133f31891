internal import EventailEvents
internal import EventailJSON
internal import EventailStore

/// Encodes events as frames into chunks, each event once for each of the two forms: the protocol's message and the bare line.
///
/// *Owns* the chunk being filled and room for one message. *Thread*: one. *Limits*: as its chunks.
final class FrameWriter: @unchecked Sendable {
    // @unchecked: one thread at a time; a writer made for a replay goes to `query` and is not kept.
    /// Where an event's frame lies.
    struct Place {
        let chunk: FrameChunk
        let start: Int
        let end: Int
    }

    private let epoch: String
    private let catalogue: Catalogue
    private var types: [Catalogue.Entry] = []
    private var json = JSONWriter(reserving: 64 << 10)
    private(set) var chunk = FrameChunk()

    init(epoch: String, catalogue: Catalogue) {
        self.epoch = epoch
        self.catalogue = catalogue
    }

    func type(_ number: UInt16) -> Catalogue.Entry {
        if Int(number) >= types.count { types = catalogue.entries }
        return types[Int(number)]
    }

    /// The message of CONTRACT section 8.
    func writeMessage(_ event: Event, of batch: EventBatch, sequence: Int64) -> Place {
        json.removeAll()
        json.beginObject()
        json.field("type", "event")
        writeExecution(event, of: batch)
        json.key("event")
        unsafe batch.withLine(event) { line in unsafe json.raw(line) }
        json.key("cursor")
        json.value("\(epoch)-\(sequence)")
        json.key("roles")
        RolesWriter.write(event, of: batch, type: type(event.type).type, into: &json)
        json.endObject()
        return unsafe json.bytes.withUnsafeBytes { unsafe put($0, sequence, event.priority.rawValue) }
    }

    /// The line as written.
    func writeBare(_ event: Event, of batch: EventBatch, sequence: Int64) -> Place {
        unsafe batch.withLine(event) { line in unsafe put(line, sequence, event.priority.rawValue) }
    }

    /// The message of an event of history.
    func writeMessage(_ event: StoredEvent) -> Place {
        json.removeAll()
        json.beginObject()
        json.field("type", "event")
        json.field("executionId", event.execution)
        json.key("event")
        json.raw(event.line)
        json.field("cursor", "\(epoch)-\(event.sequence)")
        json.key("roles")
        event.writeRoles(into: &json)
        json.endObject()
        return unsafe json.bytes.withUnsafeBytes { unsafe put($0, event.sequence, event.priority.rawValue) }
    }

    private func writeExecution(_ event: Event, of batch: EventBatch) {
        json.key("executionId")
        for index in batch.values(of: event) where batch.values[index].role == .execution {
            let value = batch.values[index]
            unsafe batch.text.withUnsafeBufferPointer { text in
                unsafe json.value(utf8: UnsafeBufferPointer(rebasing: text[value.offset..<value.offset + value.length]))
            }
            return
        }
        json.null()
    }

    private func put(_ payload: UnsafeRawBufferPointer, _ sequence: Int64, _ priority: UInt8) -> Place {
        if !chunk.hasRoom(payload: payload.count) {
            chunk = FrameChunk(capacity: max(FrameChunk.usualCapacity, payload.count + FrameHeader.longest))
        }
        let start = chunk.used
        unsafe chunk.append(payload, sequence: sequence, priority: priority)
        return Place(chunk: chunk, start: start, end: chunk.used)
    }
}
