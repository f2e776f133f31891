public import EventailSystem

/// Which file, and which life of it, a batch of lines comes from.
public final class FileReference: Sendable {
    /// Small and unique within this run; not stored.
    public let number: Int
    public let identity: FileIdentity
    /// Counts up when the content proves that the file was replaced (copy-and-truncate); from 0.
    public let generation: Int
    /// Where it was last seen when this reference was made; after a rename a new reference is made.
    public let path: String
    /// The name of the source whose paths it matches.
    public let source: String

    public init(number: Int, identity: FileIdentity, generation: Int, path: String, source: String) {
        self.number = number
        self.identity = identity
        self.generation = generation
        self.path = path
        self.source = source
    }

    /// What ids of events without one are made of, with the position: the same line has the same id for ever.
    public var stableKey: String { generation == 0 ? identity.key : "\(identity.key)~\(generation)" }
}
