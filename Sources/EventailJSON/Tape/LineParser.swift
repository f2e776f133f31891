internal import CSimdJSON
public import EventailSystem

/// Parses the lines of a buffer one after the other, having looked through all of them at once.
///
/// The first look finds what stands where in the whole buffer, which is twice as fast as line by line. It cannot tell which line is bad; so where
/// anything is wrong a line is parsed by itself, and that decides. *Owns* its parsers and their buffers. *Thread*: one.
/// *Limits*: buffers of `mostBytes` are looked through at once, larger ones and those that do not end with a newline line by line.
@safe public final class LineParser {
    public static let mostBytes = 1 << 20

    private let single = TapeParser(capacity: 1 << 16)
    private let lines: OpaquePointer
    private var base: UnsafeMutableRawPointer?
    private var isLookedThrough = false

    public init() {
        guard let made = unsafe CSimdJSON_lines_create(Self.mostBytes, TapeParser.maximumDepth) else {
            preconditionFailure("memory for a JSON parser of \(Self.mostBytes) bytes")
        }
        unsafe lines = made
    }

    deinit { unsafe CSimdJSON_lines_destroy(lines) }

    /// Begins with a buffer, which must stay until the next one.
    public func begin(_ buffer: ByteBuffer) {
        unsafe base = buffer.base
        isLookedThrough = false
        let count = buffer.count
        guard count > 1, count <= Self.mostBytes, unsafe buffer.base.load(fromByteOffset: count - 1, as: UInt8.self) == 0x0A else { return }
        isLookedThrough = unsafe CSimdJSON_lines_start(lines, buffer.base.assumingMemoryBound(to: UInt8.self), count - 1) == Int32(CSIMDJSON_SUCCESS)
    }

    /// Parses the line of `length` bytes at `start`, which lies behind the one before; the document is valid until the next call.
    public func parse(_ start: UInt32, length: UInt32) -> Result<Document, ParseError> {
        if isLookedThrough {
            let result = unsafe CSimdJSON_lines_next(lines, start, start + length)
            if unsafe Int(result.error) == Int(CSIMDJSON_SUCCESS) { return .success(unsafe Document(tape: result.tape, strings: result.strings)) }
        }
        guard let base = unsafe base else { preconditionFailure("a buffer was begun with") }
        return unsafe single.parse(UnsafeRawPointer(base + Int(start)), length: Int(length))
    }
}
