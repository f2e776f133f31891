internal import EventailSystem

/// How a state comes up: opened as it is, put aside when damaged, made when there is none.
struct StateOpening {
    let database: Database
    let notices: [String]

    /// Opens the state of a folder that is ours.
    static func open(_ place: StateFolder) throws(StoreError) -> StateOpening {
        var notices: [String] = []
        if let fault = try damage(of: place) { notices.append(try place.quarantine(fault)) }
        try place.makeFile()
        let database = try Database(path: place.file, .write)
        if try database.number("PRAGMA user_version") == 0 {
            let epoch = ProcessUsage.randomBytes(6).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            try StateSchema.create(in: database, epoch: epoch)
        } else {
            try StateSchema.configure(database)
        }
        return StateOpening(database: database, notices: notices)
    }

    /// What is wrong with the state file, nil when it is sound or not there.
    private static func damage(of place: StateFolder) throws(StoreError) -> String? {
        guard let length = try place.length() else { return place.hasJournal ? "its journal is there, itself it is not" : nil }
        // SQLite takes an empty file for a new one and throws its journal away.
        if length == 0 { return place.hasJournal ? "it is empty beside its journal" : nil }
        do throws(StoreError) {
            let database = try Database(path: place.file, .write)
            let version = try database.number("PRAGMA user_version")
            try check(version: version, of: place)
            if version == 0 {
                // A start that ended before the tables were there leaves a sound file without any.
                return try database.number("SELECT count(*) FROM sqlite_schema") == 0 ? nil : "it is no state of Eventail"
            }
            if try database.number("PRAGMA application_id") != StateSchema.application { return "it is no state of Eventail" }
            if length <= StateStore.wholeCheckBytes || place.isSuspect {
                if let fault = try faults(in: database, table: nil).first { return fault }
                try StoreError.wrapping(place.file) { () throws(SystemError) in try place.trust() }
            } else {
                for table in ["meta", "checkpoints"] {
                    if let fault = try faults(in: database, table: table).first { return fault }
                }
            }
            return try database.number("SELECT count(*) FROM meta WHERE key='epoch'") == 1 ? nil : "it has no epoch"
        } catch {
            if error.kind == .corrupt { return error.reason }
            throw error
        }
    }

    /// Refuses a state that another version made: misread it would give wrong answers, put aside it would have everything read again.
    static func check(version: Int64, of place: StateFolder) throws(StoreError) {
        let known = StateSchema.version
        if version == 0 || version == known { return }
        throw StoreError(version > known ? .newer : .older, file: place.file, reason: "the state has version \(version), this Eventail knows \(known)")
    }

    /// What SQLite finds wrong with a table or with all, at most ten sentences.
    static func faults(in database: Database, table: String?) throws(StoreError) -> [String] {
        var found: [String] = []
        try database.withStatement("PRAGMA quick_check(\(table ?? "10"))") { statement throws(StoreError) in
            while try statement.step() {
                let words = statement.text(0)
                if words != "ok" && found.count < 10 { found.append(words) }
            }
        }
        return found
    }
}
