/// What a scalar means by YAML 1.2's core schema; `yes`, `on` and `1:30` are text.
public enum YAMLScalar: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case float(Double)
    case string(String)

    /// Reads text that stands without quotes. A whole number beyond 64 bits is a float.
    public init(plain text: String) {
        if Self.isNull(text) {
            self = .null
            return
        }
        // Most scalars are words.
        if let first = text.utf8.first, first >= 0x67, first != 0x74 {
            self = .string(text)
            return
        }
        switch text {
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        case ".nan", ".NaN", ".NAN": self = .float(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": self = .float(-.infinity)
        default: self = Self.number(text) ?? .string(text)
        }
    }

    static func isNull(_ text: String) -> Bool {
        text.utf8.count <= 4 && (text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL")
    }

    private static func number(_ text: String) -> YAMLScalar? {
        let bytes = Array(text.utf8)
        if bytes.count > 2, bytes[0] == 0x30, bytes[1] == 0x78 || bytes[1] == 0x6F {
            let radix = bytes[1] == 0x78 ? 16 : 8
            guard bytes[2] != 0x2B, bytes[2] != 0x2D, let value = Int64(text.dropFirst(2), radix: radix) else { return nil }
            return .integer(value)
        }
        var index = bytes[0] == 0x2B || bytes[0] == 0x2D ? 1 : 0
        let whole = digits(bytes, &index)
        var isFloat = false
        var fraction = 0
        if index < bytes.count, bytes[index] == 0x2E {
            isFloat = true
            index += 1
            fraction = digits(bytes, &index)
        }
        guard whole + fraction > 0 else { return nil }
        if index < bytes.count, bytes[index] | 0x20 == 0x65 {
            isFloat = true
            index += 1
            if index < bytes.count, bytes[index] == 0x2B || bytes[index] == 0x2D { index += 1 }
            guard digits(bytes, &index) > 0 else { return nil }
        }
        guard index == bytes.count else { return nil }
        if !isFloat, let value = Int64(text) { return .integer(value) }
        return parse(text).map { .float($0) }
    }

    /// Swift's reader wants a digit on both sides of the point.
    private static func parse(_ text: String) -> Double? {
        var bytes = Array(text.utf8)
        if let point = bytes.firstIndex(of: 0x2E) {
            if point + 1 == bytes.count || bytes[point + 1] < 0x30 || bytes[point + 1] > 0x39 { bytes.insert(0x30, at: point + 1) }
            if point == 0 || bytes[point - 1] < 0x30 || bytes[point - 1] > 0x39 { bytes.insert(0x30, at: point) }
        }
        return Double(String(decoding: bytes, as: UTF8.self))
    }

    private static func digits(_ bytes: [UInt8], _ index: inout Int) -> Int {
        let start = index
        while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
        return index - start
    }
}
