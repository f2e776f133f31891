import EventailEvents
import EventailSystem

/// Cuts bytes into batches of whole lines, as the tailer does.
struct LineCutter {
    private static let batchBytes = 256 << 10

    private let bytes: [UInt8]
    private let file: FileReference

    init(_ bytes: [UInt8], of file: FileReference) {
        self.bytes = bytes
        self.file = file
    }

    func batches() -> [LineBatch] {
        var batches: [LineBatch] = []
        var start = 0
        var line: Int64 = 1
        while start < bytes.count {
            var end = min(start + Self.batchBytes, bytes.count)
            while end > start, bytes[end - 1] != 0x0A { end -= 1 }
            guard end > start else { break }
            let batch = LineBatch(
                file: file, buffer: ByteBuffer(Array(bytes[start..<end])), start: Int64(start), firstLine: line, readTime: 1_760_000_000_000_000_000)
            var at = start
            while at < end {
                let newline = bytes[at...].firstIndex(of: 0x0A) ?? end
                batch.lines.append(.init(start: UInt32(at - start), length: UInt32(newline - at), position: Int64(at)))
                at = newline + 1
            }
            batch.end = Int64(end)
            line += Int64(batch.lines.count)
            batches.append(batch)
            start = end
        }
        return batches
    }
}
