public import EventailEvents
internal import EventailJSON
public import EventailSystem
internal import Synchronization

/// Keeps refused lines in files, durable before their checkpoint moves: `append` for each batch, then `sync`, then the commit.
///
///     STATE_DIR/dead-letter/00000007.jsonl    the segment that grows; the one with the smallest number goes first when all take too much
///
/// A letter that is already there is not written again: letters of a file come in order of their position, so the largest position written
/// tells for each file and generation what is known; a start reads it from the newest segments. What sinks could not deliver comes in no order, so
/// there each one is remembered.
/// *Owns* the open segment. *Thread*: the store thread, sinks' threads for what they cannot deliver, one at a time: the lock is held while the disk
/// is written, and nobody else waits for it. The counts may be read by any. *Limits*: `segmentBytes`, `totalBytes`, `pendingBytes`.
public final class DeadLetters: @unchecked Sendable {
    // @unchecked: everything that changes is touched under `lock`; the counts are atomic.
    /// A segment that has grown to this is followed by a new one.
    public let segmentBytes: Int64
    /// The most bytes of all segments; the oldest go first.
    public let totalBytes: Int64
    /// What may wait in memory for a `sync`.
    public static let pendingBytes = 4 << 20
    /// Letters written since the start.
    public let written = Counter()
    /// Letters that went away because all took too much, since the start.
    public let dropped = Counter()

    private let lock = Mutex<Void>(())
    private let segments: DeadLetterSegments
    private var number: Int
    private var file: Descriptor
    private var length: Int64
    private var pending = JSONWriter()
    private var pendingLetters: Int64 = 0
    private var known: [Life: Int64] = [:]
    private var undeliverable: Set<Place> = []
    /// How many files' positions are remembered; beyond it all are forgotten, which matters only for a crash within that moment.
    private static let mostKnown = 100_000
    /// How many segments a start reads to know what is written.
    private static let segmentsRead = 2

    private struct Life: Hashable {
        let identity: String
        let generation: Int
    }

    /// An event that a sink could not deliver.
    private struct Place: Hashable {
        let sink: String
        let life: Life
        let position: Int64
    }

    /// Opens the dead letters of a state folder; a record that a crash cut is removed.
    public init(stateFolder: String, segmentBytes: Int64 = 8 << 20, totalBytes: Int64 = 256 << 20) throws(StoreError) {
        self.segmentBytes = segmentBytes
        self.totalBytes = totalBytes
        segments = DeadLetterSegments(stateFolder: stateFolder)
        let folder = segments.folder
        try StoreError.wrapping(folder) { () throws(SystemError) in try FileSystem.makeFolder(folder) }
        let numbers = try segments.numbers()
        number = numbers.last ?? 1
        file = try Self.open(segments.path(number))
        length = 0
        let parser = TapeParser(capacity: 64 << 10)
        for segment in numbers.suffix(Self.segmentsRead) {
            let content = try segments.content(segment)
            let lines = DeadLetterSegments.lines(of: content)
            for line in lines {
                guard let letter = DeadLetter(record: Array(content[line]), cursor: "", parser: parser) else { continue }
                let life = Life(identity: letter.identity, generation: letter.generation)
                if letter.sink.isEmpty {
                    known[life] = max(known[life] ?? -1, letter.positionRead)
                } else {
                    undeliverable.insert(Place(sink: letter.sink, life: life, position: letter.positionRead))
                }
            }
            if segment == number { length = lines.last.map { Int64($0.upperBound + 1) } ?? 0 }
        }
        try cutBack()
    }

    /// Takes the rejections of a batch at or behind `position` that are not written yet; nothing is taken when it throws.
    public func append(_ batch: EventBatch, from position: Int64) throws(StoreError) {
        if batch.rejections.isEmpty { return }
        try lock.withLock { _ throws(StoreError) in try take(batch, from: position) }
    }

    /// Makes all that was taken durable. When it throws, everything stays taken and the next call tries again.
    public func sync() throws(StoreError) {
        try lock.withLock { _ throws(StoreError) in try flush() }
    }

    /// Keeps what a sink could not deliver, durable when it returns; what is there already is not written again. Answers how many were new.
    @discardableResult
    public func keep(_ events: [Undeliverable], of sink: String) throws(StoreError) -> Int {
        try lock.withLock { _ throws(StoreError) in
            if undeliverable.count >= Self.mostKnown { undeliverable.removeAll() }
            var new = 0
            for event in events {
                let file = event.batch.file
                let place = Place(sink: sink, life: Life(identity: file.identity.key, generation: file.generation), position: event.event.position)
                if !undeliverable.insert(place).inserted { continue }
                new += 1
                DeadLetter.write(event, sink: sink, into: &pending)
                pending.newline()
                pendingLetters += 1
            }
            try flush()
            return new
        }
    }

    private func take(_ batch: EventBatch, from position: Int64) throws(StoreError) {
        if pending.bytes.count > Self.pendingBytes { try flush() }
        let life = Life(identity: batch.file.identity.key, generation: batch.file.generation)
        var last = known[life] ?? -1
        for rejection in batch.rejections where rejection.position >= position && rejection.position > last {
            DeadLetter.write(rejection, of: batch, into: &pending)
            pending.newline()
            pendingLetters += 1
            last = rejection.position
        }
        if known.count >= Self.mostKnown && known[life] == nil { known.removeAll() }
        known[life] = last
    }

    private func flush() throws(StoreError) {
        if pending.bytes.isEmpty { return }
        if length >= segmentBytes { try begin(number + 1) }
        let path = segments.path(number)
        do throws(SystemError) {
            try file.writeAll(pending.bytes)
            try file.synchronize()
        } catch {
            try cutBack()
            throw StoreError(error, file: path)
        }
        length += Int64(pending.bytes.count)
        written.add(pendingLetters)
        pending.removeAll()
        pendingLetters = 0
        try dropOldest()
    }

    /// Removes what a crash or a failed write left behind the last whole record.
    private func cutBack() throws(StoreError) {
        let (file, length, path) = (file, length, segments.path(number))
        try StoreError.wrapping(path) { () throws(SystemError) in
            let size = try file.size()
            if size <= length { return }
            Log.warning("dead-letter", "the last letter was cut and is removed", ["file": path, "bytes": "\(size - length)"])
            try file.truncate(to: length)
        }
    }

    private func begin(_ next: Int) throws(StoreError) {
        file = try Self.open(segments.path(next))
        number = next
        length = 0
    }

    private static func open(_ path: String) throws(StoreError) -> Descriptor {
        try StoreError.wrapping(path) { () throws(SystemError) in
            // Replacing makes the folder's entry durable, too.
            if !FileSystem.exists(path) { try FileSystem.replace(path, with: []) }
            return try Descriptor.open(path, [.write, .append])
        }
    }

    private func dropOldest() throws(StoreError) {
        var kept = length
        var full = false
        for segment in try segments.numbers().reversed() where segment != number {
            if !full { kept += try segments.length(segment) }
            full = full || kept > totalBytes
            if !full { continue }
            let letters = DeadLetterSegments.lines(of: try segments.content(segment)).count
            let path = segments.path(segment)
            try StoreError.wrapping(path) { () throws(SystemError) in try FileSystem.remove(path) }
            dropped.add(Int64(letters))
            Log.warning("dead-letter", "the oldest dead letters were removed to make room", ["letters": "\(letters)", "file": path])
        }
    }
}
