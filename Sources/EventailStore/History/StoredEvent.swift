public import EventailEvents
public import EventailJSON
internal import EventailSystem

/// An event as history keeps it: the line as written, its roles, and where it came from.
public struct StoredEvent: Sendable {
    /// The instance's number of the event: the second half of its cursor.
    public let sequence: Int64
    public let id: String
    /// Nanoseconds since 1970.
    public let time: Int64
    public let profile: String
    public let type: String
    public let meaning: Meaning
    public let status: Status
    /// The status as the roles name it: the producer's own word when `status` is unknown.
    public let statusWord: String?
    public let severity: Severity
    public let priority: Priority
    /// The text that a filter of executions matches, nil when the event has none.
    public let execution: String?
    public let conversation: String?
    public let agent: String?
    public let latencyMilliseconds: Double?
    public let durationMilliseconds: Double?
    public let costUSD: Double?
    public let path: String
    /// Where the line starts in its file, in bytes, and its number from 1; 0 of a line that another instance sent.
    public let position: Int64
    public let lineNumber: Int64
    /// The members of the roles' object but `id`, `time` and `type`: a JSON object.
    public let roles: [UInt8]
    /// The line as written, without its line end.
    public let line: [UInt8]

    /// Writes the roles' object as `RolesWriter` writes it of a live event.
    public func writeRoles(into json: inout JSONWriter) {
        RolesWriter.write(id: id, time: time, type: type, rest: roles, into: &json)
    }

    /// Writes the item of a list of events (CONTRACT section 7).
    public func writeItem(epoch: String, into json: inout JSONWriter) {
        json.beginObject()
        json.field("id", id)
        json.field("cursor", "\(epoch)-\(sequence)")
        json.field("time", Timestamp(nanoseconds: time).rfc3339)
        json.field("type", type)
        json.field("profile", profile)
        json.field("meaning", meaning.name)
        json.key("roles")
        writeRoles(into: &json)
        json.field("file", path)
        json.field("offset", position)
        json.field("line", lineNumber > 0 ? lineNumber : nil)
        json.key("event")
        json.raw(line)
        json.endObject()
    }
}
