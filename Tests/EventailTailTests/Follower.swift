import EventailEvents
import EventailSystem
import EventailTail
import EventailTestSupport
import Glibc
import Synchronization

/// A tailer on a thread of its own whose batches a test takes one by one.
final class Follower: Sendable {
    let tailer: Tailer
    private let batches = BoundedQueue<LineBatch>(capacity: 1_000_000)
    private let thread: NamedThread
    private let state = Mutex(Seen())
    private let begun: [FileCheckpoint]

    private struct Seen {
        var lines: [String] = []
        var batches: [LineBatch] = []
        var isStopped = false
    }

    init(
        _ paths: [String], exclude: [String] = [], startAtEnd: Bool = false, maximumLineBytes: Int = 1 << 20, checkpoints: [FileCheckpoint] = [],
        untilEnd: Bool = false, isSequence: Bool = false, limits change: (inout TailLimits) -> Void = { _ in }
    ) throws {
        var limits = TailLimits()
        limits.reconcileInterval = .milliseconds(20)
        limits.deletedGrace = .milliseconds(50)
        change(&limits)
        let queue = batches
        begun = checkpoints
        let tailer = try Tailer(
            sources: [TailSource(name: "agents", paths: paths, exclude: exclude, startAtEnd: startAtEnd, maximumLineBytes: maximumLineBytes, isSequence: isSequence)],
            limits: limits, checkpoints: checkpoints
        ) { queue.push($0) }
        self.tailer = tailer
        thread = NamedThread("tail") {
            do throws(TailError) { try tailer.run(untilEnd: untilEnd) } catch { Log.error("test", error.description) }
            queue.close()
        }
    }

    deinit { stop() }

    /// All lines so far, waiting until there are `count` of them or `deadline` has passed.
    @discardableResult
    func lines(_ count: Int, within deadline: Duration = .seconds(20)) -> [String] {
        let end = Timestamp.monotonicNanoseconds() + deadline.nanoseconds
        while seen.count < count {
            let left = end - Timestamp.monotonicNanoseconds()
            guard left > 0, let batch = batches.pop(within: .nanoseconds(left)) else { break }
            take(batch)
        }
        return seen
    }

    /// Waits until a look at the tailer's state pleases.
    func waits(within deadline: Duration = .seconds(20), until pleases: (Tailer) -> Bool) -> Bool {
        let end = Timestamp.monotonicNanoseconds() + deadline.nanoseconds
        while Timestamp.monotonicNanoseconds() < end {
            if pleases(tailer) { return true }
            if let batch = batches.pop(within: .milliseconds(5)) { take(batch) }
        }
        return pleases(tailer)
    }

    /// Runs to its end by itself (`untilEnd`) and answers all lines.
    func allLines() -> [String] {
        while let batch = batches.pop() { take(batch) }
        return seen
    }

    /// Stops, takes what was still delivered and answers where to go on.
    @discardableResult
    func stop() -> [FileCheckpoint] {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        if isFirst {
            tailer.stop()
            thread.join()
            while let batch = batches.tryPop() { take(batch) }
        }
        var checkpoints = begun
        for batch in taken {
            let file = batch.file
            let checkpoint = FileCheckpoint(
                identity: file.identity, generation: file.generation, position: batch.end, line: batch.firstLine + Int64(batch.lines.count),
                fingerprint: batch.fingerprint, path: file.path, source: file.source)
            checkpoints.removeAll { $0.identity == file.identity && $0.generation <= file.generation }
            checkpoints.append(checkpoint)
        }
        // A file without a whole line has no batch, yet it is known; one that was moved is where it is now.
        for report in tailer.files() {
            if let index = checkpoints.firstIndex(where: { $0.identity == report.identity }) {
                checkpoints[index].path = report.path
            } else if report.position == 0 {
                checkpoints.append(
                    FileCheckpoint(
                        identity: report.identity, generation: report.generation, position: 0, line: 1, fingerprint: .none, path: report.path,
                        source: report.source))
            }
        }
        return checkpoints
    }

    var seen: [String] { state.withLock { $0.lines } }
    var taken: [LineBatch] { state.withLock { $0.batches } }

    private func take(_ batch: LineBatch) {
        let lines = batch.texts
        state.withLock { state in
            state.lines += lines
            state.batches.append(batch)
        }
    }
}

extension LineBatch {
    /// Its lines as text.
    var texts: [String] { lines.map { buffer.text(Int($0.start)..<Int($0.start) + Int($0.length)) } }
}

/// Writes to files as agents do.
enum Agent {
    static func append(_ text: String, to path: String) throws {
        try Descriptor.open(path, [.write, .create, .append]).writeAll(Array(text.utf8))
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Descriptor.open(path, [.write, .create, .truncate]).writeAll(bytes)
    }

    static func truncate(_ path: String, to length: Int64 = 0) throws {
        try Descriptor.open(path, .write).truncate(to: length)
    }

    static func link(_ path: String, at other: String) -> Bool { unsafe Glibc.link(path, other) == 0 }
    static func symbolicLink(to target: String, at path: String) -> Bool { unsafe symlink(target, path) == 0 }
    static func fifo(at path: String) -> Bool { unsafe mkfifo(path, 0o600) == 0 }
}
