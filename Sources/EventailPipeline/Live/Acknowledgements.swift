internal import EventailEvents
internal import EventailSystem
internal import EventailTail
internal import Synchronization

/// Tells the tailer what every consumer has, so that deleted files can be let go, prunes the journal, and keeps sinks' lag.
///
/// *Thread*: `committed` by the `store` thread, `lag` by any. *Limits*: `mostMarks` recent commits remembered for lag in seconds.
final class Acknowledgements: Sendable {
    static let mostMarks = 1024

    private let tailer: Tailer
    private let journal: Journal
    private let runners: [SinkRunner]
    private let state = Mutex(State())

    private struct State {
        /// Files that the live path has further than some sink.
        var open: [Progress.FileKey: Reached] = [:]
        /// When the live path had committed which index, oldest first.
        var marks: [Mark] = []
    }

    /// How far the live path is in a file, and the index by which it was: who has passed the index has the file that far, whatever became of it since.
    private struct Reached {
        let position: Int64
        let index: Int64

        func missing(_ progress: Progress?, _ key: Progress.FileKey) -> Int64 {
            guard let progress else { return position }
            return progress.index >= index ? 0 : max(0, position - progress.position(key.identity, key.generation))
        }
    }

    private struct Mark {
        let index: Int64
        let time: Int64
    }

    init(tailer: Tailer, journal: Journal, runners: [SinkRunner]) {
        self.tailer = tailer
        self.journal = journal
        self.runners = runners
    }

    /// Once, before reading: nobody knows yet which sinks have what an earlier run had read.
    func begin(_ progress: Progress) {
        state.withLock { note(LiveCommit(index: progress.index, moved: progress.checkpoints, changes: []), &$0) }
    }

    /// After every durable commit of the live path, and once a second.
    func committed(_ commit: LiveCommit?) {
        let progresses = runners.map(\.progress)
        let finished = state.withLock { state -> [(Progress.FileKey, Int64)] in
            if let commit { note(commit, &state) }
            var finished: [(Progress.FileKey, Int64)] = []
            for (key, reached) in state.open {
                let missing = progresses.map { reached.missing($0, key) }.max() ?? 0
                finished.append((key, reached.position - missing))
                if missing == 0 { state.open[key] = nil }
            }
            let slowest = progresses.map { $0?.index ?? 0 }.min() ?? Int64.max
            while state.marks.count > 1, state.marks[1].index <= slowest { state.marks.removeFirst() }
            return finished
        }
        for (key, position) in finished { tailer.acknowledged(key.identity, generation: key.generation, position: position) }
        guard let commit else { return }
        let slowest = progresses.map { $0?.index ?? 0 }.min() ?? commit.index
        // A sink whose other side loses its newest data needs entries again that it had acknowledged.
        do throws(SystemError) { try journal.prune(before: min(slowest, commit.index) - Journal.entriesPerSegment) } catch {
            Log.warning("journal", "an old segment cannot be removed; it is tried again", ["reason": error.description])
        }
    }

    private func note(_ commit: LiveCommit, _ state: inout State) {
        for checkpoint in commit.moved {
            let key = Progress.FileKey(identity: checkpoint.identity, generation: checkpoint.generation)
            state.open[key] = Reached(position: checkpoint.position, index: commit.index)
        }
        if state.marks.count < Self.mostMarks {
            state.marks.append(Mark(index: commit.index, time: Timestamp.monotonicNanoseconds()))
        }
    }

    /// What a sink has not committed: bytes over the files that it lags in, and the age of the oldest commit of the live path that it lacks.
    func lag(of runner: SinkRunner) -> (bytes: Int64, seconds: Double) {
        let progress = runner.progress
        let index = progress?.index ?? 0
        return state.withLock { state in
            var bytes: Int64 = 0
            for (key, reached) in state.open { bytes += reached.missing(progress, key) }
            let oldest = state.marks.first { $0.index > index }
            return (bytes, oldest.map { Double(Timestamp.monotonicNanoseconds() - $0.time) / 1e9 } ?? 0)
        }
    }
}
