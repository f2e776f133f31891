/// The formats that can be asserted, by number, so that a program holds one byte.
enum StringFormat {
    static let names = [
        "", "date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference",
        "iri", "iri-reference", "uri-template", "uuid", "json-pointer", "relative-json-pointer", "regex",
    ]

    /// The number of a format; 0 for one that is not known, which accepts everything.
    static func number(_ name: String) -> UInt8 { UInt8(names.firstIndex(of: name) ?? 0) }

    static func accepts(_ format: UInt8, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let bytes = unsafe Array(text)
        switch names[Int(format)] {
        case "date-time": return TimeFormat.isDateTime(bytes)
        case "date": return TimeFormat.isDate(bytes[...])
        case "time": return TimeFormat.isTime(bytes[...])
        case "duration": return TimeFormat.isDuration(bytes)
        case "email": return NetworkFormat.isEmail(bytes, international: false)
        case "idn-email": return NetworkFormat.isEmail(bytes, international: true)
        case "hostname": return HostnameFormat.isHostname(bytes[...])
        case "idn-hostname": return HostnameFormat.isInternational(bytes)
        case "ipv4": return NetworkFormat.isIPv4(bytes[...])
        case "ipv6": return NetworkFormat.isIPv6(bytes[...])
        case "uri": return URIFormat.accepts(bytes, needsScheme: true, international: false)
        case "uri-reference": return URIFormat.accepts(bytes, needsScheme: false, international: false)
        case "iri": return URIFormat.accepts(bytes, needsScheme: true, international: true)
        case "iri-reference": return URIFormat.accepts(bytes, needsScheme: false, international: true)
        case "uri-template": return URIFormat.isTemplate(bytes)
        case "uuid": return NetworkFormat.isUUID(bytes)
        case "json-pointer": return JSONPointer(String(decoding: bytes, as: UTF8.self)) != nil
        case "relative-json-pointer": return isRelativePointer(bytes)
        case "regex": return isExpression(String(decoding: bytes, as: UTF8.self))
        default: return true
        }
    }

    private static func isRelativePointer(_ bytes: [UInt8]) -> Bool {
        let digits = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }
        if digits.isEmpty || digits.count > 1 && digits.first == 0x30 { return false }
        let rest = bytes.dropFirst(digits.count)
        return Array(rest) == [0x23] || JSONPointer(String(decoding: rest, as: UTF8.self)) != nil
    }

    private static func isExpression(_ text: String) -> Bool {
        do throws(RegularExpression.Refusal) {
            _ = try RegularExpression(text)
            return true
        } catch { return false }
    }
}
