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
        var open: [Progress.FileKey: Int64] = [:]
        /// When the live path had committed which index, oldest first.
        var marks: [Mark] = []
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

    /// After every durable commit of the live path, and once a second.
    func committed(_ commit: LiveCommit?) {
        let progresses = runners.map(\.progress)
        let finished = state.withLock { state -> [(Progress.FileKey, Int64)] in
            if let commit { note(commit, &state) }
            var finished: [(Progress.FileKey, Int64)] = []
            for (key, position) in state.open {
                let least = progresses.map { $0?.position(key.identity, key.generation) ?? 0 }.min() ?? position
                finished.append((key, min(least, position)))
                if least >= position { state.open[key] = nil }
            }
            let slowest = progresses.map { $0?.index ?? 0 }.min() ?? Int64.max
            while state.marks.count > 1, state.marks[1].index <= slowest { state.marks.removeFirst() }
            return finished
        }
        for (key, position) in finished { tailer.acknowledged(key.identity, generation: key.generation, position: position) }
        guard let commit else { return }
        let slowest = progresses.map { $0?.index ?? 0 }.min() ?? commit.index
        do throws(SystemError) { try journal.prune(before: min(slowest, commit.index)) } catch {
            Log.warning("journal", "an old segment cannot be removed; it is tried again", ["reason": error.description])
        }
    }

    private func note(_ commit: LiveCommit, _ state: inout State) {
        for checkpoint in commit.moved {
            let key = Progress.FileKey(identity: checkpoint.identity, generation: checkpoint.generation)
            state.open[key] = checkpoint.position
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
            for (key, position) in state.open { bytes += max(0, position - (progress?.position(key.identity, key.generation) ?? 0)) }
            let oldest = state.marks.first { $0.index > index }
            return (bytes, oldest.map { Double(Timestamp.monotonicNanoseconds() - $0.time) / 1e9 } ?? 0)
        }
    }
}
