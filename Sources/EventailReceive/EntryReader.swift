internal import EventailEvents
internal import EventailInbox
internal import EventailJSON
internal import EventailSystem

/// Makes inbox entries of what a sidecar wrote (CONTRACT sections 5 and 6), and refused ones of anything else.
struct EntryReader: Sendable {
    /// Longer lines are dead letters, of which the beginning is kept.
    let mostLineBytes: Int
    static let keptBytes = 64 << 10

    /// What an entry of a stream says; absent fields are nil.
    struct Fields {
        var id: [UInt8]?
        var profile: [UInt8]?
        var file: [UInt8]?
        var offset: [UInt8]?
        var time: [UInt8]?
        var context: [UInt8]?
        var data: [UInt8]?
        /// All names and values in their order, for one that is refused.
        var all: [(name: [UInt8], value: [UInt8])] = []
    }

    /// The entry that stands at `place` of the stream `source`.
    func entry(_ fields: Fields, at place: InboxPlace, of source: String) -> InboxEntry {
        guard let data = fields.data else { return refused(fields, place, source, .notJSON, "the entry has no data") }
        guard let profile = fields.profile, !profile.isEmpty else { return refused(fields, place, source, .unknownProfile, "the entry names no profile") }
        guard let file = fields.file else { return refused(fields, place, source, .schema, "the entry has no field file") }
        guard let offset = fields.offset.flatMap({ Int64(String(decoding: $0, as: UTF8.self)) }), offset >= 0 else {
            return refused(fields, place, source, .schema, "the entry has no field offset that is a number")
        }
        if data.contains(0x0A) { return refused(fields, place, source, .notJSON, "the entry's data is more than one line") }
        let path = String(decoding: file, as: UTF8.self)
        let id = fields.id.map { String(decoding: $0, as: UTF8.self) } ?? ""
        var entry = InboxEntry(
            verdict: .profile(String(decoding: profile, as: UTF8.self)), path: path, fileKey: InboxEntry.fileKey(id: id, offset: offset, path: path),
            context: fields.context ?? [], offset: offset, time: time(fields.time), place: place, line: data)
        if data.count > mostLineBytes {
            entry.verdict = .refused(.tooLong, "is longer than the source's max_line_bytes")
            entry.line = Array(data.prefix(Self.keptBytes))
        }
        return entry
    }

    private func refused(_ fields: Fields, _ place: InboxPlace, _ source: String, _ reason: RejectionReason, _ message: String) -> InboxEntry {
        var json = JSONWriter()
        json.beginObject()
        for (name, value) in fields.all { json.field(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)) }
        json.endObject()
        return InboxEntry(
            verdict: .refused(reason, message), path: "\(source) \(place.part.isEmpty ? place.position : "\(place.part):\(place.position)")", fileKey: source, offset: 0,
            place: place, line: Array(json.bytes.prefix(Self.keptBytes)))
    }

    private func time(_ text: [UInt8]?) -> Int64 { text.flatMap { Timestamp(rfc3339: $0.span)?.nanoseconds } ?? 0 }
}
