public import EventailEvents

/// Reads a journal entry's range of its file again and makes the same batch of it; what a consumer that is behind lives on.
public protocol BatchReader: AnyObject {
    /// The batch of an entry, with its sequence numbers; nil when the file's bytes are gone for good.
    /// `before` is the consumer's checkpoint of the file, which carries what the extractor remembered.
    func batch(of entry: JournalEntry, after before: FileCheckpoint?) throws(SinkError) -> EventBatch?
}
