internal import EventailJSON

extension YAMLNode {
    /// The node as JSON text, so that a JSON Schema can be written in YAML. Infinities and not-a-numbers are errors: JSON has none.
    public func json() throws(YAMLError) -> [UInt8] {
        var writer = JSONWriter()
        try write(&writer)
        return writer.bytes
    }

    private func write(_ writer: inout JSONWriter) throws(YAMLError) {
        switch content {
        case .sequence(let items):
            writer.beginArray()
            for item in items { try item.write(&writer) }
            writer.endArray()
        case .mapping(let members):
            writer.beginObject()
            for member in members {
                writer.key(member.key)
                try member.value.write(&writer)
            }
            writer.endObject()
        case .scalar(let text, _):
            switch scalar {
            case .bool(let yes): writer.value(yes)
            case .integer(let number): writer.value(number)
            case .string(let text): writer.value(text)
            case .float(let number):
                guard number.isFinite || !text.contains(".") else { throw YAMLError(self, "\(text) has no place in JSON") }
                writer.raw(Self.literal(text, number))
            default: writer.null()
            }
        }
    }

    /// A number that JSON can write keeps its digits, so that a limit of a schema is exactly what the file says.
    private static func literal(_ text: String, _ number: Double) -> [UInt8] {
        var bytes = Array(text.utf8)
        if bytes.first == 0x2B { bytes.removeFirst() }
        let first = bytes.first == 0x2D ? 1 : 0
        let isWritten = bytes.count > first && bytes[first] >= 0x30 && bytes[first] <= 0x39 && bytes.last != 0x2E
        let hasLeadingZero = bytes.count > first + 1 && bytes[first] == 0x30 && bytes[first + 1] >= 0x30 && bytes[first + 1] <= 0x39
        let hasBarePoint = bytes.firstIndex(of: 0x2E).map { $0 + 1 == bytes.count || bytes[$0 + 1] < 0x30 || bytes[$0 + 1] > 0x39 } ?? false
        return isWritten && !hasLeadingZero && !hasBarePoint ? bytes : Array("\(number)".utf8)
    }
}
