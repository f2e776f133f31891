internal import CSQLite

/// One connection to a SQLite file: the only door to the library.
///
/// *Owns* the handle and every statement prepared on it. *Thread*: one at a time, which its owner's lock sees to.
/// *Limits*: waits at most `busyMilliseconds` for another connection's write.
@safe final class Database: @unchecked Sendable {
    // @unchecked: its owner uses it under a lock of its own and hands it to nobody.
    let path: String
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    static let busyMilliseconds: Int32 = 5000

    /// Whether the connection may change the file.
    enum Access { case write, read }

    init(path: String, _ access: Access) throws(StoreError) {
        self.path = path
        var opened: OpaquePointer?
        let create = access == .write ? SQLITE_OPEN_CREATE : 0
        var code = unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | create | SQLITE_OPEN_NOMUTEX, nil)
        if access == .read && code != SQLITE_OK {
            unsafe sqlite3_close_v2(opened)
            code = unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        }
        guard code == SQLITE_OK, let made = unsafe opened else {
            let error = unsafe Self.error(code, of: opened, path: path, doing: "open")
            unsafe sqlite3_close_v2(opened)
            throw error
        }
        unsafe handle = made
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, Self.busyMilliseconds)
        if access == .read { try execute("PRAGMA query_only=1") }
    }

    deinit {
        for statement in statements.values { statement.finish() }
        unsafe sqlite3_close_v2(handle)
    }

    /// The statement of a constant text, prepared once for the connection.
    func statement(_ text: String) throws(StoreError) -> Statement {
        if let known = statements[text] { return known }
        let made = try prepare(text)
        statements[text] = made
        return made
    }

    /// Prepares a text that is not constant for one use.
    func withStatement<Answer>(_ text: String, _ body: (Statement) throws(StoreError) -> Answer) throws(StoreError) -> Answer {
        let statement = try prepare(text)
        defer { statement.finish() }
        return try body(statement)
    }

    /// Runs a text of one or more statements that answer nothing of interest.
    func execute(_ text: String) throws(StoreError) {
        let code = unsafe sqlite3_exec(handle, text, nil, nil, nil)
        if code != SQLITE_OK { throw failure(code, doing: text) }
    }

    /// The first column of the first row as a number, 0 when there is none.
    func number(_ text: String) throws(StoreError) -> Int64 {
        try withStatement(text) { statement throws(StoreError) in try statement.step() ? statement.int(0) : 0 }
    }

    /// Runs `body` in one transaction: all of it becomes durable or none.
    func transaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        try statement("BEGIN IMMEDIATE").run()
        do throws(StoreError) {
            try body()
            try statement("COMMIT").run()
        } catch {
            // SQLite has rolled back by itself after some failures; it then no longer is inside a transaction.
            if unsafe sqlite3_get_autocommit(handle) == 0 { try statement("ROLLBACK").run() }
            throw error
        }
    }

    /// How many rows the last statement changed.
    var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

    private func prepare(_ text: String) throws(StoreError) -> Statement {
        var made: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let made = unsafe made else { throw failure(code, doing: text) }
        return unsafe Statement(owning: made, of: self, text: text)
    }

    /// The error of a call on this connection that just failed.
    func failure(_ code: Int32, doing operation: String) -> StoreError {
        unsafe Self.error(code, of: handle, path: path, doing: operation)
    }

    private static func error(_ code: Int32, of handle: OpaquePointer?, path: String, doing operation: String) -> StoreError {
        let words = unsafe handle == nil ? String(cString: sqlite3_errstr(code)) : String(cString: sqlite3_errmsg(handle))
        let number = unsafe handle == nil ? 0 : sqlite3_system_errno(handle)
        let noRoom: [Int32] = [28, 122]  // ENOSPC, EDQUOT: SQLite tells a full disk as a failed write now and then.
        let kind: StoreError.Kind
        switch code & 0xFF {
        case SQLITE_FULL: kind = .full
        case SQLITE_BUSY, SQLITE_LOCKED: kind = .locked
        case SQLITE_CORRUPT, SQLITE_NOTADB: kind = .corrupt
        case SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: kind = .denied
        case SQLITE_CANTOPEN: kind = number == 13 ? .denied : noRoom.contains(number) ? .full : .io
        case SQLITE_IOERR: kind = noRoom.contains(number) ? .full : .io
        case SQLITE_NOMEM, SQLITE_INTERRUPT: kind = .io
        default: kind = .defect
        }
        return StoreError(kind, file: path, reason: "\(operation.prefix(60)): \(words) (SQLite \(code))")
    }
}
