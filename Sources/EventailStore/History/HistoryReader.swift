internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// Reads pages of history from one connection.
///
/// *Thread*: one at a time, under `History`'s lock.
final class HistoryReader: @unchecked Sendable {
    // @unchecked: reached only under the lock of the History that made it.
    let database: Database
    private let parser = TapeParser(capacity: 64 << 10)
    /// Times that cover more than this part of history are walked by sequence: most events match.
    private static let wideShare = 0.2

    init(_ database: Database) { self.database = database }

    func events(_ query: EventQuery) throws(StoreError) -> EventPage {
        guard let selection = try selection(of: query) else { return EventPage(events: [], next: nil) }
        let limit = min(max(query.limit, 1), EventQuery.mostEvents)
        var found: [StoredEvent] = []
        var rows = 0
        var last: Int64 = 0
        var next: Int64?
        try database.withStatement(selection.text) { statement throws(StoreError) in
            selection.bind(to: statement)
            while try statement.step() {
                rows += 1
                // The one row more than asked for only tells that there is a next page.
                if rows > limit { next = last; continue }
                last = statement.int(0)
                let roles = statement.bytes(17)
                let texts = texts(of: roles)
                if !matches(query, texts, StoredCode.status(statement.int(6))) { continue }
                found.append(event(from: statement, roles: roles, texts: texts))
            }
        }
        return EventPage(events: found, next: next)
    }

    func range(_ column: String) throws(StoreError) -> ClosedRange<Int64>? {
        // Two statements: SQLite takes the end of an index only for a lone min or max.
        let least = try database.statement("SELECT min(\(column)) FROM events")
        guard try least.step(), !least.isNull(0) else { least.reset(); return nil }
        let lower = least.int(0)
        least.reset()
        return lower...max(lower, try database.number("SELECT max(\(column)) FROM events"))
    }

    func plan(of query: EventQuery) throws(StoreError) -> String {
        guard let selection = try selection(of: query) else { return "" }
        return try database.withStatement("EXPLAIN QUERY PLAN " + selection.text) { statement throws(StoreError) in
            selection.bind(to: statement)
            var lines: [String] = []
            while try statement.step() { lines.append(statement.text(3)) }
            return lines.joined(separator: "\n")
        }
    }

    /// The query as SQL; nil when no event can match.
    private func selection(of query: EventQuery) throws(StoreError) -> EventSelection? {
        var kinds: [Int64]?
        if !query.types.isEmpty || !query.profiles.isEmpty {
            let matching = try self.kinds(types: query.types, profiles: query.profiles)
            if matching.isEmpty { return nil }
            kinds = matching
        }
        return EventSelection(query, kinds: kinds, wide: try isWide(query))
    }

    private func kinds(types: [String], profiles: [String]) throws(StoreError) -> [Int64] {
        let statement = try database.statement("SELECT id, profile, type FROM kinds")
        var found: [Int64] = []
        while try statement.step() {
            if (profiles.isEmpty || profiles.contains(statement.text(1))) && (types.isEmpty || types.contains(statement.text(2))) {
                found.append(statement.int(0))
            }
        }
        return found
    }

    private func isWide(_ query: EventQuery) throws(StoreError) -> Bool {
        if query.since == nil && query.until == nil { return false }
        guard let times = try range("time") else { return true }
        let from = max(query.since ?? times.lowerBound, times.lowerBound)
        let to = min(query.until ?? times.upperBound, times.upperBound)
        return Double(to) - Double(from) > (Double(times.upperBound) - Double(times.lowerBound)) * Self.wideShare
    }

    /// The roles that filters compare, by name.
    private static let texts: [String: Role] = {
        let roles: [Role] = [.agent, .execution, .conversation, .task, .workflow, .model, .tool, .status]
        return Dictionary(uniqueKeysWithValues: roles.map { ($0.name, $0) })
    }()

    /// The texts of an event's roles that filters compare, of itself and of its parts.
    private struct Texts {
        var roles: [Role: String] = [:]
        var partTools: [String] = []
        var partModels: [String] = []
    }

    private func texts(of roles: [UInt8]) -> Texts {
        var texts = Texts()
        guard case .success(let document) = parser.parse(roles) else { return texts }
        for (name, value) in document.root.members {
            if name == "parts" {
                for part in value.items {
                    if let tool = part["tool"]?.string { texts.partTools.append(tool) }
                    if let model = part["model"]?.string { texts.partModels.append(model) }
                }
            } else if let role = Self.texts[name], let text = value.string {
                texts.roles[role] = text
            }
        }
        return texts
    }

    /// Whether the texts are those asked for and not only of the same hash.
    private func matches(_ query: EventQuery, _ texts: Texts, _ status: Status) -> Bool {
        if status == .unknown && !query.statusWords.isEmpty && !query.statuses.contains(.unknown) {
            guard let word = texts.roles[.status], query.statusWords.contains(word) else { return false }
        }
        for (role, wanted) in [
            (Role.agent, query.agents), (.execution, query.executions), (.conversation, query.conversations), (.task, query.tasks),
            (.workflow, query.workflows), (.model, query.models), (.tool, query.tools),
        ] where !wanted.isEmpty {
            if let text = texts.roles[role] {
                if !wanted.contains(text) { return false }
            } else if role == .tool {
                if !texts.partTools.contains(where: { wanted.contains($0) }) { return false }
            } else if role == .model {
                if !texts.partModels.contains(where: { wanted.contains($0) }) { return false }
            }
        }
        return true
    }

    private func event(from statement: Statement, roles: [UInt8], texts: Texts) -> StoredEvent {
        let position = statement.int(15)
        let generation = statement.int(14)
        let identity = statement.text(13)
        let id = statement.isNull(1) ? "\(generation == 0 ? identity : "\(identity)~\(generation)"):\(position)" : statement.text(1)
        return StoredEvent(
            sequence: statement.int(0), id: id, time: statement.int(2), profile: statement.text(3), type: statement.text(4),
            meaning: StoredCode.meaning(statement.int(5)), status: StoredCode.status(statement.int(6)),
            statusWord: texts.roles[.status], severity: StoredCode.severity(statement.int(7)), priority: StoredCode.priority(statement.int(8)),
            execution: texts.roles[.execution], conversation: texts.roles[.conversation], agent: texts.roles[.agent],
            latencyMilliseconds: statement.isNull(9) ? nil : statement.double(9),
            durationMilliseconds: statement.isNull(10) ? nil : statement.double(10), costUSD: statement.isNull(11) ? nil : statement.double(11),
            path: statement.text(12), position: position, lineNumber: statement.int(16), roles: roles, line: statement.bytes(18))
    }
}
