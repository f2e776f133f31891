internal import EventailEvents
internal import EventailSystem
internal import Synchronization

/// What the tailing thread counts and others read.
///
/// *Thread*: any.
final class TailTally: Sendable {
    private let status = Mutex(TailStatus())
    /// Files without a checkpoint that nobody asked for yet; bounded by the number of known files.
    private let new = Mutex<[TailedFile]>([])
    /// Compressed files that have nothing to give and that nobody asked for yet.
    private let packed = Mutex<[FileCheckpoint]>([])

    var current: TailStatus { status.withLock { $0 } }

    func change(_ body: (inout TailStatus) -> Void) { status.withLock { body(&$0) } }

    func found(_ file: TailedFile) { new.withLock { $0.append(file) } }

    func found(packed checkpoint: FileCheckpoint) { packed.withLock { $0.append(checkpoint) } }

    func takePacked() -> [FileCheckpoint] {
        packed.withLock { packed in
            defer { packed = [] }
            return packed
        }
    }

    func takeNew(_ count: Int) -> [TailedFile] {
        new.withLock { new in
            let taken = Array(new.prefix(count))
            new.removeFirst(taken.count)
            return taken
        }
    }

    func read(bytes: Int64, lines: Int64) {
        status.withLock {
            $0.bytesRead += bytes
            $0.linesRead += lines
        }
    }

    /// Counts bytes that nobody can read any more, and says so.
    func lost(_ cause: LossCause, _ bytes: Int64, _ path: String) {
        if bytes <= 0 { return }
        status.withLock { $0.lostBytes[cause.rawValue, default: 0] += bytes }
        Log.error("tail", "bytes are lost", ["cause": cause.rawValue, "bytes": "\(bytes)", "path": path])
    }
}

/// Why bytes were never read.
enum LossCause: String, Sendable, CaseIterable {
    /// A truncation destroyed them.
    case truncated
    /// The file was deleted before they were read.
    case deleted
    /// NULs that a truncation left before the first line.
    case hole
}
