internal import CLinux

/// The few things done to paths rather than to open files.
public enum FileSystem {
    /// Reads the whole of a file that is small by nature (configuration, profile); larger than `limit` bytes is refused with EFBIG.
    public static func read(_ path: String, limit: Int = 64 << 20) throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open(path, .read)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let got = try chunk.readOnce(file, at: Int64(bytes.count), path)
            if got == 0 { return bytes }
            bytes.append(contentsOf: chunk[0..<got])
            if bytes.count > limit { throw SystemError(code: EFBIG, operation: "read \(path)") }
        }
    }

    /// Puts `bytes` in place of `path` so that a reader sees the old or the new, never a part; durable when it returns.
    public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o640) throws(SystemError) {
        let temporary = path + ".new"
        let file = try Descriptor.open(temporary, [.write, .create, .truncate], mode: mode)
        do throws(SystemError) {
            try file.writeAll(bytes)
            try file.synchronize()
            try rename(temporary, to: path)
        } catch {
            // What a full disk left of it takes no more room; the first error is the one to tell.
            _ = unsafe KernelText.with(temporary) { unsafe unlink($0) }
            throw error
        }
        try synchronizeFolder(containing: path)
    }

    public static func rename(_ path: String, to target: String) throws(SystemError) {
        if unsafe KernelText.with(path, { old in unsafe KernelText.with(target) { unsafe CLinux.rename(old, $0) } }) != 0 { throw SystemError.last("rename \(path) to \(target)") }
    }

    /// Removes a file; a file that is not there is no error.
    public static func remove(_ path: String) throws(SystemError) {
        if unsafe KernelText.with(path, { unsafe unlink($0) }) != 0 {
            let error = SystemError.last("unlink \(path)")
            if !error.isMissing { throw error }
        }
    }

    /// Makes a folder and those above it.
    public static func makeFolder(_ path: String, mode: UInt32 = 0o750) throws(SystemError) {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += made.isEmpty && part.isEmpty ? "/" : (made.isEmpty || made == "/" ? "" : "/") + part
            if made.isEmpty || made == "/" { continue }
            if unsafe KernelText.with(made, { unsafe mkdir($0, mode) }) != 0 {
                let error = SystemError.last("mkdir \(made)")
                if !error.exists { throw error }
            }
        }
        if !isFolder(path) { throw SystemError(code: ENOTDIR, operation: "mkdir \(path)") }
    }

    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe KernelText.with(path, { unsafe stat($0, &status) }) == 0 && CLinux_is_folder(status.st_mode) != 0
    }

    /// Whether the path itself is a folder, not a link to one.
    public static func isRealFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe KernelText.with(path, { unsafe lstat($0, &status) }) == 0 && CLinux_is_folder(status.st_mode) != 0
    }

    /// Removes an empty folder.
    public static func removeFolder(_ path: String) throws(SystemError) {
        if unsafe KernelText.with(path, { unsafe rmdir($0) }) != 0 { throw SystemError.last("rmdir \(path)") }
    }

    public static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe KernelText.with(path, { unsafe lstat($0, &status) }) == 0
    }

    /// The names in a folder, without `.` and `..`, in the file system's order.
    public static func names(in folder: String) throws(SystemError) -> [String] {
        guard let stream = unsafe KernelText.with(folder, { unsafe opendir($0) }) else { throw SystemError.last("opendir \(folder)") }
        defer { unsafe closedir(stream) }
        var found: [String] = []
        while true {
            CLinux_set_errno(0)
            guard let entry = unsafe readdir(stream) else {
                if CLinux_errno() != 0 { throw SystemError.last("readdir \(folder)") }
                return found
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { text in unsafe KernelText.text(text) }
            }
            if name != "." && name != ".." { found.append(name) }
        }
    }

    /// The path with links resolved, or nil when it does not exist.
    public static func realPath(_ path: String) -> String? {
        guard let text = unsafe KernelText.with(path, { unsafe realpath($0, nil) }) else { return nil }
        defer { unsafe free(text) }
        return unsafe KernelText.text(text)
    }

    /// What a symbolic link says, nil when it is none.
    public static func linkTarget(_ path: String) -> String? {
        var text = [UInt8](repeating: 0, count: 4096)
        let length = unsafe text.withUnsafeMutableBytes { room in unsafe KernelText.with(path) { unsafe readlink($0, room.baseAddress!, room.count) } }
        return length < 0 ? nil : unsafe text[0..<length].withUnsafeBytes { unsafe KernelText.text($0) }
    }

    /// The descriptors of this process that the kernel describes as `target`, e.g. `anon_inode:inotify`.
    public static func descriptors(of target: String) throws(SystemError) -> Set<Int32> {
        var found: Set<Int32> = []
        for name in try names(in: "/proc/self/fd") where linkTarget("/proc/self/fd/\(name)") == target {
            if let number = Int32(name) { found.insert(number) }
        }
        return found
    }

    /// The name of the file system of `path` when changes made elsewhere do not show in its events, nil for a local one.
    public static func remoteKind(at path: String) throws(SystemError) -> String? {
        var status = statfs()
        if unsafe KernelText.with(path, { unsafe statfs($0, &status) }) != 0 { throw SystemError.last("statfs \(path)") }
        switch UInt32(truncatingIfNeeded: Int(status.f_type)) {
        case 0x6969: return "nfs"
        case 0x517B, 0xFF53_4D42, 0xFE53_4D42: return "smb"
        case 0x6573_5546: return "fuse"
        case 0x0102_1997: return "9p"
        case 0x00C3_6400: return "ceph"
        case 0x5346_414F, 0x6B41_4653: return "afs"
        case 0x0BD0_0BD0: return "lustre"
        default: return nil
        }
    }

    /// The folder part of a path, `.` for a bare name.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Bytes free to an ordinary user on the file system of `path`.
    public static func freeBytes(at path: String) throws(SystemError) -> Int64 {
        var status = statfs()
        if unsafe KernelText.with(path, { unsafe statfs($0, &status) }) != 0 { throw SystemError.last("statfs \(path)") }
        return Int64(status.f_bavail) * Int64(status.f_bsize)
    }

    /// Makes the entry of `path` in its folder durable.
    public static func synchronizeFolder(containing path: String) throws(SystemError) {
        let folder = try Descriptor.open(folder(of: path), [.read, .folder])
        if fsync(folder.number) != 0 { throw SystemError.last("fsync \(FileSystem.folder(of: path))") }
    }
}

extension [UInt8] {
    /// One positioned read that fills this array from its start; returns how many bytes came.
    fileprivate mutating func readOnce(_ file: Descriptor, at offset: Int64, _ path: String) throws(SystemError) -> Int {
        let outcome: Result<Int, SystemError> = unsafe withUnsafeMutableBytes { room in
            do throws(SystemError) {
                return .success(unsafe try file.read(into: room.baseAddress!, count: room.count, at: offset))
            } catch { return .failure(SystemError(code: error.code, operation: "read \(path)")) }
        }
        return try outcome.get()
    }
}
