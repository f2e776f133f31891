internal import EventailSystem

/// The folder of one instance: makes it, locks it, and puts a broken state file aside.
///
/// *Owns* the lock, an advisory one on the file `lock` that holds this process' number. *Limits*: one instance a folder.
struct StateFolder: Sendable {
    let path: String
    private let lock: Descriptor?

    var file: String { "\(path)/state.db" }
    /// There when a read or write found the state damaged: the next start looks at all of it.
    private var suspicion: String { "\(path)/state.db.suspect" }

    /// Makes the folder and takes the lock.
    static func own(_ path: String) throws(StoreError) -> StateFolder {
        let lockFile = "\(path)/lock"
        let lock = try StoreError.wrapping(lockFile) { () throws(SystemError) in
            try FileSystem.makeFolder(path)
            return try Descriptor.open(lockFile, [.readWrite, .create])
        }
        if try !StoreError.wrapping(lockFile, { () throws(SystemError) in try lock.tryLock() }) {
            let holder = try StoreError.wrapping(lockFile) { () throws(SystemError) in String(decoding: try FileSystem.read(lockFile, limit: 4096), as: UTF8.self) }
            let number = holder.prefix { $0.isNumber }
            let who = number.isEmpty ? "another process" : "the process \(number)"
            throw StoreError(.locked, file: lockFile, reason: "\(who) works with this state folder")
        }
        try StoreError.wrapping(lockFile) { () throws(SystemError) in
            try lock.truncate(to: 0)
            try lock.writeAll(Array("\(ProcessUsage.identifier)\n".utf8))
        }
        return StateFolder(path: path, lock: lock)
    }

    /// A folder that is only looked at, beside its owner.
    static func look(_ path: String) -> StateFolder { StateFolder(path: path, lock: nil) }

    private init(path: String, lock: Descriptor?) {
        self.path = path
        self.lock = lock
    }

    var isSuspect: Bool { FileSystem.exists(suspicion) }

    /// Remembers for the next start that the state is damaged.
    func suspect(_ reason: String) {
        do throws(SystemError) { try FileSystem.replace(suspicion, with: Array("\(reason)\n".utf8)) } catch {
            Log.warning("store", "the damage of the state cannot be noted for the next start", ["reason": error.description])
        }
    }

    /// The state was looked at and is sound.
    func trust() throws(SystemError) { try FileSystem.remove(suspicion) }

    /// Puts the state file and its journal aside under a name with the time; answers a sentence about it.
    func quarantine(_ reason: String) throws(StoreError) -> String {
        let suffix = ".broken-\(Timestamp.now().nanoseconds / 1_000_000)"
        try StoreError.wrapping(file) { () throws(SystemError) in
            for part in ["", "-wal", "-shm"] where FileSystem.exists(file + part) {
                try FileSystem.rename(file + part, to: file + suffix + part)
            }
            try FileSystem.remove(suspicion)
        }
        return "\(file) is damaged (\(reason)); it was put aside as \(file)\(suffix) and a new state was started"
    }

    /// Makes an empty state file when there is none: SQLite would let everybody read it, and its journal gets the same rights.
    func makeFile() throws(StoreError) {
        _ = try StoreError.wrapping(file) { () throws(SystemError) in try Descriptor.open(file, [.readWrite, .create]) }
    }

    /// The state file's length, nil when there is none.
    func length() throws(StoreError) -> Int64? {
        if !FileSystem.exists(file) { return nil }
        return try StoreError.wrapping(file) { () throws(SystemError) in try Descriptor.open(file, .read).size() }
    }

    /// Whether a journal lies there without or beside the state file.
    var hasJournal: Bool { FileSystem.exists(file + "-wal") }
}
