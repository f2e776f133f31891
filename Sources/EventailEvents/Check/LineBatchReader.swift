public import EventailSystem

/// Reads a stream (file, pipe, request body) from front to back as batches of whole lines.
///
/// Serves checking, where nothing is followed and nothing is kept: no identity, no checkpoint. *Owns* the buffer it fills; each batch gets one
/// of its own. *Thread*: one. *Limits*: memory is the longest line allowed plus 256 KiB, whatever the stream's size.
public final class LineBatchReader {
    private let stream: Descriptor
    private let reference: FileReference
    private let mostLineBytes: Int
    private let countsUnfinishedLine: Bool
    private var buffer: ByteBuffer
    /// Where the buffer's first byte and the next line lie.
    private var position: Int64 = 0
    private var line: Int64 = 1
    private var isAtEnd = false
    /// Bytes behind the last line end, known when `next` has answered nil; 0 when such a line counts.
    public private(set) var unfinishedBytes: Int64 = 0

    private static let usualBytes = 256 << 10
    /// How much is kept of a line that is too long.
    static let keptBytes = 64 << 10

    /// Reads `stream`, which others may not read meanwhile. A line without an end counts when `countsUnfinishedLine`: the end of a pipe is
    /// final, that of a file is not.
    public init(_ stream: Descriptor, path: String, mostLineBytes: Int = 16 << 20, countsUnfinishedLine: Bool) {
        self.stream = stream
        self.mostLineBytes = mostLineBytes
        self.countsUnfinishedLine = countsUnfinishedLine
        reference = FileReference(number: 0, identity: FileIdentity(key: path), generation: 0, path: path, source: "check")
        buffer = ByteBuffer(capacity: Self.usualBytes)
    }

    /// The next lines; nil at the end.
    public func next() throws(SystemError) -> LineBatch? {
        while true {
            try fill()
            let end = unsafe ByteSearch.last(0x0A, in: buffer.base, count: buffer.count) + 1
            if end > 0 { return batch(end: end) }
            if isAtEnd {
                let rest = buffer.count
                if rest == 0 { return nil }
                if countsUnfinishedLine { return batch(end: rest) }
                unfinishedBytes = Int64(rest)
                return nil
            }
            if buffer.count > mostLineBytes { return try tooLong() }
            buffer = copy(of: 0..<buffer.count, capacity: min(buffer.capacity * 2, mostLineBytes + Self.usualBytes))
        }
    }

    /// A batch of all lines of a text that is in memory already.
    public static func batch(of text: [UInt8], path: String, mostLineBytes: Int = 16 << 20) -> LineBatch {
        let reference = FileReference(number: 0, identity: FileIdentity(key: path), generation: 0, path: path, source: "check")
        let batch = LineBatch(file: reference, buffer: ByteBuffer(text), start: 0, firstLine: 1, readTime: Timestamp.now().nanoseconds)
        split(batch, count: text.count, mostLineBytes)
        return batch
    }

    private func fill() throws(SystemError) {
        while !isAtEnd, buffer.count < buffer.capacity {
            let got = unsafe try stream.readNext(into: buffer.base + buffer.count, count: buffer.capacity - buffer.count)
            if got == 0 { isAtEnd = true }
            buffer.count += got
        }
    }

    /// Hands out the buffer's bytes up to `end` and keeps the rest for the next turn.
    private func batch(end: Int) -> LineBatch {
        let full = buffer
        buffer = copy(of: end..<full.count, capacity: max(Self.usualBytes, full.count - end))
        full.count = end
        let batch = LineBatch(file: reference, buffer: full, start: position, firstLine: line, readTime: Timestamp.now().nanoseconds)
        Self.split(batch, count: end, mostLineBytes)
        position = batch.end
        line += Int64(batch.lines.count)
        return batch
    }

    private func copy(of range: Range<Int>, capacity: Int) -> ByteBuffer {
        let fresh = ByteBuffer(capacity: capacity)
        unsafe fresh.base.copyMemory(from: buffer.base + range.lowerBound, byteCount: range.count)
        fresh.count = range.count
        return fresh
    }

    /// Skips a line that no buffer takes: its beginning is kept, its bytes are counted.
    private func tooLong() throws(SystemError) -> LineBatch {
        let kept = copy(of: 0..<Self.keptBytes, capacity: Self.keptBytes)
        var taken = Int64(buffer.count)
        while true {
            buffer.count = 0
            try fill()
            let end = unsafe ByteSearch.first(0x0A, in: buffer.base, count: buffer.count) + 1
            let part = end > 0 ? end : buffer.count
            taken += Int64(part)
            if end > 0 || isAtEnd {
                buffer = copy(of: part..<buffer.count, capacity: max(Self.usualBytes, buffer.count - part))
                break
            }
        }
        let batch = LineBatch(file: reference, buffer: kept, start: position, firstLine: line, readTime: Timestamp.now().nanoseconds)
        batch.lines = [LineBatch.Line(start: 0, length: UInt32(Self.keptBytes), position: position, tooLongBytes: taken)]
        batch.end = position + taken
        position = batch.end
        line += 1
        return batch
    }

    /// Finds the lines in the first `count` bytes; behind the last line end there may be one more.
    private static func split(_ batch: LineBatch, count: Int, _ mostLineBytes: Int) {
        let base = unsafe UnsafeRawPointer(batch.buffer.base)
        var start = 0
        while start < count {
            let found = unsafe ByteSearch.first(0x0A, in: base + start, count: count - start)
            let next = found < 0 ? count : start + found + 1
            var length = found < 0 ? count - start : found
            if length > 0, found >= 0, unsafe base.load(fromByteOffset: start + length - 1, as: UInt8.self) == 0x0D { length -= 1 }
            let isTooLong = length > mostLineBytes
            batch.lines.append(
                LineBatch.Line(
                    start: UInt32(start), length: UInt32(isTooLong ? min(length, keptBytes) : length), position: batch.start + Int64(start),
                    tooLongBytes: isTooLong ? Int64(next - start) : 0))
            start = next
        }
        batch.end = batch.start + Int64(count)
    }
}
