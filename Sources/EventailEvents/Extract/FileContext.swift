/// What an extractor remembers of one file from line to line: carried roles such as model and session.
///
/// *Owns* its texts. *Thread*: the extractor's that has the file. *Limits*: 16 roles a profile, 1024 bytes each.
public final class FileContext {
    public init() {}

    /// Reads what `encode` wrote; bytes of another version or none give an empty context.
    public init(decoding bytes: [UInt8]) {}

    /// Empty when there is nothing to remember.
    public func encode() -> [UInt8] { [] }
}
