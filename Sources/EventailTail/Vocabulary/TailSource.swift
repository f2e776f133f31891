/// Where lines come from: the paths of one `tail` source of the configuration and how they are read.
public struct TailSource: Sendable {
    public var name: String
    /// Patterns of absolute paths, see `Glob`; `~` is already expanded.
    public var paths: [String]
    /// Patterns of paths left out; one without a slash means a name at any depth.
    public var exclude: [String]
    /// Whether files that are there at the very first start are read from their end; files that appear later are always read from their beginning.
    public var startAtEnd: Bool
    /// A longer line is delivered as its beginning with `tooLongBytes` set.
    public var maximumLineBytes: Int
    /// The files follow each other by name: each is read when the one before is read to its end.
    public var isSequence: Bool

    public init(name: String, paths: [String], exclude: [String] = [], startAtEnd: Bool = false, maximumLineBytes: Int = 16 << 20, isSequence: Bool = false) {
        precondition(maximumLineBytes > 0, "a line may have at least one byte")
        self.name = name
        self.paths = paths
        self.exclude = exclude
        self.startAtEnd = startAtEnd
        self.maximumLineBytes = maximumLineBytes
        self.isSequence = isSequence
    }
}
