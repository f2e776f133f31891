internal import CSimdJSON
public import EventailSystem

/// Parses JSON text into tapes, one document at a time, reusing its memory.
///
/// Strict: RFC 8259 and UTF-8 without exceptions. Numbers that 64 bits and Double cannot hold are kept as text (`Tag.number`).
/// *Owns* simdjson's parser and its buffers, 9 to 13 times the longest document so far. *Thread*: one. *Limits*: 1024 levels of depth, 4 GiB.
@safe public final class TapeParser {
    private let parser: OpaquePointer
    private let kept = NumberKeepingParser(maximumDepth: TapeParser.maximumDepth)

    /// The deepest nesting that is parsed.
    public static let maximumDepth = 1024

    public init(capacity: Int = 1 << 20) {
        guard let made = unsafe CSimdJSON_create(capacity, Self.maximumDepth) else {
            preconditionFailure("memory for a JSON parser of \(capacity) bytes")
        }
        unsafe parser = made
        precondition(CSimdJSON_padding() <= ByteBuffer.padding, "simdjson must not read behind a buffer's padding")
    }

    deinit { unsafe CSimdJSON_destroy(parser) }

    /// Parses `length` bytes at `bytes`, behind which `ByteBuffer.padding` bytes are readable.
    public func parse(_ bytes: UnsafeRawPointer, length: Int) -> Result<Document, ParseError> {
        let result = unsafe CSimdJSON_parse(parser, bytes.assumingMemoryBound(to: UInt8.self), length)
        switch Int(unsafe result.error) {
        case 0: return .success(unsafe Document(tape: result.tape, strings: result.strings))
        // simdjson refuses numbers that JSON allows; whether the rest is right only the slow parser can tell.
        case Int(CSIMDJSON_NUMBER): return unsafe kept.parse(UnsafeBufferPointer(start: bytes.assumingMemoryBound(to: UInt8.self), count: length))
        case Int(CSIMDJSON_UTF8): return .failure(.invalidUTF8)
        case Int(CSIMDJSON_DEPTH): return .failure(.tooDeep)
        case Int(CSIMDJSON_CAPACITY): return .failure(.tooLong)
        default:
            // Which error simdjson names first depends on its kernel; a line that is no UTF-8 is always told as such.
            return unsafe CSimdJSON_validate_utf8(bytes.assumingMemoryBound(to: UInt8.self), length) == 0
                ? .failure(.invalidUTF8) : .failure(.syntax)
        }
    }

    /// Parses a part of a buffer.
    public func parse(_ buffer: ByteBuffer, _ range: Range<Int>) -> Result<Document, ParseError> {
        precondition(range.upperBound <= buffer.capacity, "a document lies within its buffer")
        return unsafe parse(UnsafeRawPointer(buffer.base + range.lowerBound), length: range.count)
    }

    /// Parses a copy of `bytes`; for small documents off the hot path. The text is kept until the next call.
    public func parse(_ bytes: [UInt8]) -> Result<Document, ParseError> {
        parse(ByteBuffer(bytes), 0..<bytes.count)
    }
}

/// Why text is no JSON document.
public enum ParseError: Error, Sendable {
    case syntax, invalidUTF8, tooDeep, tooLong

    /// One sentence for people.
    public var message: String {
        switch self {
        case .syntax: "is not a JSON document"
        case .invalidUTF8: "is not valid UTF-8"
        case .tooDeep: "is nested deeper than \(TapeParser.maximumDepth) levels"
        case .tooLong: "is longer than the parser takes"
        }
    }
}
