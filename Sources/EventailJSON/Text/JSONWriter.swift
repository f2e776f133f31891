/// Writes JSON text into bytes, front to back: commas are its own business, balance is the caller's.
///
///     var json = JSONWriter()
///     json.object { json in json.field("events", 12); json.field("cost_usd", 0.5) }
///
/// Not finite numbers become null: JSON has no other word for them.
public struct JSONWriter {
    public private(set) var bytes: [UInt8] = []
    /// True when the next value or key must be preceded by a comma.
    private var wantsComma = false

    public init(reserving capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    public var string: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: containers

    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        beginObject(); body(&self); endObject()
    }
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        beginArray(); body(&self); endArray()
    }
    public mutating func beginObject() { separate(); bytes.append(0x7B); wantsComma = false }
    public mutating func endObject() { bytes.append(0x7D); wantsComma = true }
    public mutating func beginArray() { separate(); bytes.append(0x5B); wantsComma = false }
    public mutating func endArray() { bytes.append(0x5D); wantsComma = true }

    public mutating func key(_ name: String) {
        separate(); quote(name); bytes.append(0x3A); wantsComma = false
    }

    // MARK: values

    public mutating func value(_ text: String) { separate(); quote(text); wantsComma = true }
    public mutating func value(_ text: String?) { if let text { value(text) } else { null() } }
    public mutating func value(_ number: Int64) { separate(); append(number); wantsComma = true }
    public mutating func value(_ number: Int) { value(Int64(number)) }
    public mutating func value(_ number: Int64?) { if let number { value(number) } else { null() } }
    public mutating func value(_ yes: Bool) { separate(); bytes.append(contentsOf: (yes ? "true" : "false").utf8); wantsComma = true }
    public mutating func null() { separate(); bytes.append(contentsOf: "null".utf8); wantsComma = true }
    public mutating func value(_ number: Double?) {
        guard let number, number.isFinite else { return null() }
        if let whole = Int64(exactly: number), abs(whole) < 1 << 53 { return value(whole) }
        separate()
        bytes.append(contentsOf: number.description.utf8)
        wantsComma = true
    }
    /// Text that is JSON already.
    public mutating func raw(_ json: [UInt8]) { separate(); bytes.append(contentsOf: json); wantsComma = true }
    public mutating func raw(_ json: UnsafeRawBufferPointer) { separate(); unsafe bytes.append(contentsOf: json); wantsComma = true }
    /// UTF-8 text to be quoted.
    public mutating func value(utf8 text: UnsafeBufferPointer<UInt8>) { separate(); unsafe quote(utf8: text); wantsComma = true }

    // MARK: members

    public mutating func field(_ name: String, _ text: String) { key(name); value(text) }
    public mutating func field(_ name: String, _ text: String?) { key(name); value(text) }
    public mutating func field(_ name: String, _ number: Int64) { key(name); value(number) }
    public mutating func field(_ name: String, _ number: Int64?) { key(name); value(number) }
    public mutating func field(_ name: String, _ number: Int) { key(name); value(number) }
    public mutating func field(_ name: String, _ number: Double?) { key(name); value(number) }
    public mutating func field(_ name: String, _ yes: Bool) { key(name); value(yes) }
    public mutating func field(_ name: String, object body: (inout JSONWriter) -> Void) { key(name); object(body) }
    public mutating func field(_ name: String, array body: (inout JSONWriter) -> Void) { key(name); array(body) }

    /// A line end between documents: JSON lines.
    public mutating func newline() { bytes.append(0x0A); wantsComma = false }
    /// What was written so far, taken out; writing goes on behind it.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true); wantsComma = false }

    private mutating func separate() { if wantsComma { bytes.append(0x2C) } }

    private mutating func append(_ number: Int64) {
        if number >= 0 && number < 10 { bytes.append(0x30 + UInt8(number)); return }
        bytes.append(contentsOf: number.description.utf8)
    }

    private mutating func quote(_ text: String) {
        var text = text
        text.withUTF8 { unsafe quote(utf8: $0) }
    }

    private mutating func quote(utf8 text: UnsafeBufferPointer<UInt8>) {
        bytes.append(0x22)
        var from = 0
        for index in 0..<text.count {
            let byte = unsafe text[index]
            if byte >= 0x20 && byte != 0x22 && byte != 0x5C && byte != 0xF4 { continue }
            if unsafe byte == 0xF4 && !isNameByte(text, index) { continue }
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[from..<index]))
            from = index + 1
            switch byte {
            case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
            case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
            case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
            case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
            case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
            case 0xF4:
                escape(nameByte: unsafe text[index + 2] << 6 | text[index + 3] & 0x3F)
                from = index + 4
            default:
                let hex = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: [0x5C, 0x75, 0x30, 0x30, hex[Int(byte >> 4)], hex[Int(byte & 15)]])
            }
        }
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[from..<text.count]))
        bytes.append(0x22)
    }

    /// Whether a character stands for a byte of a file's name that is no UTF-8 (U+10F780 to U+10F7FF): people see it better escaped.
    private func isNameByte(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        unsafe index + 3 < text.count && text[index + 1] == 0x8F && text[index + 2] & 0xFE == 0x9E
    }

    private mutating func escape(nameByte byte: UInt8) {
        let hex = Array("0123456789abcdef".utf8)
        let low = 0xDF00 + Int(byte)
        bytes.append(contentsOf: Array("\\udbfd\\u".utf8) + [12, 8, 4, 0].map { hex[low >> $0 & 15] })
    }
}
