internal import CLinux

/// What a path leads to, seen in one cheap call: enough to tell whether it is still what it was at the last look.
///
/// Equal `key`s mean the same file as long as the file system keeps birth times; `FileStatus` is the truth.
public struct FileGlance: Sendable, Equatable {
    public let key: Key
    public let size: Int64
    public let kind: Kind
    /// When the content last changed, nanoseconds since 1970.
    public let changed: Int64

    public struct Key: Hashable, Sendable {
        public let device: UInt64
        public let inode: UInt64
        /// Nanoseconds since 1970, 0 when the file system does not say.
        public let birth: Int64
    }

    public enum Kind: Sendable { case file, folder, other }

    /// Looks at a path, links followed.
    public init(at path: String) throws(SystemError) {
        var raw = CLinux_identity()
        let code = unsafe KernelText.with(path) { unsafe CLinux_identity_at($0, 0, &raw) }
        if code != 0 { throw SystemError(code: code, operation: "statx \(path)") }
        key = Key(device: raw.device, inode: raw.inode, birth: raw.birth_nanoseconds)
        size = Int64(raw.size)
        changed = raw.change_nanoseconds
        kind = CLinux_is_regular(raw.mode) != 0 ? .file : CLinux_is_folder(raw.mode) != 0 ? .folder : .other
    }

    /// Whether this looks like the file that `other` was; never when birth times are unknown.
    public func isSurely(_ other: FileGlance) -> Bool { key == other.key && key.birth != 0 }
}
