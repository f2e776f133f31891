/// How tailing stands as a whole, for `/readyz` and metrics.
public struct TailStatus: Sendable, Equatable {
    public var knownFiles = 0
    public var openFiles = 0
    public var watchedFolders = 0
    /// Folders that events do not come from, and why; they are looked at every `reconcileInterval`.
    public var pollingFolders: [String: String] = [:]
    /// Folders that could not be listed at the last look, and why.
    public var unreadableFolders: [String: String] = [:]
    /// Files known but unreadable.
    public var unreadableFiles = 0
    /// Rotated files that were compressed before they were read to their end.
    public var compressedFiles: [String] = []
    /// Files not followed because `TailLimits.files` are known.
    public var refusedFiles = 0
    /// By cause: `truncated`, `deleted`, `hole`.
    public var lostBytes: [String: Int64] = [:]
    public var bytesRead: Int64 = 0
    public var linesRead: Int64 = 0
    public var reconcilePasses: Int64 = 0
    public var eventOverflows: Int64 = 0

    public init() {}
}
