public import EventailEvents
public import EventailSystem

/// How far one consumer has come: which journal entries, and per file which bytes.
///
/// The index tells what to read next; the positions are the truth, so that a range that was delivered is not delivered again even if the index is
/// older. Positions only move forward within a generation.
public struct Progress: Sendable {
    public struct FileKey: Hashable, Sendable {
        public let identity: FileIdentity
        public let generation: Int
    }

    /// The first journal entry not yet taken.
    public private(set) var index: Int64
    private var files: [FileKey: FileCheckpoint]
    /// Files that moved since `takeMoved`.
    private var moved: Set<FileKey> = []

    public init(index: Int64, checkpoints: [FileCheckpoint]) {
        self.index = index
        files = [:]
        for checkpoint in checkpoints {
            files[FileKey(identity: checkpoint.identity, generation: checkpoint.generation)] = checkpoint
        }
    }

    public func checkpoint(_ identity: FileIdentity, _ generation: Int) -> FileCheckpoint? {
        files[FileKey(identity: identity, generation: generation)]
    }

    /// The first byte of a file that this consumer wants, 0 for a file it has not seen.
    public func position(_ identity: FileIdentity, _ generation: Int) -> Int64 {
        checkpoint(identity, generation)?.position ?? 0
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
        let key = FileKey(identity: checkpoint.identity, generation: checkpoint.generation)
        if let before = files[key], before.position >= checkpoint.position { return }
        files[key] = checkpoint
        moved.insert(key)
        // A new generation ends the older ones: nothing of them can be read again.
        if checkpoint.generation > 0 {
            for older in 0..<checkpoint.generation { files[FileKey(identity: checkpoint.identity, generation: older)] = nil }
        }
    }
}
