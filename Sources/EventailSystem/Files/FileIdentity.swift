internal import CLinux

/// What makes two opens the same file: the file handle, else inode and birth time.
///
/// A path is only where a file was last seen. `key` is stable text, used in checkpoints and event ids. It survives rename and
/// truncation and differs for a reused inode (ENGINE section 3).
public struct FileIdentity: Hashable, Sendable, CustomStringConvertible {
    /// `h<hex of device and handle>` or `i<device>-<inode>-<birth>`, at most 290 characters.
    public let key: String

    public init(key: String) { self.key = key }
    public var description: String { key }
}

/// What the kernel tells of a file in one look.
public struct FileStatus: Sendable {
    public let identity: FileIdentity
    public let size: Int64
    public let isRegular: Bool
    public let inode: UInt64
    public let device: UInt64
    /// How many names it has; 0 when it is deleted and only open.
    public let links: Int

    /// Looks at an open file.
    public init(of file: Descriptor) throws(SystemError) {
        var raw = CLinux_identity()
        let code = unsafe CLinux_identity_of(file.number, &raw)
        if code != 0 { throw SystemError(code: code, operation: "statx") }
        self.init(&raw)
    }

    /// Looks at what a path leads to, links followed, without opening it.
    public init(at path: String) throws(SystemError) {
        var raw = CLinux_identity()
        let code = unsafe KernelText.with(path) { unsafe CLinux_identity_at($0, 1, &raw) }
        if code != 0 { throw SystemError(code: code, operation: "statx \(path)") }
        self.init(&raw)
    }

    private init(_ raw: inout CLinux_identity) {
        size = Int64(raw.size)
        isRegular = CLinux_is_regular(raw.mode) != 0
        inode = raw.inode
        device = raw.device
        links = Int(raw.links)
        if raw.handle_length > 0 {
            let length = Int(raw.handle_length)
            let hex = unsafe withUnsafeBytes(of: &raw.handle) { bytes in
                var text = ""
                for index in 0..<length { text += unsafe Self.hex(bytes[index]) }
                return text
            }
            identity = FileIdentity(key: "h" + String(raw.device, radix: 16) + "." + hex)
        } else {
            identity = FileIdentity(key: "i\(raw.device)-\(raw.inode)-\(raw.birth_nanoseconds)")
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
