internal import EventailEvents
internal import EventailSystem

/// Where reading of a file stands: all that is remembered of it between two reads, however long its lines are.
struct ReadingPoint: Sendable, Equatable {
    /// The start of the first line not yet delivered.
    var position: Int64 = 0
    /// Its number, from 1.
    var line: Int64 = 1
    /// Of the bytes before `position`.
    var fingerprint = Fingerprint.none
    /// No newline lies between `position` and here.
    var scanned: Int64 = 0

    /// Goes on at `position`.
    init(position: Int64 = 0, line: Int64 = 1, fingerprint: Fingerprint = .none) {
        self.position = position
        self.line = line
        self.fingerprint = fingerprint
        scanned = position
    }
}

/// Takes whole lines out of an open file, a batch at a time.
///
/// The bytes before the position are read in the same call as those behind it, and their hash is compared with the one remembered, so
/// a file that was truncated and has grown again is noticed before a byte of it is delivered. A line longer than a batch is first looked
/// through for its end in a fixed room and then read at once, or only its beginning if it is longer than allowed: memory stays flat.
/// *Owns* two fixed rooms. *Thread*: one at a time. *Limits*: `batchBytes`, `maximumLineBytes`.
@safe final class LineReader: @unchecked Sendable {
    // @unchecked: handed from thread to thread, used by one at a time.
    private let batchBytes: Int
    /// Bytes before the position, then the first of a small batch behind them.
    private let tail: ByteBuffer
    private let room: ByteBuffer

    /// How much of a line that is too long is kept.
    static let keptBytes = 4096
    /// NULs at the start of a file that nobody saw truncated are a hole filled up, not a line, from this many on.
    static let leastNulRun: Int64 = 4096

    init(batchBytes: Int) {
        self.batchBytes = max(batchBytes, 1)
        tail = ByteBuffer(capacity: 2 * Fingerprint.longest)
        room = ByteBuffer(capacity: 256 << 10)
    }

    enum Outcome {
        case batch(LineBatch)
        /// No whole line is there yet; this many bytes at the start were a hole and are skipped.
        case end
        /// A long line or hole was looked through for a turn's time without finding its end.
        case searching(bytes: Int)
        /// Bytes at the start of a file that are a hole were skipped.
        case skipped(bytes: Int64)
        /// What lies before the position is no longer what was read.
        case replaced
    }

    /// Reads the next batch of whole lines before `end`, at most `size` of the file, and moves `point` behind it.
    func next(_ point: inout ReadingPoint, of reference: FileReference, in file: Descriptor, upTo end: Int64, maximumLineBytes: Int) throws(SystemError) -> Outcome {
        // What was looked through is gone when the file is shorter now.
        if end < point.scanned { point.scanned = point.position }
        if point.position == 0, point.fingerprint.length == 0, end > 0, let skipped = try skipNuls(&point, reference.generation, file, end) {
            return skipped
        }
        if point.scanned - point.position >= batchBytes { return try searchLineEnd(&point, reference, file, end, maximumLineBytes) }
        let prefix = point.fingerprint.length
        let wanted = Int(min(Int64(batchBytes), max(0, end - point.position)))
        if wanted == 0 && prefix == 0 { return .end }
        let buffer = ByteBuffer(capacity: max(wanted, 1))
        let got = unsafe try file.read(
            prefix: tail.base, prefixCount: prefix, into: buffer.base, count: wanted, at: point.position - Int64(prefix))
        if got < prefix || !isUnchanged(point.fingerprint) { return .replaced }
        let count = got - prefix
        let last = unsafe ByteSearch.last(0x0A, in: buffer.base, count: count)
        if last < 0 {
            point.scanned = max(point.scanned, point.position + Int64(count))
            return count == batchBytes ? try searchLineEnd(&point, reference, file, end, maximumLineBytes) : .end
        }
        buffer.count = last + 1
        let batch = LineBatch(file: reference, buffer: buffer, start: point.position, firstLine: point.line, readTime: Timestamp.now().nanoseconds)
        mark(batch, maximumLineBytes)
        advance(&point, batch, by: buffer.count)
        return .batch(batch)
    }

    /// Fills in the lines of a batch whose buffer ends with a newline.
    private func mark(_ batch: LineBatch, _ maximumLineBytes: Int) {
        let buffer = batch.buffer
        batch.lines.reserveCapacity(buffer.count / 256 + 1)
        var start = 0
        while start < buffer.count {
            let length = unsafe ByteSearch.first(0x0A, in: buffer.base + start, count: buffer.count - start)
            precondition(length >= 0, "a batch ends with a newline")
            var content = length
            if content > 0, unsafe buffer.base.load(fromByteOffset: start + content - 1, as: UInt8.self) == 0x0D { content -= 1 }
            let tooLong = content > maximumLineBytes
            batch.lines.append(
                LineBatch.Line(
                    start: UInt32(start), length: UInt32(tooLong ? min(content, Self.keptBytes) : content), position: batch.start + Int64(start),
                    tooLongBytes: tooLong ? Int64(length + 1) : 0))
            start += length + 1
        }
    }

    /// Moves the point behind a batch of `count` bytes whose fingerprint's prefix is in `tail`.
    private func advance(_ point: inout ReadingPoint, _ batch: LineBatch, by count: Int) {
        let prefix = point.fingerprint.length
        let length = min(Fingerprint.longest, prefix + count)
        if count >= length {
            point.fingerprint = Fingerprint(length: length, hash: unsafe Hash.xxh3(batch.buffer.base + (count - length), count: length))
        } else {
            unsafe (tail.base + prefix).copyMemory(from: batch.buffer.base, byteCount: count)
            point.fingerprint = Fingerprint(length: length, hash: unsafe Hash.xxh3(tail.base + (prefix + count - length), count: length))
        }
        point.position += Int64(count)
        point.scanned = point.position
        point.line += Int64(batch.lines.count)
        batch.end = point.position
        batch.fingerprint = point.fingerprint
    }

    private func isUnchanged(_ fingerprint: Fingerprint) -> Bool {
        if fingerprint.length == 0 { return true }
        return unsafe Hash.xxh3(tail.base, count: fingerprint.length) == fingerprint.hash
    }

    /// Looks for the end of a line that is longer than a batch, in the fixed room, then delivers that line alone.
    private func searchLineEnd(
        _ point: inout ReadingPoint, _ reference: FileReference, _ file: Descriptor, _ end: Int64, _ maximumLineBytes: Int
    ) throws(SystemError) -> Outcome {
        var searched = 0
        while point.scanned < end {
            if searched >= 4 << 20 { return .searching(bytes: searched) }
            guard let start = try file.firstByte(from: point.scanned) else {
                point.scanned = end
                break
            }
            point.scanned = min(start, end)
            let wanted = Int(min(Int64(room.capacity), end - point.scanned))
            let got = unsafe try file.read(into: room.base, count: wanted, at: point.scanned)
            if got == 0 { break }
            let index = unsafe ByteSearch.first(0x0A, in: room.base, count: got)
            if index >= 0 {
                point.scanned += Int64(index)
                return try deliverLongLine(&point, reference, file, maximumLineBytes)
            }
            point.scanned += Int64(got)
            searched += got
        }
        return try hasChanged(point, file) ? .replaced : .end
    }

    /// Reads the line from `position` to the newline at `scanned`.
    private func deliverLongLine(
        _ point: inout ReadingPoint, _ reference: FileReference, _ file: Descriptor, _ maximumLineBytes: Int
    ) throws(SystemError) -> Outcome {
        let total = point.scanned + 1 - point.position
        // With a carriage return before the newline one byte more may lie there.
        let isTooLong = total - 2 > Int64(maximumLineBytes)
        let wanted = Int(isTooLong ? min(Int64(Self.keptBytes), total - 1) : total)
        let prefix = point.fingerprint.length
        let buffer = ByteBuffer(capacity: wanted)
        let got = unsafe try file.read(prefix: tail.base, prefixCount: prefix, into: buffer.base, count: wanted, at: point.position - Int64(prefix))
        if got < prefix || !isUnchanged(point.fingerprint) { return .replaced }
        if got < prefix + wanted { return searchAgain(&point) }
        buffer.count = wanted
        let batch = LineBatch(file: reference, buffer: buffer, start: point.position, firstLine: point.line, readTime: Timestamp.now().nanoseconds)
        if isTooLong {
            batch.lines = [LineBatch.Line(start: 0, length: UInt32(wanted), position: point.position, tooLongBytes: total)]
            let length = Int(min(Int64(Fingerprint.longest), point.scanned + 1))
            let behind = unsafe try file.read(into: tail.base, count: length, at: point.scanned + 1 - Int64(length))
            let newline = unsafe tail.base.load(fromByteOffset: length - 1, as: UInt8.self)
            if behind < length || newline != 0x0A { return searchAgain(&point) }
            point.position = point.scanned + 1
            point.scanned = point.position
            point.line += 1
            point.fingerprint = Fingerprint(length: length, hash: unsafe Hash.xxh3(tail.base, count: length))
            batch.end = point.position
            batch.fingerprint = point.fingerprint
            return .batch(batch)
        }
        let newline = unsafe buffer.base.load(fromByteOffset: wanted - 1, as: UInt8.self)
        if newline != 0x0A { return searchAgain(&point) }
        mark(batch, maximumLineBytes)
        advance(&point, batch, by: wanted)
        return .batch(batch)
    }

    /// The unfinished line changed while it was looked through, which takes nothing back that was delivered.
    private func searchAgain(_ point: inout ReadingPoint) -> Outcome {
        point.scanned = point.position
        return .searching(bytes: 1)
    }

    /// Whether what lies before the position is no longer what was read there.
    func hasChanged(_ point: ReadingPoint, _ file: Descriptor) throws(SystemError) -> Bool {
        let length = point.fingerprint.length
        if length == 0 { return try file.size() < point.position }
        let got = unsafe try file.read(into: tail.base, count: length, at: point.position - Int64(length))
        return got < length || !isUnchanged(point.fingerprint)
    }

    /// The fingerprint of the bytes before `position`, for a file whose reading starts there.
    func fingerprint(before position: Int64, in file: Descriptor) throws(SystemError) -> Fingerprint {
        let length = Int(min(Int64(Fingerprint.longest), position))
        if length == 0 { return .none }
        let got = unsafe try file.read(into: tail.base, count: length, at: position - Int64(length))
        return got < length ? .none : Fingerprint(length: length, hash: unsafe Hash.xxh3(tail.base, count: length))
    }

    /// The start of the last line that begins before `size`: where a file read from its end is begun.
    func lastLineStart(before size: Int64, in file: Descriptor) throws(SystemError) -> Int64 {
        var end = size
        while end > 0 {
            let count = Int(min(Int64(room.capacity), end))
            let got = unsafe try file.read(into: room.base, count: count, at: end - Int64(count))
            let index = unsafe ByteSearch.last(0x0A, in: room.base, count: got)
            if index >= 0 { return end - Int64(count) + Int64(index) + 1 }
            end -= Int64(count)
        }
        return 0
    }

    /// What a copy-and-truncate leaves when the writer goes on at its old position: a hole or NULs before the first line.
    private func skipNuls(_ point: inout ReadingPoint, _ generation: Int, _ file: Descriptor, _ end: Int64) throws(SystemError) -> Outcome? {
        let count = Int(min(end, Self.leastNulRun))
        let first = unsafe try file.read(into: room.base, count: count, at: 0)
        let nuls = unsafe ByteSearch.firstNonZero(in: room.base, count: first)
        if first == 0 || nuls == 0 { return nil }
        guard let start = try file.firstByte(from: 0) else { return .end }
        // A short run in a file that nobody saw truncated is what the writer wrote.
        if generation == 0, start == 0, nuls > 0 { return nil }
        var place = max(start, point.scanned)
        var searched = 0
        while place < end {
            if searched >= 4 << 20 {
                point.scanned = place
                return .searching(bytes: searched)
            }
            let got = unsafe try file.read(into: room.base, count: Int(min(Int64(room.capacity), end - place)), at: place)
            if got == 0 { return .end }
            let index = unsafe ByteSearch.firstNonZero(in: room.base, count: got)
            if index >= 0 {
                place += Int64(index)
                point = ReadingPoint(position: place, line: point.line)
                return .skipped(bytes: place)
            }
            place += Int64(got)
            searched += got
        }
        point.scanned = place
        return .end
    }
}
