internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// Puts events into history, inside a transaction of its `StateWriter`.
///
/// A row is 23 columns: numbers first, then the roles as JSON and the line as written. Texts that are filtered by are stored as hashes, the
/// texts themselves are among the roles. What lies before history's own checkpoint is skipped, so a batch that comes again adds nothing.
/// *Owns* the caches of places and kinds. *Thread*: the state writer's. *Limits*: caches hold a number for each file and each type of this run.
final class HistoryWriter {
    private let database: Database
    private let catalogue: Catalogue
    private var roles = JSONWriter(reserving: 4096)
    /// The role values and texts of the batch being stored.
    private var values: ContiguousArray<RoleValue> = []
    private var text: ContiguousArray<UInt8> = []
    /// Ids in `places` by `FileReference.number`; of another reference with the same number (after a rename, from another reader) they say nothing.
    private var places: [Int: Place] = [:]
    /// Ids in `kinds` by `Event.type`, 0 when not yet known.
    private var kinds = [Int64](repeating: 0, count: Catalogue.most)
    private var kindNames: [Catalogue.Entry] = []
    /// How far history has taken each file, by identity; nil until read from the checkpoints.
    private var taken: [String: Taken]?
    /// The largest and smallest sequence number of this transaction, and those of each place.
    private var newest: Int64 = 0
    private var oldest: Int64 = .max
    private var touched: [Int64: Int64] = [:]

    private struct Taken {
        let generation: Int
        let position: Int64
    }

    private struct Place {
        let file: FileReference
        let identifier: Int64
    }

    private static let insertion = """
        INSERT INTO events(sequence, time, kind, meaning, status, severity, priority, place, position, line, agent, execution, conversation,
            task, workflow, model, tool, latency, duration, cost, id, roles, content)
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)
        """

    init(_ database: Database, catalogue: Catalogue) {
        self.database = database
        self.catalogue = catalogue
    }

    /// Stores the events at or behind `position` that history does not have yet.
    func append(_ batch: EventBatch, from position: Int64) throws(StoreError) {
        let key = batch.file.identity.key
        var from = position
        if let known = try takenFiles()[key] {
            if batch.file.generation < known.generation { return }
            if batch.file.generation == known.generation { from = max(from, known.position) }
        }
        if batch.end <= from { return }
        // Read once: each access to a property of a shared object is checked for exclusivity.
        let events = batch.events
        values = batch.values
        text = batch.text
        defer { values = []; text = [] }
        precondition(events.isEmpty || batch.firstSequence > 0, "events have sequence numbers before they go into history")
        if let last = events.last, last.position >= from {
            let place = try place(of: batch.originFile)
            let statement = try database.statement(Self.insertion)
            for index in events.indices where events[index].position >= from {
                try insert(events[index], of: batch, sequence: batch.firstSequence + Int64(index), place: place, with: statement)
            }
            newest = max(newest, batch.firstSequence + Int64(events.count - 1))
            oldest = min(oldest, batch.firstSequence)
            touched[place] = newest
        }
        taken?[key] = Taken(generation: batch.file.generation, position: batch.end)
    }

    /// Notes when the transaction's events arrived, by which they age.
    func finish(at time: Timestamp) throws(StoreError) {
        if newest == 0 { return }
        let arrival = try database.statement("INSERT OR IGNORE INTO arrivals VALUES(?1, ?2)")
        arrival.bind(1, time.seconds / 3600)
        arrival.bind(2, oldest)
        try arrival.run()
        let place = try database.statement("UPDATE places SET newest=?2 WHERE id=?1")
        for (identifier, sequence) in touched {
            place.bind(1, identifier)
            place.bind(2, sequence)
            try place.run()
        }
        newest = 0
        oldest = .max
        touched.removeAll(keepingCapacity: true)
    }

    /// Forgets all that a transaction that failed may have made known.
    func forget() {
        places.removeAll()
        for index in kinds.indices { kinds[index] = 0 }
        taken = nil
        newest = 0
        oldest = .max
        touched.removeAll()
    }

    /// History's checkpoint of a file is set, forward or back.
    func moved(to checkpoint: FileCheckpoint) {
        taken?[checkpoint.identity.key] = Taken(generation: checkpoint.generation, position: checkpoint.position)
    }

    func forgot(_ identity: FileIdentity) { taken?[identity.key] = nil }

    private func takenFiles() throws(StoreError) -> [String: Taken] {
        if let taken { return taken }
        var read: [String: Taken] = [:]
        let statement = try database.statement("SELECT identity, generation, position FROM checkpoints WHERE consumer='\(StateStore.historyConsumer)'")
        while try statement.step() { read[statement.text(0)] = Taken(generation: Int(statement.int(1)), position: statement.int(2)) }
        taken = read
        return read
    }

    private func insert(_ event: Event, of batch: EventBatch, sequence: Int64, place: Int64, with statement: Statement) throws(StoreError) {
        statement.bind(1, sequence)
        statement.bind(2, event.time)
        statement.bind(3, try kind(event.type))
        statement.bind(4, StoredCode.code(event.meaning))
        statement.bind(5, StoredCode.code(event.status))
        statement.bind(6, StoredCode.code(event.severity))
        statement.bind(7, StoredCode.code(event.priority))
        statement.bind(8, place)
        statement.bind(9, batch.originPosition(of: event))
        statement.bind(10, batch.origin == nil ? event.line : 0)
        for column in 11...21 { statement.bindNull(column) }
        // Later values first, so that of a role told twice the first counts; parts are last in line.
        if event.partCount > 0 {
            for index in (Int(event.firstPart)..<Int(event.firstPart) + Int(event.partCount)).reversed() {
                let part = batch.parts[index]
                bindValues(first: Int(part.firstValue), count: Int(part.valueCount), ofPart: true, of: batch, with: statement)
            }
        }
        bindValues(first: Int(event.firstValue), count: Int(event.valueCount), ofPart: false, of: batch, with: statement)
        roles.removeAll()
        RolesWriter.writeRest(event, of: batch, into: &roles)
        let outcome: Result<Void, StoreError> = unsafe batch.withLine(event) { line in
            unsafe roles.bytes.withUnsafeBytes { roles in
                unsafe statement.bind(22, borrowing: roles)
                unsafe statement.bind(23, borrowing: line)
                do throws(StoreError) { return .success(try statement.run()) } catch { return .failure(error) }
            }
        }
        try outcome.get()
    }

    private func bindValues(first: Int, count: Int, ofPart: Bool, of batch: EventBatch, with statement: Statement) {
        for index in (first..<first + count).reversed() {
            let value = values[index]
            switch value.role {
            case .agent: bindHash(11, value, with: statement)
            case .execution: bindHash(12, value, with: statement)
            case .conversation: bindHash(13, value, with: statement)
            case .task: bindHash(14, value, with: statement)
            case .workflow: bindHash(15, value, with: statement)
            case .model: bindHash(16, value, with: statement)
            case .tool: bindHash(17, value, with: statement)
            case .latencyMilliseconds: statement.bind(18, value.number)
            case .durationMilliseconds: statement.bind(19, value.number)
            case .costUSD: statement.bind(20, value.number)
            case .id: if !ofPart { statement.bind(21, batch.string(value)) }
            default: break
            }
        }
    }

    private func bindHash(_ column: Int, _ value: RoleValue, with statement: Statement) {
        statement.bind(column, TextHash.of(text, from: value.offset, length: value.length))
    }

    private func place(of file: FileReference) throws(StoreError) -> Int64 {
        if let known = places[file.number], known.file === file { return known.identifier }
        let insertion = try database.statement("INSERT OR IGNORE INTO places(identity, generation, path, newest) VALUES(?1, ?2, ?3, 0)")
        let selection = try database.statement("SELECT id FROM places WHERE identity=?1 AND generation=?2 AND path=?3")
        for statement in [insertion, selection] {
            statement.bind(1, file.identity.key)
            statement.bind(2, file.generation)
            statement.bind(3, file.path)
        }
        try insertion.run()
        let identifier = try selection.step() ? selection.int(0) : 0
        selection.reset()
        places[file.number] = Place(file: file, identifier: identifier)
        return identifier
    }

    private func kind(_ type: UInt16) throws(StoreError) -> Int64 {
        let known = kinds[Int(type)]
        if known != 0 { return known }
        if Int(type) >= kindNames.count { kindNames = catalogue.entries }
        let entry = kindNames[Int(type)]
        let insertion = try database.statement("INSERT OR IGNORE INTO kinds(profile, type) VALUES(?1, ?2)")
        let selection = try database.statement("SELECT id FROM kinds WHERE profile=?1 AND type=?2")
        for statement in [insertion, selection] {
            statement.bind(1, entry.profile)
            statement.bind(2, entry.type)
        }
        try insertion.run()
        let identifier = try selection.step() ? selection.int(0) : 0
        selection.reset()
        kinds[Int(type)] = identifier
        return identifier
    }
}
