public import EventailSystem

/// How one file stands, for the API and for metrics: a copy made when asked for.
public struct FileStatusReport: Sendable, Equatable {
    public var number: Int
    public var source: String
    public var path: String
    public var identity: FileIdentity
    public var generation: Int
    /// As last seen.
    public var size: Int64
    /// The first byte not yet delivered.
    public var position: Int64
    /// Every consumer has what lies before.
    public var acknowledged: Int64
    /// The number of the line that starts at `position`.
    public var line: Int64
    /// Bytes seen at the end that no newline ends yet.
    public var unfinishedBytes: Int64
    public var state: State
    /// Why the file is unreadable; empty otherwise.
    public var reason: String
    /// When the last line was read, nanoseconds since 1970; 0 before the first.
    public var lastReadTime: Int64
    public var isOpen: Bool

    /// Bytes there and not yet delivered.
    public var lag: Int64 { max(0, size - position) }

    public enum State: String, Sendable, CaseIterable {
        /// There is more to read now.
        case reading
        /// Read to its end.
        case idle
        /// Read after the file that had this path before it.
        case waiting
        /// Its last name is gone; what is open is read to its end.
        case deleted
        /// The kernel refuses it; tried again at each look.
        case unreadable
    }
}
