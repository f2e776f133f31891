internal import CZstd
public import EventailSystem

/// Compresses a file into another, then removes it.
///
/// *Thread*: any. *Limits*: two buffers of `chunkBytes` and what zstd takes at its level 3, some 4 MiB.
public enum ZstdFile {
    private static let chunkBytes = 256 << 10
    private static let level: Int32 = 3

    /// The target appears whole or not at all; the source goes when the target is durable.
    public static func compress(_ path: String, to target: String) throws(SystemError) {
        let source = try Descriptor.open(path, .read)
        let part = target + ".part"
        let output = try Descriptor.open(part, [.write, .create, .truncate])
        guard let stream = unsafe ZSTD_createCCtx() else { preconditionFailure("memory for a zstd stream") }
        defer { unsafe ZSTD_freeCCtx(stream) }
        _ = unsafe ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, level)
        _ = unsafe ZSTD_CCtx_setParameter(stream, ZSTD_c_checksumFlag, 1)
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * chunkBytes, alignment: 16)
        defer { unsafe room.deallocate() }
        let outgoing = unsafe room.baseAddress! + chunkBytes
        var offset: Int64 = 0
        var isLast = false
        while !isLast {
            let got = try unsafe source.read(into: room.baseAddress!, count: chunkBytes, at: offset)
            offset += Int64(got)
            isLast = got == 0
            var input = unsafe ZSTD_inBuffer(src: room.baseAddress!, size: got, pos: 0)
            var left = 1
            while isLast ? left > 0 : unsafe input.pos < input.size {
                var out = unsafe ZSTD_outBuffer(dst: outgoing, size: chunkBytes, pos: 0)
                left = unsafe ZSTD_compressStream2(stream, &out, &input, isLast ? ZSTD_e_end : ZSTD_e_continue)
                precondition(ZSTD_isError(left) == 0, "zstd takes any bytes")
                try unsafe output.writeAll(UnsafeRawBufferPointer(start: outgoing, count: out.pos))
            }
        }
        try output.synchronize()
        try FileSystem.rename(part, to: target)
        try FileSystem.remove(path)
    }
}
