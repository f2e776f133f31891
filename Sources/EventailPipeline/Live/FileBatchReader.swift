internal import EventailEvents
internal import EventailSystem
internal import EventailTail

/// Reads journal entries' ranges again from the agents' files.
///
/// *Owns* an extraction of its own. *Thread*: its consumer's.
final class FileBatchReader: BatchReader {
    private let tailer: Tailer
    private let extraction: Extraction
    private var references: [Progress.FileKey: FileReference] = [:]
    /// Counts down: the tailer's own numbers count up.
    private var lastNumber = 0

    init(tailer: Tailer, extraction: Extraction) {
        self.tailer = tailer
        self.extraction = extraction
    }

    func batch(of entry: JournalEntry, after before: FileCheckpoint?) throws(SinkError) -> EventBatch? {
        let file = reference(entry)
        let lines: LineBatch?
        do throws(TailError) {
            lines = try tailer.read(file, from: entry.start, line: entry.firstLine, upTo: entry.end)
        } catch {
            throw .unavailable("\(entry.path) cannot be read again: \(error)", remedy: "see that the file is readable; reading is tried again")
        }
        guard let lines else { return nil }
        // Other lines than those that were numbered: the content was replaced, which the tailer cannot tell of a file that it no longer follows.
        let isOther = lines.fingerprint.length == entry.fingerprint.length && lines.fingerprint != entry.fingerprint
        if lines.end != entry.end || isOther { return nil }
        lines.fingerprint = entry.fingerprint
        let batches: [EventBatch]
        do throws(ProfileError) { batches = try extraction.batches(of: lines, carryOver: before?.carryOver) } catch {
            throw .misconfigured("\(error)", remedy: "mend the profile")
        }
        // An entry was made of one batch.
        guard batches.count == 1, let batch = batches.first else { return nil }
        if batch.events.count != entry.events {
            // A profile changed since: positions stay right, the numbers of these events do not.
            Log.warning(
                "journal", "a range gives another number of events than when it was first read; a profile has changed",
                ["file": entry.path, "from": "\(entry.start)", "then": "\(entry.events)", "now": "\(batch.events.count)"])
        }
        batch.firstSequence = entry.firstSequence
        return batch
    }

    private func reference(_ entry: JournalEntry) -> FileReference {
        let key = Progress.FileKey(identity: entry.identity, generation: entry.generation)
        if let known = references[key], known.path == entry.path { return known }
        lastNumber -= 1
        let made = FileReference(
            number: lastNumber, identity: entry.identity, generation: entry.generation, path: entry.path, source: entry.source)
        references[key] = made
        return made
    }
}
