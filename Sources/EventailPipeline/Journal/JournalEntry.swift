public import EventailEvents
public import EventailSystem

/// One batch in the order in which the live path took it: which bytes of which file, and the sequence numbers its events got.
///
/// 72 bytes in a segment, little-endian:
///
///     0  file number of the segment u32     4  events u32
///     8  start i64    16 end i64    24 first line i64    32 first sequence i64
///    40  fingerprint length u32   44 padding u32   48 fingerprint hash u64   56 next line i64   64 check u64 (XXH3 of bytes 0..<64)
public struct JournalEntry: Sendable, Equatable {
    /// Counted over the life of the state; consumers say by it how far they are.
    public var index: Int64
    public var identity: FileIdentity
    public var generation: Int
    public var path: String
    public var source: String
    public var start: Int64
    public var end: Int64
    public var firstLine: Int64
    public var nextLine: Int64
    public var firstSequence: Int64
    public var events: Int
    public var fingerprint: Fingerprint

    static let size = 72

    /// The sequence number of the first event behind the batch.
    public var nextSequence: Int64 { firstSequence + Int64(events) }
}
