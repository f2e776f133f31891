/// A strict JSON parser that keeps numbers beyond 64 bits and Double's range as text on the same tape.
///
/// Serves the rare line that simdjson refuses for such a number; twenty times slower, so never the first choice.
/// It goes through the text once, with a stack of open containers instead of recursion.
/// *Owns* its tape and strings, reused. *Thread*: its parser's. *Limits*: `maximumDepth` levels.
@safe final class NumberKeepingParser {
    private let maximumDepth: Int
    private var tape: [UInt64] = []
    private var strings: [UInt8] = []
    /// Where each open container begins on the tape, and how many values it has.
    private var open: [(start: Int, count: UInt64)] = []
    private var at = 0

    init(maximumDepth: Int) { self.maximumDepth = maximumDepth }

    /// Parses one document; its tape is valid until the next call.
    func parse(_ text: UnsafeBufferPointer<UInt8>) -> Result<Document, ParseError> {
        tape.removeAll(keepingCapacity: true)
        strings.removeAll(keepingCapacity: true)
        open.removeAll(keepingCapacity: true)
        at = 0
        if unsafe !Self.isUTF8(text) { return .failure(.invalidUTF8) }
        do throws(ParseError) { unsafe try document(text) } catch { return .failure(error) }
        // A reader may take eight bytes at the start of any string.
        strings.append(contentsOf: repeatElement(0, count: 64))
        return unsafe tape.withUnsafeBufferPointer { tape in
            unsafe strings.withUnsafeBufferPointer { strings in unsafe .success(Document(tape: tape.baseAddress!, strings: strings.baseAddress!)) }
        }
    }

    private static func isUTF8(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = 0
        let count = text.count
        while at < count {
            let lead = unsafe text[at]
            at += 1
            if lead < 0x80 { continue }
            let length: Int, low: UInt8, high: UInt8
            switch lead {
            case 0xC2...0xDF: (length, low, high) = (1, 0x80, 0xBF)
            case 0xE0: (length, low, high) = (2, 0xA0, 0xBF)
            case 0xED: (length, low, high) = (2, 0x80, 0x9F)
            case 0xE1...0xEF: (length, low, high) = (2, 0x80, 0xBF)
            case 0xF0: (length, low, high) = (3, 0x90, 0xBF)
            case 0xF1...0xF3: (length, low, high) = (3, 0x80, 0xBF)
            case 0xF4: (length, low, high) = (3, 0x80, 0x8F)
            default: return false
            }
            if at + length > count { return false }
            if unsafe text[at] < low || text[at] > high { return false }
            for next in at + 1..<at + max(length, 1) where unsafe text[next] & 0xC0 != 0x80 { return false }
            at += length
        }
        return true
    }

    // MARK: structure

    private func document(_ text: UnsafeBufferPointer<UInt8>) throws(ParseError) {
        push(0x72, 0)
        unsafe skipSpace(text)
        unsafe try value(text)
        while let container = open.last {
            let isObject = Self.tag(tape[container.start]) == 0x7B
            unsafe skipSpace(text)
            let byte = unsafe try take(text)
            if byte == (isObject ? 0x7D : 0x5D) {
                close(isObject)
                continue
            }
            if container.count > 0 {
                if byte != 0x2C { throw .syntax }
                unsafe skipSpace(text)
            } else {
                at -= 1
            }
            open[open.count - 1].count += 1
            if isObject {
                if unsafe try take(text) != 0x22 { throw .syntax }
                unsafe try string(text)
                unsafe skipSpace(text)
                if unsafe try take(text) != 0x3A { throw .syntax }
                unsafe skipSpace(text)
            }
            unsafe try value(text)
        }
        unsafe skipSpace(text)
        if at != text.count { throw .syntax }
        tape[0] |= UInt64(tape.count + 1)
        push(0x72, 0)
    }

    private func close(_ isObject: Bool) {
        let container = open.removeLast()
        push(isObject ? 0x7D : 0x5D, UInt64(container.start))
        tape[container.start] |= UInt64(tape.count) | min(container.count, 0xFF_FFFF) << 32
    }

    private func push(_ tag: UInt8, _ payload: UInt64) { tape.append(UInt64(tag) << 56 | payload) }
    private static func tag(_ word: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word >> 56) }

    private func take(_ text: UnsafeBufferPointer<UInt8>) throws(ParseError) -> UInt8 {
        if at >= text.count { throw .syntax }
        at += 1
        return unsafe text[at - 1]
    }

    private func peek(_ text: UnsafeBufferPointer<UInt8>) -> UInt8 { at < text.count ? unsafe text[at] : 0 }

    private func skipSpace(_ text: UnsafeBufferPointer<UInt8>) {
        while at < text.count {
            switch unsafe text[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    private func value(_ text: UnsafeBufferPointer<UInt8>) throws(ParseError) {
        let byte = unsafe try take(text)
        switch byte {
        case 0x7B, 0x5B:
            // Like simdjson: the document itself counts as a level, an empty container does not.
            unsafe skipSpace(text)
            if unsafe open.count + 1 >= maximumDepth && peek(text) != byte + 2 { throw .tooDeep }
            open.append((tape.count, 0))
            push(byte, 0)
        case 0x22: unsafe try string(text)
        case 0x74: unsafe try word(text, [0x72, 0x75, 0x65], 0x74)
        case 0x66: unsafe try word(text, [0x61, 0x6C, 0x73, 0x65], 0x66)
        case 0x6E: unsafe try word(text, [0x75, 0x6C, 0x6C], 0x6E)
        case 0x2D, 0x30...0x39:
            at -= 1
            unsafe try number(text)
        default: throw .syntax
        }
    }

    private func word(_ text: UnsafeBufferPointer<UInt8>, _ rest: [UInt8], _ tag: UInt8) throws(ParseError) {
        for byte in rest where unsafe try take(text) != byte { throw .syntax }
        push(tag, 0)
    }

    // MARK: strings

    private func string(_ text: UnsafeBufferPointer<UInt8>) throws(ParseError) {
        push(0x22, UInt64(strings.count))
        let start = strings.count
        strings.append(contentsOf: repeatElement(0, count: 4))
        while true {
            let byte = unsafe try take(text)
            if byte == 0x22 { break }
            if byte < 0x20 { throw .syntax }
            if byte == 0x5C { unsafe try escape(text) } else { strings.append(byte) }
        }
        finish(start)
    }

    /// Writes the length in front of the bytes and a NUL behind them.
    private func finish(_ start: Int) {
        let length = UInt32(strings.count - start - 4)
        for index in 0..<4 { strings[start + index] = UInt8(truncatingIfNeeded: length >> UInt32(index * 8)) }
        strings.append(0)
    }

    private func escape(_ text: UnsafeBufferPointer<UInt8>) throws(ParseError) {
        switch unsafe try take(text) {
        case 0x22: strings.append(0x22)
        case 0x5C: strings.append(0x5C)
        case 0x2F: strings.append(0x2F)
        case 0x62: strings.append(0x08)
        case 0x66: strings.append(0x0C)
        case 0x6E: strings.append(0x0A)
        case 0x72: strings.append(0x0D)
        case 0x74: strings.append(0x09)
        case 0x75:
            var value = unsafe try hex(text)
            if (0xD800...0xDBFF).contains(value) {
                if unsafe try take(text) != 0x5C { throw .syntax }
                if unsafe try take(text) != 0x75 { throw .syntax }
                let low = unsafe try hex(text)
                if !(0xDC00...0xDFFF).contains(low) { throw .syntax }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw .syntax }
            strings.append(contentsOf: UTF8.encode(scalar)!)
        default: throw .syntax
        }
    }

    private func hex(_ text: UnsafeBufferPointer<UInt8>) throws(ParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = unsafe try take(text)
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt32((byte | 0x20) - 0x61 + 10)
            default: throw .syntax
            }
        }
        return value
    }

    // MARK: numbers

    private func number(_ text: UnsafeBufferPointer<UInt8>) throws(ParseError) {
        let start = at
        let isNegative = unsafe peek(text) == 0x2D
        if isNegative { at += 1 }
        let digits = at
        unsafe skipDigits(text)
        if at == digits { throw .syntax }
        if unsafe text[digits] == 0x30 && at - digits > 1 { throw .syntax }
        var isWhole = true
        if unsafe peek(text) == 0x2E {
            isWhole = false
            at += 1
            let fraction = at
            unsafe skipDigits(text)
            if at == fraction { throw .syntax }
        }
        if unsafe peek(text) | 0x20 == 0x65 {
            isWhole = false
            at += 1
            if unsafe peek(text) == 0x2B || peek(text) == 0x2D { at += 1 }
            let exponent = at
            unsafe skipDigits(text)
            if at == exponent { throw .syntax }
        }
        let written = unsafe String(decoding: UnsafeBufferPointer(rebasing: text[start..<at]), as: UTF8.self)
        if isWhole, let value = Int64(written) { return pushNumber(0x6C, UInt64(bitPattern: value)) }
        if isWhole, !isNegative, let value = UInt64(written) { return pushNumber(0x75, value) }
        if !isWhole, let value = Double(written), value.isFinite { return pushNumber(0x64, value.bitPattern) }
        push(Tag.number.rawValue, UInt64(strings.count))
        let length = strings.count
        strings.append(contentsOf: repeatElement(0, count: 4))
        strings.append(contentsOf: written.utf8)
        finish(length)
    }

    private func pushNumber(_ tag: UInt8, _ bits: UInt64) {
        push(tag, 0)
        tape.append(bits)
    }

    private func skipDigits(_ text: UnsafeBufferPointer<UInt8>) {
        while unsafe at < text.count && text[at] >= 0x30 && text[at] <= 0x39 { at += 1 }
    }
}
