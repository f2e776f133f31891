public import EventailEvents
public import EventailSystem

/// How far one consumer has come: which journal entries, and per file which bytes.
///
/// The index tells what to read next; the positions are the truth, so that a range that was delivered is not delivered again even if the index is
/// older. Positions only move forward within a generation, and a file has but one: what lay in an older one can be read no more.
public struct Progress: Sendable {
    public struct FileKey: Hashable, Sendable {
        public let identity: FileIdentity
        public let generation: Int
    }

    /// The first journal entry not yet taken.
    public private(set) var index: Int64
    private var files: [FileIdentity: FileCheckpoint]
    /// Files that moved since `takeMoved`.
    private var moved: Set<FileIdentity> = []

    public init(index: Int64, checkpoints: [FileCheckpoint]) {
        self.index = index
        files = [:]
        for checkpoint in checkpoints {
            if let known = files[checkpoint.identity], known.generation > checkpoint.generation { continue }
            files[checkpoint.identity] = checkpoint
        }
    }

    public func checkpoint(_ identity: FileIdentity, _ generation: Int) -> FileCheckpoint? {
        files[identity].flatMap { $0.generation == generation ? $0 : nil }
    }

    /// The first byte of a file that this consumer wants: 0 of one that it has not seen, none of a generation that it has left behind.
    public func position(_ identity: FileIdentity, _ generation: Int) -> Int64 {
        guard let known = files[identity], known.generation >= generation else { return 0 }
        return known.generation == generation ? known.position : .max
    }

    /// An index that its journal does not have says nothing: one behind the head means a journal that was lost, one before the tail a consumer that
    /// was away for so long that nobody waited for it.
    func within(_ indexes: ClosedRange<Int64>) -> Progress {
        var progress = self
        progress.index = min(max(index, indexes.lowerBound), indexes.upperBound)
        return progress
    }

    public var checkpoints: [FileCheckpoint] { Array(files.values) }

    /// An entry's batch was written.
    public mutating func wrote(_ batch: EventBatch, index: Int64) {
        advance(
            to: FileCheckpoint(
                identity: batch.file.identity, generation: batch.file.generation, position: batch.end, line: batch.nextLine,
                fingerprint: batch.fingerprint, path: batch.file.path, source: batch.file.source, carryOver: batch.carryOver))
        self.index = max(self.index, index + 1)
    }

    /// An entry needed no writing: it was delivered before, or its bytes are gone.
    public mutating func passed(_ entry: JournalEntry) {
        if position(entry.identity, entry.generation) < entry.end {
            let before = checkpoint(entry.identity, entry.generation)
            advance(
                to: FileCheckpoint(
                    identity: entry.identity, generation: entry.generation, position: entry.end, line: entry.nextLine, fingerprint: entry.fingerprint,
                    path: entry.path, source: entry.source, carryOver: before?.carryOver ?? []))
        }
        index = max(index, entry.index + 1)
    }

    /// The checkpoints that changed since the last call.
    public mutating func takeMoved() -> [FileCheckpoint] {
        defer { moved.removeAll() }
        return moved.compactMap { files[$0] }
    }

    private mutating func advance(to checkpoint: FileCheckpoint) {
        if let before = files[checkpoint.identity], (before.generation, before.position) >= (checkpoint.generation, checkpoint.position) { return }
        files[checkpoint.identity] = checkpoint
        moved.insert(checkpoint.identity)
    }
}
