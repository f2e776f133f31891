public import EventailSystem

/// Durable knowledge of how far a consumer has taken a file: everything before `position` is delivered to it.
public struct FileCheckpoint: Sendable, Equatable {
    public var identity: FileIdentity
    public var generation: Int
    /// The first byte not yet taken.
    public var position: Int64
    /// The number of the line that starts at `position`, from 1.
    public var line: Int64
    /// Of the bytes before `position`: refutes the identity when it no longer matches.
    public var fingerprint: Fingerprint
    /// Where the file was last seen.
    public var path: String
    /// The source whose paths it matched.
    public var source: String
    /// What the extractor remembered at `position` (`EventBatch.carryOver`).
    public var carryOver: [UInt8]

    public init(
        identity: FileIdentity, generation: Int, position: Int64, line: Int64, fingerprint: Fingerprint, path: String, source: String,
        carryOver: [UInt8] = []
    ) {
        self.identity = identity
        self.generation = generation
        self.position = position
        self.line = line
        self.fingerprint = fingerprint
        self.path = path
        self.source = source
        self.carryOver = carryOver
    }
}

/// A hash (XXH3, 64 bits) of the last `length` bytes before a position; length 0 refutes nothing.
public struct Fingerprint: Sendable, Equatable {
    public var length: Int
    public var hash: UInt64
    public static let longest = 1024

    public init(length: Int, hash: UInt64) {
        self.length = length
        self.hash = hash
    }
    public static let none = Fingerprint(length: 0, hash: 0)
}
