internal import EventailEvents
internal import EventailSystem

/// An entry's form in a segment: one line of text, fields with tabs between.
///
///     superagent  /logs/a.jsonl  h801.0a7f  <context, base64>  4711  1763700000000000000  0=1763700000000-5  {"type":...}
///     !not_json   /logs/a.jsonl  h801.0a7f  what is wrong      4711  0                    0=1763700000000-6  {"id":...}
///
/// The first four fields are the group: lines that follow each other with the same group make one batch of events. In all fields but the last, which is
/// the line as written, `%`, tabs and control characters are written `%XX`, and so is a `!` that begins a profile's name.
enum InboxRecord {
    static let fields = 8
    static let groupFields = 4
    private static let tab: UInt8 = 0x09

    static func encode(_ entry: InboxEntry, into bytes: inout [UInt8]) {
        switch entry.verdict {
        case .profile(let name):
            if name.utf8.first == 0x21 {
                bytes += Array("%21".utf8)
                escape(String(name.dropFirst()), into: &bytes)
            } else {
                escape(name, into: &bytes)
            }
        case .refused(let reason, _): bytes += Array("!\(reason.name)".utf8)
        }
        bytes.append(tab)
        escape(entry.path, into: &bytes)
        bytes.append(tab)
        escape(entry.fileKey, into: &bytes)
        bytes.append(tab)
        if case .refused(_, let message) = entry.verdict { escape(message, into: &bytes) } else { bytes += Array(Base64.encode(entry.context).utf8) }
        bytes.append(tab)
        bytes += Array("\(entry.offset)\t\(entry.time)\t".utf8)
        escape(entry.place.part, into: &bytes)
        bytes.append(0x3D)
        escape(entry.place.position, into: &bytes)
        bytes.append(tab)
        precondition(!entry.line.contains(0x0A), "a line has no line end inside")
        bytes += entry.line
        bytes.append(0x0A)
    }

    /// The place that a field names; nil when it names none.
    static func place(_ field: ArraySlice<UInt8>) -> InboxPlace? {
        guard let cut = field.lastIndex(of: 0x3D) else { return nil }
        return InboxPlace(part: unescape(field[..<cut]), position: unescape(field[(cut + 1)...]))
    }

    static func escape(_ text: String, into bytes: inout [UInt8]) {
        for byte in text.utf8 {
            if byte >= 0x20 && byte != 0x25 {
                bytes.append(byte)
            } else {
                bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    static func unescape(_ field: ArraySlice<UInt8>) -> String {
        guard field.contains(0x25) else { return String(decoding: field, as: UTF8.self) }
        var bytes: [UInt8] = []
        var index = field.startIndex
        while index < field.endIndex {
            if field[index] == 0x25, index + 2 < field.endIndex, let high = digit(field[index + 1]), let low = digit(field[index + 2]) {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(field[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func digit(_ byte: UInt8) -> UInt8? { digits.firstIndex(of: byte).map { UInt8($0) } }
}
