internal import CZlib

/// Gzip by zlib: one member behind the other.
///
/// *Owns* zlib's stream.
@safe final class GzipDecoder: Decoder {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    /// Behind a whole member, where another one or the end follows.
    private(set) var isAtEnd = false
    /// 15 bits of window, and 16 for the header of gzip.
    private static let window: Int32 = 15 + 16

    init() {
        unsafe stream.initialize(to: z_stream())
        let code = unsafe inflateInit2_(stream, Self.window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "memory for a gzip stream")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodedStep {
        if unsafe input.isEmpty && isAtEnd { return DecodedStep() }
        if isAtEnd {
            unsafe inflateReset(stream)
            isAtEnd = false
        }
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = UInt32(input.count)
        unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(output.count)
        let code = unsafe inflate(stream, Z_NO_FLUSH)
        isAtEnd = code == Z_STREAM_END
        return DecodedStep(
            taken: input.count - Int(unsafe stream.pointee.avail_in), made: output.count - Int(unsafe stream.pointee.avail_out),
            isBroken: code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
    }
}
