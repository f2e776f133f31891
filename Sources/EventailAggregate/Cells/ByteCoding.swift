/// Writes numbers into bytes as the state holds them: variable length, small ones short.
struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func number(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
    mutating func number(_ value: Int) { number(UInt64(value)) }
    mutating func signed(_ value: Int64) { number(UInt64(bitPattern: value << 1 ^ value >> 63)) }
    /// Eight bytes, for numbers that are random anyway.
    mutating func fixed(_ value: UInt64) { for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * shift))) } }
    mutating func text(_ value: String) {
        number(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    /// Bytes whose order is the numbers' order.
    static func bigEndian(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) } }
    static func key(_ slot: Int64) -> [UInt8] { bigEndian(ordered(slot)) }
    /// The same order without a sign.
    static func ordered(_ slot: Int64) -> UInt64 { UInt64(bitPattern: slot) ^ 1 << 63 }
}

/// Reads what `ByteWriter` wrote. Past the end everything is 0 and `isBroken` is set: a row that was cut is noticed by its reader.
struct ByteReader {
    let bytes: [UInt8]
    var at: Int
    var isBroken = false

    init(_ bytes: [UInt8], at: Int = 0) {
        self.bytes = bytes
        self.at = at
    }

    var isAtEnd: Bool { at >= bytes.count }

    mutating func number() -> UInt64 {
        var value: UInt64 = 0, shift: UInt64 = 0
        while at < bytes.count && shift < 70 {
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        isBroken = true
        return 0
    }
    /// A count of things that take at least one byte each, so never more than bytes are left.
    mutating func count() -> Int {
        let value = number()
        if value > UInt64(bytes.count - min(at, bytes.count)) {
            isBroken = true
            return 0
        }
        return Int(value)
    }
    mutating func signed() -> Int64 {
        let value = number()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
    mutating func byte() -> UInt8 {
        if at >= bytes.count {
            isBroken = true
            return 0
        }
        at += 1
        return bytes[at - 1]
    }
    mutating func fixed() -> UInt64 {
        if at + 8 > bytes.count {
            isBroken = true
            return 0
        }
        var value: UInt64 = 0
        for _ in 0..<8 {
            value = value << 8 | UInt64(bytes[at])
            at += 1
        }
        return value
    }
    mutating func dimensions() -> Dimensions {
        let type = Int(number() & 0xFFF), status = Int(number() & 0x7F), agent = Int(number() & 0xFFFF), model = Int(number() & 0xFFF)
        return Dimensions(type: type, statusCode: status, agent: agent, model: model, tool: Int(number() & 0x3FFF))
    }
    mutating func text() -> String {
        let length = count()
        if at + length > bytes.count { isBroken = true }
        defer { at = min(at + length, bytes.count) }
        return String(decoding: bytes[min(at, bytes.count)..<min(at + length, bytes.count)], as: UTF8.self)
    }
    static func slot(_ key: [UInt8], at: Int = 0) -> Int64 {
        var reader = ByteReader(key, at: at)
        return Int64(bitPattern: reader.fixed() ^ 1 << 63)
    }
}
