internal import CSQLite

/// A prepared statement: values in, rows out. Parameters count from 1, columns from 0, as SQLite does.
///
/// *Owns* nothing: its `Database` finishes it. *Thread*: the database's.
@safe final class Statement {
    private let handle: OpaquePointer
    private unowned let database: Database
    private let text: String
    /// The first refusal of a value, told by the next step.
    private var refusal = SQLITE_OK

    init(owning handle: OpaquePointer, of database: Database, text: String) {
        unsafe self.handle = handle
        self.database = database
        self.text = text
    }

    /// Gives the handle back; the statement is not used again.
    func finish() { unsafe sqlite3_finalize(handle) }

    // MARK: values

    func bind(_ index: Int, _ value: Int64) { note(unsafe sqlite3_bind_int64(handle, Int32(index), value)) }
    func bind(_ index: Int, _ value: Int) { bind(index, Int64(value)) }
    func bind(_ index: Int, _ value: Double) { note(unsafe sqlite3_bind_double(handle, Int32(index), value)) }
    func bindNull(_ index: Int) { note(unsafe sqlite3_bind_null(handle, Int32(index))) }
    func bind(_ index: Int, _ value: Int64?) { if let value { bind(index, value) } else { bindNull(index) } }
    func bind(_ index: Int, _ value: Double?) { if let value { bind(index, value) } else { bindNull(index) } }

    func bind(_ index: Int, _ value: String) {
        var value = value
        value.withUTF8 { bytes in unsafe bindText(index, bytes, Self.copied) }
    }

    func bind(_ index: Int, _ value: [UInt8]) {
        unsafe value.withUnsafeBytes { bytes in unsafe bindBlob(index, bytes, Self.copied) }
    }

    /// Binds bytes without a copy: they must stay until the next `reset`.
    func bind(_ index: Int, borrowing bytes: UnsafeRawBufferPointer) { unsafe bindBlob(index, bytes, nil) }

    /// Binds UTF-8 text without a copy: it must stay until the next `reset`.
    func bind(_ index: Int, borrowing text: UnsafeBufferPointer<UInt8>) { unsafe bindText(index, text, nil) }

    private func bindText(_ index: Int, _ text: UnsafeBufferPointer<UInt8>, _ end: sqlite3_destructor_type?) {
        // A null pointer would make an empty text NULL.
        guard let start = text.baseAddress, text.count > 0 else { return note(unsafe sqlite3_bind_text(handle, Int32(index), "", 0, Self.copied)) }
        unsafe UnsafeRawPointer(start).withMemoryRebound(to: CChar.self, capacity: text.count) { start in
            note(unsafe sqlite3_bind_text64(handle, Int32(index), start, UInt64(text.count), end, UInt8(SQLITE_UTF8)))
        }
    }

    private func bindBlob(_ index: Int, _ bytes: UnsafeRawBufferPointer, _ end: sqlite3_destructor_type?) {
        if unsafe bytes.isEmpty { return note(unsafe sqlite3_bind_zeroblob(handle, Int32(index), 0)) }
        note(unsafe sqlite3_bind_blob64(handle, Int32(index), bytes.baseAddress, UInt64(bytes.count), end))
    }

    // MARK: running

    /// Goes to the next row; false when there is none, and the statement is reset.
    func step() throws(StoreError) -> Bool {
        if refusal != SQLITE_OK {
            let code = refusal
            reset()
            throw database.failure(code, doing: text)
        }
        let code = unsafe sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { reset(); return false }
        let error = database.failure(code, doing: text)
        reset()
        throw error
    }

    /// Runs a statement whose rows do not matter.
    func run() throws(StoreError) {
        if try step() { reset() }
    }

    /// Forgets where the rows were; values stay bound.
    func reset() {
        unsafe sqlite3_reset(handle)
        refusal = SQLITE_OK
    }

    // MARK: columns

    func int(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(handle, Int32(column)) }
    func double(_ column: Int) -> Double { unsafe sqlite3_column_double(handle, Int32(column)) }
    func isNull(_ column: Int) -> Bool { unsafe sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }

    func text(_ column: Int) -> String {
        let start = unsafe sqlite3_column_text(handle, Int32(column))
        let length = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: start == nil ? 0 : length), as: UTF8.self)
    }

    func bytes(_ column: Int) -> [UInt8] {
        let start = unsafe sqlite3_column_blob(handle, Int32(column))
        let length = Int(unsafe sqlite3_column_bytes(handle, Int32(column)))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : length))
    }

    private func note(_ code: Int32) { if code != SQLITE_OK && refusal == SQLITE_OK { refusal = code } }

    /// SQLITE_TRANSIENT, which is a macro with a cast: SQLite copies the bytes at once.
    private static let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
