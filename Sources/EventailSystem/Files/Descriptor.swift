internal import CLinux

/// An open file of the kernel's, closed when the last owner lets go.
///
/// *Thread*: may be used from any; positioned reads (`read(into:count:at:)`) share no state. *Limits*: none of its own.
public final class Descriptor: Sendable {
    /// The kernel's number, for calls that other folders of this module make.
    public let number: Int32

    /// Takes over `number`, which nobody else may close.
    public init(owning number: Int32) {
        precondition(number >= 0, "a descriptor is a number of the kernel's, never negative")
        self.number = number
    }

    deinit { _ = close(number) }

    /// Opens `path` with `flags` (O_CLOEXEC is always added); `mode` is of a file that this creates.
    public static func open(_ path: String, _ flags: OpenFlags, mode: UInt32 = 0o640) throws(SystemError) -> Descriptor {
        while true {
            let number = unsafe KernelText.with(path) { unsafe CLinux_open($0, flags.rawValue | O_CLOEXEC, mode) }
            if number >= 0 { return Descriptor(owning: number) }
            let error = SystemError.last("open \(path)")
            if !error.isInterrupted { throw error }
        }
    }

    /// Reads at most `count` bytes that start at `offset` into memory at `target`; 0 at the end of the file.
    public func read(into target: UnsafeMutableRawPointer, count: Int, at offset: Int64) throws(SystemError) -> Int {
        while true {
            let got = unsafe pread(number, target, count, Int(offset))
            if got >= 0 { return got }
            let error = SystemError.last("read")
            if !error.isInterrupted { throw error }
        }
    }

    /// Reads at most `count` bytes at the descriptor's own position, as pipes and terminals want it; 0 at the end.
    public func readNext(into target: UnsafeMutableRawPointer, count: Int) throws(SystemError) -> Int {
        while true {
            let got = unsafe CLinux.read(number, target, count)
            if got >= 0 { return got }
            let error = SystemError.last("read")
            if !error.isInterrupted { throw error }
        }
    }

    /// Reads in one look at most `prefixCount` bytes from `offset` into `prefix` and the `count` bytes behind them into `target`; answers how many came in all.
    public func read(
        prefix: UnsafeMutableRawPointer, prefixCount: Int, into target: UnsafeMutableRawPointer, count: Int, at offset: Int64
    ) throws(SystemError) -> Int {
        while true {
            let got = unsafe CLinux_read_behind(number, prefix, prefixCount, target, count, offset)
            if got >= 0 { return Int(got) }
            let error = SystemError.last("read")
            if !error.isInterrupted { throw error }
        }
    }

    /// The first position at or behind `offset` that is no hole; nil when only a hole follows. A file system without holes answers `offset`.
    public func firstByte(from offset: Int64) throws(SystemError) -> Int64? {
        let found = CLinux_seek_data(number, offset)
        if found >= 0 { return found }
        let error = SystemError.last("seek")
        switch error.code {
        case ENXIO: return nil
        case EINVAL, EOPNOTSUPP: return offset
        default: throw error
        }
    }

    /// The path the kernel knows this open file by now; nil when its last name is gone.
    public var currentPath: String? {
        guard let target = FileSystem.linkTarget("/proc/self/fd/\(number)"), target.utf8.first == 0x2F, !target.hasSuffix(" (deleted)") else { return nil }
        return target
    }

    /// Appends all of `bytes` at the descriptor's own position, in as many calls as the kernel wants.
    public func writeAll(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let put = unsafe write(number, bytes.baseAddress! + done, bytes.count - done)
            if put < 0 {
                let error = SystemError.last("write")
                if error.isInterrupted { continue }
                throw error
            }
            done += put
        }
    }

    /// Appends all of `bytes`.
    public func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        let failure: SystemError? = unsafe bytes.withUnsafeBytes { pointer in
            do throws(SystemError) { unsafe try writeAll(pointer); return nil } catch { return error }
        }
        if let failure { throw failure }
    }

    /// Makes what was written durable (fdatasync).
    public func synchronize() throws(SystemError) {
        while fdatasync(number) != 0 {
            let error = SystemError.last("fdatasync")
            if !error.isInterrupted { throw error }
        }
    }

    /// Closes a descriptor that another library owns in programs that this process starts.
    public static func set(closeOnExec number: Int32) throws(SystemError) {
        if CLinux_fcntl(number, F_SETFD, Int(FD_CLOEXEC)) < 0 { throw SystemError.last("fcntl") }
    }

    /// Cuts or extends the file to `length` bytes.
    public func truncate(to length: Int64) throws(SystemError) {
        if ftruncate(number, Int(length)) != 0 { throw SystemError.last("ftruncate") }
    }

    /// The file's length in bytes, as the kernel knows it now.
    public func size() throws(SystemError) -> Int64 {
        var status = stat()
        if unsafe fstat(number, &status) != 0 { throw SystemError.last("fstat") }
        return Int64(status.st_size)
    }

    /// Takes the advisory lock of the whole file without waiting; false when another process holds it.
    public func tryLock() throws(SystemError) -> Bool {
        if flock(number, LOCK_EX | LOCK_NB) == 0 { return true }
        let error = SystemError.last("flock")
        if error.wouldBlock { return false }
        throw error
    }
}

/// How a file is opened: the kernel's O_ flags by name.
public struct OpenFlags: OptionSet, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let read = OpenFlags(rawValue: O_RDONLY)
    public static let write = OpenFlags(rawValue: O_WRONLY)
    public static let readWrite = OpenFlags(rawValue: O_RDWR)
    public static let create = OpenFlags(rawValue: O_CREAT)
    public static let append = OpenFlags(rawValue: O_APPEND)
    public static let truncate = OpenFlags(rawValue: O_TRUNC)
    /// Does not wait on a FIFO that has no writer.
    public static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
    public static let folder = OpenFlags(rawValue: O_DIRECTORY)
}
