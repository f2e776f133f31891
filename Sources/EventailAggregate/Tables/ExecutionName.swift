/// Names of executions as chunks keep them: one that is a UUID in its usual form as sixteen bytes, any other as its length and text.
enum ExecutionName {
    private static let isUUID: UInt8 = 1

    /// Writes a name behind a mark.
    static func write(_ text: Span<UInt8>, _ start: Int, _ length: Int, to arena: inout ByteArena) {
        arena.reserve(24 + length)
        if length == 36, let (high, low) = packed(text, start) {
            arena.byte(isUUID)
            arena.fixed(high)
            arena.fixed(low)
            return
        }
        arena.byte(0)
        arena.number(UInt64(length))
        arena.append(text, start, length)
    }

    /// The bytes that a written name takes.
    static func length(_ arena: borrowing ByteArena, _ start: Int) -> Int {
        if arena[start] == isUUID { return 17 }
        var length = 0, shift = 0, at = start + 1
        while true {
            let byte = Int(arena[at])
            at += 1
            length |= (byte & 0x7F) << shift
            if byte < 0x80 { return at - start + length }
            shift += 7
        }
    }

    /// Reads a written name's text.
    static func read(_ reader: inout ByteReader) -> [UInt8] {
        if reader.byte() == isUUID { return text(reader.fixed(), reader.fixed()) }
        let length = reader.count()
        if reader.at + length > reader.bytes.count { reader.isBroken = true }
        if reader.isBroken { return [] }
        defer { reader.at += length }
        return Array(reader.bytes[reader.at..<reader.at + length])
    }

    /// The two halves of a UUID in small letters; nil for any other text.
    private static func packed(_ text: Span<UInt8>, _ start: Int) -> (UInt64, UInt64)? {
        if text[start + 8] != 0x2D || text[start + 13] != 0x2D || text[start + 18] != 0x2D || text[start + 23] != 0x2D { return nil }
        let bytes = unsafe text.bytes
        precondition(start >= 0 && start + 36 <= text.count, "a name lies within its batch")
        // Safety: the 36 bytes lie within the text (checked above).
        let words = unsafe (
            bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self),
            UInt64(bytes.unsafeLoadUnaligned(fromByteOffset: start + 9, as: UInt32.self))
                | UInt64(bytes.unsafeLoadUnaligned(fromByteOffset: start + 14, as: UInt32.self)) << 32,
            UInt64(bytes.unsafeLoadUnaligned(fromByteOffset: start + 19, as: UInt32.self))
                | UInt64(bytes.unsafeLoadUnaligned(fromByteOffset: start + 24, as: UInt32.self)) << 32,
            bytes.unsafeLoadUnaligned(fromByteOffset: start + 28, as: UInt64.self)
        )
        guard let a = digits(words.0), let b = digits(words.1), let c = digits(words.2), let d = digits(words.3) else { return nil }
        return (UInt64(a) << 32 | UInt64(b), UInt64(c) << 32 | UInt64(d))
    }

    /// Eight hexadecimal digits at once; nil when one is none.
    @inline(__always)
    private static func digits(_ word: UInt64) -> UInt32? {
        let each: UInt64 = 0x0101_0101_0101_0101
        let values = (word & (each &* 0x0F)) &+ (word >> 6 & each) &* 9
        if values & (each &* 0xF0) != 0 { return nil }
        let letters = (values &+ each &* 6) >> 4 & each
        if values &+ each &* 0x30 &+ letters &* 0x27 != word { return nil }
        // The first digit lies in the lowest byte and is the highest.
        let ordered = values.byteSwapped
        let pairs = (ordered | ordered >> 4) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: fours | fours >> 16)
    }

    private static let letters = Array("0123456789abcdef".utf8)

    private static func text(_ high: UInt64, _ low: UInt64) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for digit in 0..<32 {
            if digit == 8 || digit == 12 || digit == 16 || digit == 20 { text.append(0x2D) }
            let half = digit < 16 ? high : low
            text.append(letters[Int(half >> UInt64(60 - 4 * (digit & 15)) & 15)])
        }
        return text
    }
}
