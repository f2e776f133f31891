/// Values as short JSON text, for messages.
enum JSONText {
    static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.value(text)
        return json.string
    }

    /// A value in words: small ones as they are, long texts shortened, containers by kind.
    static func described(_ value: Element) -> String {
        switch value.tag {
        case .null: "null"
        case .yes: "true"
        case .no: "false"
        case .string:
            quoted(shortened(value.string ?? ""))
        case .array: "an array of \(value.document.count(value.index))"
        case .object: "an object of \(value.document.count(value.index))"
        default: "the number \(number(value))"
        }
    }

    static func number(_ value: Element) -> String {
        switch value.tag {
        case .signed: return String(value.document.signed(value.index))
        case .unsigned: return String(value.document.unsigned(value.index))
        case .number: return unsafe shortened(String(decoding: value.document.utf8(value.index), as: UTF8.self))
        default:
            let double = value.document.double(value.index)
            if let whole = Int64(exactly: double), whole.magnitude < 1 << 53 { return String(whole) }
            return double.description
        }
    }

    /// A value as JSON when it is short, else in words.
    static func brief(_ value: Element) -> String { value.isNumber ? number(value) : described(value) }

    private static func shortened(_ text: String) -> String { text.unicodeScalars.count <= 60 ? text : String(text.prefix(57)) + "..." }
}
