import EventailEvents
import EventailPipeline
import EventailSystem
import Synchronization

/// A sink in memory that keeps only what was committed and fails when told to: what a real one does, at will.
final class FaultySink: Sink {
    struct State {
        /// Committed sequence numbers, in order.
        var committed: [Int64] = []
        var written: [Int64] = []
        var opens = 0
        /// Calls of `write` until each next failure.
        var failures: [Int] = []
        var misconfigured = false
    }

    let name: String
    let kind = "faulty"
    let state = Mutex(State())
    /// While closed the sink is as fast as it can be; else each write takes one element.
    let gate: BoundedQueue<Bool>?

    init(_ name: String = "faulty", gate: BoundedQueue<Bool>? = nil) {
        self.name = name
        self.gate = gate
    }

    func open() throws(SinkError) {
        let misconfigured = state.withLock { state in
            state.opens += 1
            state.written = []
            return state.misconfigured
        }
        if misconfigured { throw .misconfigured("the stream is a list", remedy: "name another stream") }
    }

    func write(_ batch: EventBatch, from position: Int64) throws(SinkError) {
        if let gate { _ = gate.pop() }
        let fails = state.withLock { state in
            if let next = state.failures.first {
                if next == 0 {
                    state.failures.removeFirst()
                    return true
                }
                state.failures[0] = next - 1
            }
            for (index, event) in batch.events.enumerated() where event.position >= position { state.written.append(batch.firstSequence + Int64(index)) }
            return false
        }
        if fails { throw .unavailable("gone", remedy: "wait") }
    }

    func commit(_ checkpoints: [FileCheckpoint]) throws(SinkError) -> Bool {
        state.withLock { state in
            state.committed += state.written
            state.written = []
        }
        return false
    }

    func close() {}
}

/// Checkpoints in memory.
final class MemoryKeeper: CheckpointKeeper {
    private let state = Mutex<[String: (index: Int64, files: [String: FileCheckpoint])]>([:])

    func keep(_ moved: [FileCheckpoint], index: Int64, of consumer: String) throws(SinkError) {
        state.withLock { state in
            var kept = state[consumer] ?? (0, [:])
            kept.index = index
            for checkpoint in moved { kept.files["\(checkpoint.identity.key)~\(checkpoint.generation)"] = checkpoint }
            state[consumer] = kept
        }
    }

    func progress(of consumer: String) throws(SinkError) -> Progress? {
        state.withLock { state in state[consumer].map { Progress(index: $0.index, checkpoints: Array($0.files.values)) } }
    }
}

/// Makes the batch of an entry again out of nothing but the entry: positions are sequence numbers here.
final class EntryReader: BatchReader {
    func batch(of entry: JournalEntry, after before: FileCheckpoint?) throws(SinkError) -> EventBatch? {
        let file = FileReference(number: 0, identity: entry.identity, generation: entry.generation, path: entry.path, source: entry.source)
        let batch = Self.make(file, entry.start..<entry.end)
        batch.firstSequence = entry.firstSequence
        return batch
    }

    /// One event a byte, at that byte.
    static func make(_ file: FileReference, _ range: Range<Int64>) -> EventBatch {
        let batch = JournalTests.batch(file, range, events: range.count)
        for index in batch.events.indices { batch.events[index].position = range.lowerBound + Int64(index) }
        return batch
    }
}
