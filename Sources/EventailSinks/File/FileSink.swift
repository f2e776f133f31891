public import EventailEvents
public import EventailPipeline
public import EventailSystem

/// Appends lines as written to a file, each exactly once, through crashes and rotations.
///
/// A commit makes the lines durable, then the ledger beside the file says how long the file is and which lines are in it. Whatever lies behind
/// that length after a crash is cut off at the next opening and written again. The ledger is the truth, so commits answer true.
/// *Owns* the file, its ledger and the files put aside. *Thread*: its runner's; files put aside are compressed on a thread of their own.
/// *Limits*: `bufferBytes` in memory.
public final class FileSink: Sink, @unchecked Sendable {
    // @unchecked: all calls come from the runner's thread, one after the other.
    public let name: String
    public let kind = "file"
    private let configuration: FileSinkConfiguration
    private let path: String
    private let ledger: FileLedger
    private var rotator: FileRotator?
    private var file: Descriptor?
    /// What the path led to when it was opened: somebody else may put our file aside, too.
    private var glance: FileGlance?
    private var length: Int64 = 0
    private var buffer: [UInt8] = []
    private var isCommitted = true

    /// Lines gathered before they go to the kernel.
    public static let bufferBytes = 1 << 20

    public init(name: String, configuration: FileSinkConfiguration) {
        self.name = name
        self.configuration = configuration
        path = configuration.path
        ledger = FileLedger(path: Self.ledgerPath(configuration.path))
        rotator = configuration.rotation.map { FileRotator(path: configuration.path, rotation: $0) }
    }

    public func open() throws(SinkError) {
        if FileSystem.isFolder(path) {
            throw .misconfigured("\(path) is a folder", remedy: "name a file as the path of sink \(name)")
        }
        try SinkError.wrapping(path) { () throws(SystemError) in
            try FileSystem.makeFolder(FileSystem.folder(of: path))
            try ledger.load()
            try begin()
            try rotator?.mend()
        }
    }

    public func write(_ batch: EventBatch, from position: Int64) throws(SinkError) {
        if isCommitted { try SinkError.wrapping(path) { () throws(SystemError) in try renewIfDue() } }
        isCommitted = false
        for event in batch.events where event.position >= position {
            unsafe batch.withLine(event) { line in unsafe buffer.append(contentsOf: line) }
            buffer.append(0x0A)
            if buffer.count >= Self.bufferBytes { try SinkError.wrapping(path) { () throws(SystemError) in try flush() } }
        }
    }

    public func commit(_ checkpoints: [FileCheckpoint]) throws(SinkError) -> Bool {
        if isCommitted && checkpoints.isEmpty { return true }
        try SinkError.wrapping(path) { () throws(SystemError) in
            CrashPoint.beforeSend.reach()
            try flush()
            if length != ledger.length { try file?.synchronize() }
            CrashPoint.afterSend.reach()
            try ledger.add(length: length, checkpoints: checkpoints)
        }
        isCommitted = true
        return true
    }

    public func close() {
        file = nil
        rotator?.finish()
    }

    public func ownCheckpoints() throws(SinkError) -> [FileCheckpoint]? {
        if file == nil { try open() }
        return Array(ledger.checkpoints.values)
    }

    /// How far the sink of that file has taken each source file, for looking at from outside.
    public static func checkpoints(beside path: String) throws(SystemError) -> [FileCheckpoint] {
        let ledger = FileLedger(path: ledgerPath(path))
        try ledger.load()
        return ledger.checkpoints.values.sorted { ($0.path, $0.identity.key) < ($1.path, $1.identity.key) }
    }

    /// Sets the sink of that file back in one source file; no sink may run on it.
    public static func setBack(_ checkpoint: FileCheckpoint, beside path: String) throws(SystemError) {
        let ledger = FileLedger(path: ledgerPath(path))
        try ledger.load()
        try ledger.setBack(checkpoint)
    }

    private static func ledgerPath(_ path: String) -> String { path + ".checkpoints" }

    /// Opens the file behind what the ledger knows of it, or begins one.
    private func begin() throws(SystemError) {
        buffer.removeAll(keepingCapacity: true)
        isCommitted = true
        if !FileSystem.exists(path) { try FileSystem.replace(path, with: []) }
        let opened = try Descriptor.open(path, [.write, .append])
        let status = try FileStatus(of: opened)
        length = status.size
        if status.identity.key == ledger.file {
            if length > ledger.length {
                try opened.truncate(to: ledger.length)
                length = ledger.length
            } else if length < ledger.length {
                Log.warning("sink", "somebody shortened the file of a sink", ["sink": name, "file": path, "bytes": "\(ledger.length - length)"])
            }
        }
        try ledger.rewrite(file: status.identity.key, length: length)
        glance = try FileGlance(at: path)
        file = opened
    }

    private func flush() throws(SystemError) {
        if buffer.isEmpty { return }
        guard let file else { preconditionFailure("a sink is opened before it is written to") }
        try file.writeAll(buffer)
        length += Int64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }

    /// Between two commits: begins a new file when this one is full or was taken away, and keeps the ledger short.
    private func renewIfDue() throws(SystemError) {
        if let rotator, length >= rotator.rotation.bytes, length > 0 {
            try rotator.putAside()
            return try begin()
        }
        if !FileSystem.exists(path) { return try begin() }
        if try FileGlance(at: path).key != glance?.key { return try begin() }
        if ledger.isLong { try ledger.rewrite(file: ledger.file, length: length) }
    }
}
