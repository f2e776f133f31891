public import EventailJSON
internal import EventailSystem

/// Writes the object of an event's roles that the outside sees: `{"id","time","type","status","severity","priority","agent",...}`.
///
/// The same for history, the API, WebSocket and server-sent events. Absent roles are left out; `targets` is a list; of another role told
/// twice the first counts. An event that tells several things has them in `parts`, each with its own meaning, status and roles.
public enum RolesWriter {
    /// Writes the roles of an event; `type` is its name in the catalogue.
    public static func write(_ event: Event, of batch: EventBatch, type: String, into json: inout JSONWriter) {
        json.beginObject()
        json.field("id", batch.identifier(of: event))
        json.field("time", Timestamp(nanoseconds: event.time).rfc3339)
        json.field("type", type)
        writeMembers(event, of: batch, into: &json)
        json.endObject()
    }

    /// Writes an object of all roles but `id`, `time` and `type`, which history keeps in columns.
    public static func writeRest(_ event: Event, of batch: EventBatch, into json: inout JSONWriter) {
        json.beginObject()
        writeMembers(event, of: batch, into: &json)
        json.endObject()
    }

    /// Joins what `writeRest` wrote with the three that it left out.
    public static func write(id: String, time: Int64, type: String, rest: [UInt8], into json: inout JSONWriter) {
        var head = JSONWriter(reserving: rest.count + 128)
        head.beginObject()
        head.field("id", id)
        head.field("time", Timestamp(nanoseconds: time).rfc3339)
        head.field("type", type)
        var joined = head.bytes
        if rest.count > 2 {
            joined.append(0x2C)
            joined.append(contentsOf: rest[1...])
        } else {
            joined.append(0x7D)
        }
        json.raw(joined)
    }

    private static func writeMembers(_ event: Event, of batch: EventBatch, into json: inout JSONWriter) {
        switch event.status {
        case .none: break
        case .unknown: json.field("status", batch.text(.status, of: event) ?? statuses[Int(Status.unknown.rawValue)])
        default: json.field("status", statuses[Int(event.status.rawValue)])
        }
        json.field("severity", severities[Int(event.severity.rawValue)])
        json.field("priority", priorities[Int(event.priority.rawValue)])
        writeValues(first: Int(event.firstValue), count: Int(event.valueCount), of: batch, into: &json)
        if event.partCount == 0 { return }
        json.key("parts")
        json.beginArray()
        for index in Int(event.firstPart)..<Int(event.firstPart) + Int(event.partCount) {
            let part = batch.parts[index]
            json.beginObject()
            json.field("meaning", meanings[Int(part.meaning.rawValue)])
            if part.status != .none { json.field("status", statuses[Int(part.status.rawValue)]) }
            writeValues(first: Int(part.firstValue), count: Int(part.valueCount), of: batch, into: &json)
            json.endObject()
        }
        json.endArray()
    }

    private static func writeValues(first: Int, count: Int, of batch: EventBatch, into json: inout JSONWriter) {
        var written: UInt64 = 0
        var targets = false
        // Read once: each access to a property of a shared object is checked for exclusivity.
        let values = batch.values
        unsafe batch.text.withUnsafeBufferPointer { text in
            for index in first..<first + count {
                let value = values[index]
                let role = value.role
                if role == .targets { targets = true; continue }
                let bit = UInt64(1) << UInt64(role.rawValue)
                if !shown[Int(role.rawValue)] || written & bit != 0 { continue }
                written |= bit
                json.key(names[Int(role.rawValue)])
                if role.isNumber {
                    json.value(value.number)
                } else {
                    unsafe json.value(utf8: UnsafeBufferPointer(rebasing: text[value.offset..<value.offset + value.length]))
                }
            }
        }
        if !targets { return }
        json.key(names[Int(Role.targets.rawValue)])
        json.beginArray()
        for index in first..<first + count where batch.values[index].role == .targets { json.value(batch.string(batch.values[index])) }
        json.endArray()
    }

    // Names by raw value, made once: `name` builds some of them anew each time.
    private static let names = Role.allCases.map(\.name)
    /// What goes through here: `id` and the canonical status are written before.
    private static let shown = Role.allCases.map { $0.isShown && $0 != .id && $0 != .status }
    private static let statuses = Status.allCases.map(\.name)
    private static let severities = Severity.allCases.map(\.name)
    private static let priorities = Priority.allCases.map(\.name)
    private static let meanings = Meaning.allCases.map(\.name)
}
