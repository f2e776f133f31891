public import EventailSystem

/// What was received and is not yet delivered: segments of lines in a folder, which the tailer reads like agents' files.
///
///     STATE_DIR/inbox/NAME/00000007.inbox       one entry a line, see `InboxRecord`; the one with the largest number grows
///     STATE_DIR/inbox/NAME/00000007.positions   how far each part of the stream was received when the segment began
///     STATE_DIR/inbox/NAME/staged               a batch of a shared stream of which it is not decided who takes it
///
/// An entry that stands here was received; the sender's copy is needed no more. How far was received is told by the newest segment itself, so no crash can
/// come between. A line that a crash cut is removed at the next opening: nobody has read it.
/// *Owns* the newest segment. *Thread*: its receiver's. *Limits*: `segmentBytes`, `totalBytes`; when full `append` is not to be called.
public final class Inbox {
    public struct Limits: Sendable {
        /// A segment that has grown to this is followed by a new one.
        public var segmentBytes: Int64 = 32 << 20
        /// The most bytes of all segments; then the receiver waits, and the stream keeps what follows.
        public var totalBytes: Int64 = 1 << 30
        public init() {}
    }

    public static let suffix = ".inbox"
    /// What the tailer reads of an inbox.
    public static func pattern(folder: String) -> String { "\(folder)/*\(suffix)" }

    public let folder: String
    private let limits: Limits
    /// The numbers of the segments, ascending; the last grows.
    private var segments: [Int] = []
    private var sizes: [Int: Int64] = [:]
    private var file: Descriptor?
    /// By part: the position of the newest entry received.
    public private(set) var positions: [String: String] = [:]
    /// Segments that were delivered and removed in this run.
    public private(set) var removed = 0

    /// A batch of which it is not decided who takes it.
    public var staged: StagedBatch? { stage?.batch }
    private var stage: InboxStage?

    /// Opens the inbox of a folder, making it when new.
    public init(folder: String, limits: Limits = Limits()) throws(SystemError) {
        self.folder = folder
        self.limits = limits
        try FileSystem.makeFolder(folder)
        for name in try FileSystem.names(in: folder) where name.hasSuffix(Self.suffix) {
            if let number = Int(name.dropLast(Self.suffix.utf8.count)) { segments.append(number) }
        }
        segments.sort()
        for number in segments { sizes[number] = try FileStatus(at: path(number)).size }
        if let newest = segments.last { try reopen(newest) }
        if FileSystem.exists(stagePath) { stage = InboxStage(try FileSystem.read(stagePath, limit: 4 << 30)) }
    }

    /// Notes where receiving begins before anything was received.
    public func start(at positions: [String: String]) throws(SystemError) {
        precondition(self.positions.isEmpty, "nothing was received before the start")
        self.positions = positions
        try begin()
    }

    /// Appends entries in their order; durable when it returns. After a throw it must be opened anew, because a part may stand there.
    public func append(_ entries: [InboxEntry]) throws(SystemError) {
        if entries.isEmpty { return }
        var bytes: [UInt8] = []
        for entry in entries { InboxRecord.encode(entry, into: &bytes) }
        let file = try writable()
        CrashPoint.beforeInbox.reach()
        try file.writeAll(bytes)
        CrashPoint.midInbox.reach()
        try file.synchronize()
        CrashPoint.afterInbox.reach()
        sizes[segments[segments.count - 1], default: 0] += Int64(bytes.count)
        for entry in entries { positions[entry.place.part] = entry.place.position }
    }

    // MARK: a shared stream

    /// Keeps entries that may turn out to be another's, durably; nobody reads them before they are settled. `token` names the batch.
    public func stage(_ entries: [InboxEntry], token: String) throws(SystemError) {
        precondition(stage == nil, "a batch is settled before the next is staged")
        _ = try writable()
        let number = segments[segments.count - 1]
        let stage = InboxStage(entries, token: token, segment: number, length: sizes[number] ?? 0)
        try FileSystem.replace(stagePath, with: stage.encoded)
        self.stage = stage
        CrashPoint.afterStage.reach()
    }

    /// Takes the staged entries but those at some places. After a crash what stands in the segment already is not written again.
    public func settle(without refused: Set<InboxPlace>) throws(SystemError) {
        guard let stage else { return }
        let file = try writable()
        let (bytes, positions) = stage.taken(without: refused)
        let number = segments[segments.count - 1]
        let size = sizes[number] ?? 0
        precondition(number == stage.segment && size >= stage.length, "nothing is appended while a batch is staged")
        let rest = bytes.dropFirst(Int(size - stage.length))
        if !rest.isEmpty {
            try file.writeAll(Array(rest))
            sizes[number] = size + Int64(rest.count)
        }
        try file.synchronize()
        for (part, position) in positions { self.positions[part] = position }
        CrashPoint.afterSettle.reach()
        try FileSystem.remove(stagePath)
        self.stage = nil
    }

    private var stagePath: String { "\(folder)/staged" }

    /// Bytes of all segments.
    public var bytes: Int64 { sizes.values.reduce(0, +) }
    /// Nothing may be appended until consumers have more.
    public var isFull: Bool { bytes >= limits.totalBytes }

    /// Removes segments that every consumer has, but the newest; `isDelivered` answers of a path and the size.
    public func clean(_ isDelivered: (String, Int64) -> Bool) throws(SystemError) {
        // A full inbox whose only segment is delivered begins a new one, so that there is room again.
        if isFull, segments.count == 1, stage == nil, isDelivered(path(segments[0]), sizes[segments[0]] ?? 0) { try begin() }
        for number in segments.dropLast() {
            guard isDelivered(path(number), sizes[number] ?? 0) else { return }
            try FileSystem.remove(path(number))
            try FileSystem.remove(positionsPath(number))
            segments.removeAll { $0 == number }
            sizes[number] = nil
            removed += 1
        }
    }

    // MARK: segments

    func path(_ number: Int) -> String { name(number) + Self.suffix }
    private func positionsPath(_ number: Int) -> String { name(number) + ".positions" }

    private func name(_ number: Int) -> String {
        let digits = String(number)
        return "\(folder)/" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
    }

    private func writable() throws(SystemError) -> Descriptor {
        if file == nil || stage == nil && (sizes[segments.last ?? 0] ?? 0) >= limits.segmentBytes { try begin() }
        guard let file else { preconditionFailure("a segment was begun") }
        return file
    }

    /// Begins a segment. First it is written how far was received: the segment itself does not tell before its first line.
    private func begin() throws(SystemError) {
        let number = (segments.last ?? 0) + 1
        var text: [UInt8] = []
        for (part, position) in positions.sorted(by: { $0.key < $1.key }) {
            InboxRecord.escape(part, into: &text)
            text.append(0x3D)
            InboxRecord.escape(position, into: &text)
            text.append(0x0A)
        }
        try FileSystem.replace(positionsPath(number), with: text)
        CrashPoint.newSegment.reach()
        file = try Descriptor.open(path(number), [.readWrite, .append, .create])
        try FileSystem.synchronizeFolder(containing: path(number))
        segments.append(number)
        sizes[number] = 0
    }

    /// Goes on in the newest segment: what is cut at its end goes, what it tells of positions is taken.
    private func reopen(_ number: Int) throws(SystemError) {
        if FileSystem.exists(positionsPath(number)) {
            for line in try FileSystem.read(positionsPath(number)).split(separator: 0x0A) { take(line) }
        }
        let file = try Descriptor.open(path(number), [.readWrite, .append])
        let content = try FileSystem.read(path(number), limit: Int(limits.segmentBytes) + (2 << 30))
        var end = 0
        for index in content.indices where content[index] == 0x0A {
            let fields = content[end..<index].split(separator: 0x09, maxSplits: InboxRecord.fields - 1, omittingEmptySubsequences: false)
            if fields.count == InboxRecord.fields { take(fields[InboxRecord.fields - 2]) }
            end = index + 1
        }
        if end < content.count { try file.truncate(to: Int64(end)) }
        sizes[number] = Int64(end)
        self.file = file
    }

    private func take(_ field: ArraySlice<UInt8>) {
        if let place = InboxRecord.place(field) { positions[place.part] = place.position }
    }
}
