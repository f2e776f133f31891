/// Where a file sink writes and when it begins a new file.
public struct FileSinkConfiguration: Sendable {
    /// The file that grows. Its folder is made when missing.
    public var path: String
    /// nil: the file grows for ever.
    public var rotation: Rotation?

    public struct Rotation: Sendable {
        /// A file that has grown to this is put aside as `<path>.<number>` and a new one begins.
        public var bytes: Int64
        /// How many files put aside are kept; the oldest go first.
        public var keep: Int
        /// Files put aside become `<path>.<number>.zst`.
        public var compresses: Bool

        public init(bytes: Int64 = 256 << 20, keep: Int = 8, compresses: Bool = true) {
            self.bytes = bytes
            self.keep = keep
            self.compresses = compresses
        }
    }

    public init(path: String, rotation: Rotation? = nil) {
        self.path = path
        self.rotation = rotation
    }
}
