internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// What a file sink knows durably: how long its file is, which file that is, and how far each source file has been taken.
///
/// A file of its own, `<path>.checkpoints`, one record a line, each the whole truth about what it names:
///
///     <16 hex digits of the XXH3 of the rest> {"file":"h801.…","length":4711,"checkpoints":[{"identity":…,"position":…},…]}
///
/// A record that a crash cut does not match its hash and ends the reading: what was true before it is true again, and the lines behind the
/// length are written anew. *Owns* the open file. *Thread*: the sink's. *Limits*: rewritten whole when it has grown by `growthBytes`.
final class FileLedger {
    let path: String
    /// The identity of the file that the length is of, empty when there was none.
    private(set) var file = ""
    private(set) var length: Int64 = 0
    private(set) var checkpoints: [FileIdentity: FileCheckpoint] = [:]
    private var descriptor: Descriptor?
    private var end: Int64 = 0
    private var wholeEnd: Int64 = 0

    static let growthBytes: Int64 = 1 << 20

    init(path: String) { self.path = path }

    /// Reads what is true; nothing when there is no ledger.
    func load() throws(SystemError) {
        descriptor = nil
        file = ""
        length = 0
        checkpoints = [:]
        if !FileSystem.exists(path) { return }
        let parser = TapeParser(capacity: 64 << 10)
        for line in try FileSystem.read(path, limit: 1 << 30).split(separator: 0x0A) {
            guard line.count > 17 else { return }
            let content = Array(line.dropFirst(17))
            if String(decoding: line.prefix(16), as: UTF8.self) != Self.seal(content) { return }
            guard case .success(let document) = parser.parse(content), take(document.root) else { return }
        }
    }

    /// Writes the whole truth as one record and is ready for more.
    func rewrite(file: String, length: Int64) throws(SystemError) {
        self.file = file
        self.length = length
        let record = Self.record(file: file, length: length, checkpoints: Array(checkpoints.values))
        try FileSystem.replace(path, with: record)
        descriptor = try Descriptor.open(path, [.write, .append])
        end = Int64(record.count)
        wholeEnd = end
    }

    /// Adds a record; durable when it returns, without effect when it throws.
    func add(length: Int64, checkpoints changed: [FileCheckpoint]) throws(SystemError) {
        guard let descriptor else { preconditionFailure("a ledger is rewritten once before records are added") }
        let record = Self.record(file: file, length: length, checkpoints: changed)
        do throws(SystemError) {
            try descriptor.writeAll(record)
            try descriptor.synchronize()
        } catch {
            try descriptor.truncate(to: end)
            throw error
        }
        end += Int64(record.count)
        self.length = length
        for checkpoint in changed { checkpoints[checkpoint.identity] = checkpoint }
    }

    /// Makes a position true that lies before what was.
    func setBack(_ checkpoint: FileCheckpoint) throws(SystemError) {
        checkpoints[checkpoint.identity] = checkpoint
        try rewrite(file: file, length: length)
    }

    /// Whether it has grown so far that it should be rewritten.
    var isLong: Bool { end > wholeEnd * 2 + Self.growthBytes }

    private func take(_ root: Element) -> Bool {
        guard let file = root["file"]?.string, let length = root["length"]?.int64, let list = root["checkpoints"] else { return false }
        for item in list.items {
            guard let checkpoint = FileCheckpoint(item) else { return false }
            checkpoints[checkpoint.identity] = checkpoint
        }
        self.file = file
        self.length = length
        return true
    }

    private static func record(file: String, length: Int64, checkpoints: [FileCheckpoint]) -> [UInt8] {
        var json = JSONWriter(reserving: 200 * checkpoints.count + 200)
        json.object { json in
            json.field("file", file)
            json.field("length", length)
            json.field("checkpoints", array: { json in
                for checkpoint in checkpoints { checkpoint.write(into: &json) }
            })
        }
        return Array((seal(json.bytes) + " ").utf8) + json.bytes + [0x0A]
    }

    private static func seal(_ content: [UInt8]) -> String {
        let hex = String(Hash.xxh3(content), radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }
}
