internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// A refused line as it is kept: why, where it came from, and the line itself.
///
/// One line of a segment file, which is JSON: `{"file","identity","generation","offset","line","time","reason","profile","location","keyword",
/// "message","bytes","line_text"|"base64"}`, of an event that a sink could not deliver also `"sink"`. `bytes` counts what the line takes in its file; of a line that was too long only the beginning is kept.
public struct DeadLetter: Sendable {
    public let path: String
    public let identity: String
    public let generation: Int
    public let position: Int64
    /// Where the line starts in the file of `identity`: another place when another instance sent the line here.
    let positionRead: Int64
    public let lineNumber: Int64
    /// When the line was read, RFC 3339.
    public let time: String
    public let reason: String
    public let profile: String
    public let location: String
    public let keyword: String
    public let message: String
    /// The sink that could not deliver the event; empty for a refused line.
    public let sink: String
    public let bytesInFile: Int64
    /// The line, or the beginning that was kept of it, without its line end.
    public let line: [UInt8]
    /// The record as JSON, for the API.
    public let record: [UInt8]
    /// Where the record lies among the segments: pages go on from here.
    public let cursor: String

    init?(record: [UInt8], cursor: String, parser: TapeParser) {
        guard case .success(let document) = parser.parse(record) else { return nil }
        let root = document.root
        guard let path = root["file"]?.string, let position = root["offset"]?.int64, let reason = root["reason"]?.string else { return nil }
        self.path = path
        self.position = position
        positionRead = root["position"]?.int64 ?? position
        self.reason = reason
        identity = root["identity"]?.string ?? ""
        generation = Int(root["generation"]?.int64 ?? 0)
        lineNumber = root["line"]?.int64 ?? 0
        time = root["time"]?.string ?? ""
        profile = root["profile"]?.string ?? ""
        location = root["location"]?.string ?? ""
        keyword = root["keyword"]?.string ?? ""
        message = root["message"]?.string ?? ""
        sink = root["sink"]?.string ?? ""
        bytesInFile = root["bytes"]?.int64 ?? 0
        if let text = root["line_text"]?.string {
            line = Array(text.utf8)
        } else {
            line = Base64.decode(root["base64"]?.string ?? "") ?? []
        }
        self.record = record
        self.cursor = cursor
    }

    /// Writes the record of a rejection, without its line end.
    static func write(_ rejection: Rejection, of batch: EventBatch, into json: inout JSONWriter) {
        json.object { json in
            begin(batch, offset: batch.originPosition(of: rejection), position: rejection.position, line: rejection.line, reason: rejection.reason.name, into: &json)
            json.field("profile", rejection.profile)
            json.field("location", rejection.location)
            json.field("keyword", rejection.keyword)
            json.field("message", rejection.message)
            json.field("bytes", rejection.bytesInFile)
            write(batch.buffer.bytes(rejection.start..<rejection.start + rejection.length), into: &json)
        }
    }

    /// Writes the record of an event that a sink could not deliver, without its line end.
    static func write(_ undeliverable: Undeliverable, sink: String, into json: inout JSONWriter) {
        let (event, batch) = (undeliverable.event, undeliverable.batch)
        json.object { json in
            begin(batch, offset: batch.originPosition(of: event), position: event.position, line: event.line, reason: Undeliverable.reason, into: &json)
            json.field("sink", sink)
            json.field("message", undeliverable.message)
            json.field("bytes", Int64(event.length) + 1)
            write(batch.line(event), into: &json)
        }
    }

    private static func begin(_ batch: EventBatch, offset: Int64, position: Int64, line: Int64, reason: String, into json: inout JSONWriter) {
        json.field("file", batch.originFile.path)
        json.field("identity", batch.file.identity.key)
        json.field("generation", batch.file.generation)
        json.field("offset", offset)
        if batch.origin != nil { json.field("position", position) }
        json.field("line", line)
        json.field("time", Timestamp(nanoseconds: batch.readTime).rfc3339)
        json.field("reason", reason)
    }

    private static func write(_ line: [UInt8], into json: inout JSONWriter) {
        if let text = String(validating: line, as: UTF8.self) {
            json.field("line_text", text)
        } else {
            json.field("base64", Base64.encode(line))
        }
    }
}
