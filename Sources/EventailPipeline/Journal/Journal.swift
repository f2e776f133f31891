public import EventailEvents
public import EventailStore
public import EventailSystem
internal import Synchronization

/// The order of the live path, on disk: one entry a batch, no payload (the agents' files keep that).
///
/// It makes three things exact that would else be guesses: an event has the same sequence number (cursor) for every consumer and after
/// every restart; a consumer that is behind reads what the others had, in the same order; after a crash reading goes on behind the
/// last batch that anybody may have seen.
///
/// Segments `journal/<first index>.log`, each with a header, then records: a file's definition (`F`) before its first entry (`E`). An entry is
/// written in one write before any consumer sees its batch, so a killed process loses none; before a consumer's checkpoint moves past an entry the
/// segment is synchronized, so a machine that stops loses none that counts. A cut last record is dropped on open. When more is missing than a crash
/// can take, `missing` says so and numbering goes on behind what consumers know, so that no index means two things.
///
/// *Owns* the segments. *Thread*: `append` by the live path, reading by any (each has its own `JournalReader`). *Limits*: segments of
/// 65,536 entries (5 MB), removed when every consumer is past them.
public final class Journal: Sendable {
    public static let entriesPerSegment: Int64 = 65_536
    /// Of the form of segments. Whoever changes it so that another version would misread it counts this up; a journal of another version is refused.
    static let version: Int64 = 1
    private static let mark = "eventail-journal-"
    static let magic: [UInt8] = Array("\(mark)\(version)\n".utf8)

    /// Entries that some consumer has taken and that are here no more: the journal was damaged.
    public let missing: Range<Int64>?
    private let folder: String
    private let state: Mutex<State>

    struct State {
        var segments: [Int64] = []
        var file: Descriptor?
        /// Bytes of whole records in it.
        var size: Int64 = 0
        var nextIndex: Int64 = 0
        var nextSequence: Int64 = 1
        /// Files defined in the open segment.
        var numbers: [FileKey: UInt32] = [:]
        /// Entries before it are durable.
        var durable: Int64 = 0
        /// A part of a record that could not be written whole stands behind `size`.
        var isTorn = false
    }

    struct FileKey: Hashable {
        let identity: FileIdentity
        let generation: Int
        let path: String
        let source: String
    }

    /// Opens the journal of a state folder, making it when new. `atLeast` and `firstUnusedIndex` are the first numbers that the caller knows to be unused.
    public init(folder: String, firstUnusedSequence atLeast: Int64, firstUnusedIndex: Int64 = 0) throws(SystemError) {
        self.folder = folder
        try FileSystem.makeFolder(folder)
        var segments: [Int64] = []
        for name in try FileSystem.names(in: folder) where name.hasSuffix(".log") {
            if let first = Int64(name.dropLast(4)) { segments.append(first) }
        }
        segments.sort()
        var initial = State()
        initial.segments = segments
        if let last = segments.last {
            let reader = try JournalSegment.read(Self.path(folder, last), first: last)
            initial.nextIndex = last + Int64(reader.entries.count)
            // An empty segment follows one whose last entry tells the sequence.
            var newest = reader.entries.last
            if newest == nil, segments.count > 1 {
                let before = segments[segments.count - 2]
                newest = try JournalSegment.read(Self.path(folder, before), first: before).entries.last
            }
            initial.nextSequence = newest?.nextSequence ?? 1
            if reader.validBytes == 0 {
                try Self.putAside(Self.path(folder, last), &initial)
            } else {
                let file = try Descriptor.open(Self.path(folder, last), [.readWrite, .append])
                if reader.validBytes < reader.totalBytes {
                    Log.warning(
                        "journal", "records at the end were cut or damaged and are dropped",
                        ["segment": Self.path(folder, last), "bytes": "\(reader.totalBytes - reader.validBytes)"])
                    try file.truncate(to: Int64(reader.validBytes))
                }
                initial.file = file
                initial.size = Int64(reader.validBytes)
                initial.numbers = reader.numbers
                // What an earlier process wrote and nobody synchronized is made durable with the first commit.
                initial.durable = segments[0]
            }
        }
        if initial.nextIndex < firstUnusedIndex {
            missing = initial.nextIndex..<firstUnusedIndex
            Log.warning(
                "journal", "entries are missing, it was cut or damaged; what a sink lacks of them is read from the files again",
                ["folder": folder, "from": "\(initial.nextIndex)", "to": "\(firstUnusedIndex)"])
            initial.nextIndex = firstUnusedIndex
            initial.file = nil
        } else {
            missing = nil
        }
        initial.nextSequence = max(initial.nextSequence, atLeast)
        state = Mutex(initial)
    }

    /// Refuses a journal that another version made; one whose header cannot be read is only damaged.
    public static func checkVersion(in folder: String) throws(StoreError) {
        let newest: (path: String, header: [UInt8])?
        do throws(SystemError) {
            let names = FileSystem.isFolder(folder) ? try FileSystem.names(in: folder) : []
            newest = try names.filter { $0.hasSuffix(".log") }.max().map { name throws(SystemError) in
                ("\(folder)/\(name)", Array(try FileSystem.read("\(folder)/\(name)").prefix(64)))
            }
        } catch {
            throw StoreError(.io, file: folder, reason: error.description)
        }
        guard let newest, let end = newest.header.firstIndex(of: 0x0A) else { return }
        let words = String(decoding: newest.header[..<end], as: UTF8.self)
        guard words.hasPrefix(mark), let found = Int64(words.dropFirst(mark.count)), found != version else { return }
        throw StoreError(found > version ? .newer : .older, file: newest.path, reason: "the journal has version \(found), this Eventail knows \(version)")
    }

    /// A last segment whose header cannot be read takes no more records.
    private static func putAside(_ path: String, _ state: inout State) throws(SystemError) {
        state.segments.removeLast()
        try FileSystem.rename(path, to: path + ".broken")
        Log.warning("journal", "a segment cannot be read and was put aside", ["segment": path, "now": path + ".broken"])
    }

    /// Forgets all entries and goes on with the same numbers: for a state that is younger than its journal.
    public func startOver() throws(SystemError) {
        let gone = state.withLock { state -> [Int64] in
            defer {
                state.segments = []
                state.file = nil
            }
            return state.segments
        }
        for first in gone { try FileSystem.remove(Self.path(folder, first)) }
    }

    /// The index that the next entry gets: how far a consumer that has everything is.
    public var head: Int64 { state.withLock { $0.nextIndex } }
    /// The sequence number that the next event gets.
    public var nextSequence: Int64 { state.withLock { $0.nextSequence } }
    /// The oldest entry still kept.
    public var tail: Int64 { state.withLock { $0.segments.first ?? $0.nextIndex } }

    /// Writes an entry for a batch and gives the batch its sequence numbers; answers the entry's index.
    public func append(_ batch: EventBatch, firstLine: Int64) throws(SystemError) -> Int64 {
        let result: Result<Int64, SystemError> = state.withLock { state in
            do throws(SystemError) { return .success(try write(batch, firstLine, &state)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private func write(_ batch: EventBatch, _ firstLine: Int64, _ state: inout State) throws(SystemError) -> Int64 {
        if state.file == nil || state.nextIndex - (state.segments.last ?? 0) >= Self.entriesPerSegment { try startSegment(&state) }
        var record: [UInt8] = []
        let key = FileKey(identity: batch.file.identity, generation: batch.file.generation, path: batch.file.path, source: batch.file.source)
        let known = state.numbers[key]
        let number = known ?? UInt32(state.numbers.count)
        if known == nil { JournalSegment.encode(key, number, into: &record) }
        JournalSegment.encode(
            JournalEntry(
                index: state.nextIndex, identity: key.identity, generation: key.generation, path: key.path, source: key.source, start: batch.start,
                end: batch.end, firstLine: firstLine, nextLine: batch.nextLine, firstSequence: state.nextSequence, events: batch.events.count,
                fingerprint: batch.fingerprint),
            number, into: &record)
        guard let file = state.file else { preconditionFailure("startSegment opened a file") }
        // A part of a record must not stand before the next one.
        if state.isTorn { try file.truncate(to: state.size) }
        state.isTorn = true
        try file.writeAll(record)
        state.isTorn = false
        state.size += Int64(record.count)
        state.numbers[key] = number
        batch.firstSequence = state.nextSequence
        state.nextSequence += Int64(batch.events.count)
        state.nextIndex += 1
        return state.nextIndex - 1
    }

    private func startSegment(_ state: inout State) throws(SystemError) {
        if let old = state.file { try old.synchronize() }
        state.durable = state.nextIndex
        let first = state.nextIndex
        let path = Self.path(folder, first)
        let file = try Descriptor.open(path, [.readWrite, .append, .create, .truncate])
        var header = Self.magic
        header.append(littleEndian: first)
        try file.writeAll(header)
        try file.synchronize()
        try FileSystem.synchronizeFolder(containing: path)
        state.file = file
        state.size = Int64(header.count)
        state.isTorn = false
        if state.segments.last != first { state.segments.append(first) }
        state.numbers = [:]
    }

    /// Makes all entries so far durable; called before checkpoints move.
    public func synchronize() throws(SystemError) {
        let (file, head) = state.withLock { state in (state.durable < state.nextIndex ? state.file : nil, state.nextIndex) }
        guard let file else { return }
        try file.synchronize()
        // Said afterwards: whoever asks meanwhile waits for the disk himself.
        state.withLock { $0.durable = max($0.durable, head) }
    }

    /// Removes segments that lie wholly before `index`; the newest stays.
    public func prune(before index: Int64) throws(SystemError) {
        let gone = state.withLock { state -> [Int64] in
            var gone: [Int64] = []
            while state.segments.count > 1, state.segments[1] <= index { gone.append(state.segments.removeFirst()) }
            return gone
        }
        for first in gone { try FileSystem.remove(Self.path(folder, first)) }
    }

    /// The entries from `index` on, at most those of one segment; empty at the head. Where entries are missing, those behind the gap.
    public func entries(from index: Int64) throws(SystemError) -> ArraySlice<JournalEntry> {
        var index = index
        while true {
            let (first, next) = state.withLock { state -> (Int64?, Int64?) in
                if state.nextIndex <= index { return (nil, nil) }
                return (state.segments.last { $0 <= index }, state.segments.first { $0 > index })
            }
            if let first {
                let segment = try JournalSegment.read(Self.path(folder, first), first: first)
                let skip = Int(index - first)
                if skip < segment.entries.count { return segment.entries[skip...] }
            }
            guard let next else { return [] }
            index = next
        }
    }

    static func path(_ folder: String, _ first: Int64) -> String {
        let digits = String(first)
        return folder + "/" + String(repeating: "0", count: max(0, 19 - digits.utf8.count)) + digits + ".log"
    }
}
