internal import CZstd

/// Zstd: one frame behind the other.
///
/// *Owns* zstd's stream.
@safe final class ZstdDecoder: Decoder {
    private let stream: OpaquePointer
    private(set) var isAtEnd = false

    init() {
        guard let made = unsafe ZSTD_createDCtx() else { preconditionFailure("memory for a zstd stream") }
        unsafe stream = made
    }

    deinit { unsafe ZSTD_freeDCtx(stream) }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodedStep {
        if unsafe input.isEmpty && isAtEnd { return DecodedStep() }
        var from = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var to = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let left = unsafe ZSTD_decompressStream(stream, &to, &from)
        let isBroken = ZSTD_isError(left) != 0
        // 0: a frame is decoded and its bytes are out.
        isAtEnd = !isBroken && left == 0
        return DecodedStep(taken: unsafe from.pos, made: unsafe to.pos, isBroken: isBroken)
    }
}
