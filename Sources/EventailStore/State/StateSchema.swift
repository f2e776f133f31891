/// The tables of `state.db` and how a connection to it is set up.
///
///     meta(key, value)                       single values: epoch, made, sequence reservation ...
///     checkpoints(consumer, identity, ...)   how far each consumer has taken each file
///     keyed(kind, key, value)                the aggregator's state; with row ids, because without them a look-up reads whole long values
///     places(id, identity, generation, path) the files that events of history came from
///     kinds(id, profile, type)               the types of events of history
///     arrivals(hour, sequence)               the first sequence number of each hour, by which history ages
///     events(...)                            history, see `HistoryWriter`
enum StateSchema {
    /// Of everything in `state.db`, the tables and what lies in their values: `keyed` (the aggregator's rows, `StateKind`), `checkpoints.carry_over`
    /// (`FileContext`), `events`. Whoever changes a stored form so that another version would misread it counts this up; a state of another version is refused.
    static let version: Int64 = 3
    /// "EVTL": marks the file as ours.
    static let application: Int64 = 0x4556_544C

    /// Makes an empty file into a state.
    static func create(in database: Database, epoch: String) throws(StoreError) {
        try database.execute("PRAGMA page_size=16384; PRAGMA auto_vacuum=INCREMENTAL")
        try configure(database)
        try database.transaction { () throws(StoreError) in
            try database.execute(tables)
            let statement = try database.statement("INSERT INTO meta(key, value) VALUES('epoch', ?1)")
            statement.bind(1, Array(epoch.utf8))
            try statement.run()
            try database.execute("PRAGMA application_id=\(application); PRAGMA user_version=\(version)")
        }
    }

    /// Settings of a connection that writes: a commit is on disk when it returns.
    static func configure(_ database: Database) throws(StoreError) {
        try database.execute(
            """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=67108864;
            PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF; PRAGMA trusted_schema=OFF
            """)
    }

    private static let tables = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE checkpoints(
            consumer TEXT NOT NULL, identity TEXT NOT NULL, generation INTEGER NOT NULL, position INTEGER NOT NULL, line INTEGER NOT NULL,
            fingerprint_length INTEGER NOT NULL, fingerprint_hash INTEGER NOT NULL, path TEXT NOT NULL, source TEXT NOT NULL,
            carry_over BLOB NOT NULL, PRIMARY KEY(consumer, identity)) WITHOUT ROWID;
        CREATE TABLE keyed(kind INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY(kind, key));
        CREATE TABLE places(
            id INTEGER PRIMARY KEY, identity TEXT NOT NULL, generation INTEGER NOT NULL, path TEXT NOT NULL, newest INTEGER NOT NULL,
            UNIQUE(identity, generation, path));
        CREATE TABLE kinds(id INTEGER PRIMARY KEY, profile TEXT NOT NULL, type TEXT NOT NULL, UNIQUE(type, profile));
        CREATE TABLE arrivals(hour INTEGER PRIMARY KEY, sequence INTEGER NOT NULL);
        CREATE TABLE events(
            sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL, meaning INTEGER NOT NULL, status INTEGER NOT NULL,
            severity INTEGER NOT NULL, priority INTEGER NOT NULL, place INTEGER NOT NULL, position INTEGER NOT NULL, line INTEGER NOT NULL,
            agent INTEGER, execution INTEGER, conversation INTEGER, task INTEGER, workflow INTEGER, model INTEGER, tool INTEGER,
            latency REAL, duration REAL, cost REAL, id TEXT, roles BLOB NOT NULL, content BLOB NOT NULL);
        CREATE INDEX events_time ON events(time);
        CREATE INDEX events_kind ON events(kind);
        CREATE INDEX events_agent ON events(agent) WHERE agent IS NOT NULL;
        CREATE INDEX events_execution ON events(execution) WHERE execution IS NOT NULL;
        CREATE INDEX events_task ON events(task) WHERE task IS NOT NULL;
        CREATE INDEX events_workflow ON events(workflow) WHERE workflow IS NOT NULL;
        CREATE INDEX events_latency ON events(latency) WHERE \(StoredCode.slowLatency);
        CREATE INDEX events_status ON events(status) WHERE \(StoredCode.rareStatus);
        CREATE INDEX events_severity ON events(severity) WHERE \(StoredCode.rareSeverity);
        """
}
