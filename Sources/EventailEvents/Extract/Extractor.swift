/// Which profiles may read a source's lines.
public enum ProfileChoice: Sendable, Equatable {
    /// Each line by the first profile that recognises it.
    case auto
    /// Always this one, by name or path.
    case named(String)
    /// Like `auto`, among these only, in this order.
    case list([String])
}

/// What becomes of a line whose type its profile does not know.
public enum UnknownTypes: Sendable, Equatable {
    /// What the profile says: mostly a dead letter.
    case reject
    /// It counts as a note.
    case pass
}

/// Turns batches of lines into batches of events: parses, recognises, validates, finds roles.
///
/// *Owns* a parser, a schema runner and scratch memory, all reused. *Thread*: one; make one extractor a thread. A file's batches must
/// come in order with the file's own `FileContext`.
public final class Extractor {
    /// A choice that names a profile that the set does not have is an error.
    public init(profiles: ProfileSet, choice: ProfileChoice = .auto, unknownTypes: UnknownTypes = .reject) throws(ProfileError) {}

    /// What became of each line. `context` goes on to the state behind the batch, which is also in `EventBatch.carryOver`.
    public func extract(_ lines: LineBatch, _ context: FileContext) -> EventBatch {
        EventBatch(file: lines.file, buffer: lines.buffer, start: lines.start, end: lines.end, readTime: lines.readTime)
    }
}
