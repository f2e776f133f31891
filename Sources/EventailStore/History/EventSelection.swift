internal import EventailEvents

/// A query as SQL: which index leads, the conditions, and the values for them.
///
/// SQLite keeps no statistics here, so the index is chosen by this rule: what is most selective in practice first. An index whose key is
/// compared for equality with one value yields rows in order of their sequence; otherwise SQLite sorts sequence numbers alone.
struct EventSelection {
    enum Value { case number(Int64), real(Double) }

    let text: String
    private(set) var values: [Value] = []

    static let columns = """
        e.sequence, e.id, e.time, k.profile, k.type, e.meaning, e.status, e.severity, e.priority, e.latency, e.duration, e.cost, p.path,
        p.identity, p.generation, e.position, e.line, e.roles, e.content
        """

    /// `kinds` are the ids of the types asked for, nil when all are wanted. `wide` says that the times asked for hold a good part of history.
    init(_ query: EventQuery, kinds: [Int64]?, wide: Bool) {
        var conditions: [String] = []
        var index: String?
        func lead(_ name: String) { if index == nil { index = name } }

        for (column, texts) in [
            ("execution", query.executions), ("task", query.tasks), ("workflow", query.workflows), ("agent", query.agents),
        ] where !texts.isEmpty {
            conditions.append(Self.equal(column, texts.map { .number(TextHash.of($0)) }, &values))
            lead("events_\(column)")
        }
        // Which unknown word an event says is in its roles only, so the reader compares it.
        let statuses = query.statuses + (query.statusWords.isEmpty || query.statuses.contains(.unknown) ? [] : [.unknown])
        if !statuses.isEmpty {
            conditions.append(Self.equal("status", statuses.map { .number(StoredCode.code($0)) }, &values))
            if statuses.allSatisfy({ StoredCode.code($0) >= 2 }) {
                conditions.append(StoredCode.rareStatus)
                lead("events_status")
            }
        }
        if !query.severities.isEmpty {
            conditions.append(Self.equal("severity", query.severities.map { .number(StoredCode.code($0)) }, &values))
            if query.severities.allSatisfy({ StoredCode.code($0) >= 2 }) {
                conditions.append(StoredCode.rareSeverity)
                lead("events_severity")
            }
        }
        if let kinds {
            conditions.append(Self.equal("kind", kinds.map { .number($0) }, &values))
            lead("events_kind")
        }
        if let least = query.minimumLatencyMilliseconds {
            conditions.append(Self.compare("latency", ">=", .real(least), &values))
            if least >= Double(StoredCode.slowMilliseconds) {
                conditions.append(StoredCode.slowLatency)
                lead("events_latency")
            }
        }
        if let since = query.since { conditions.append(Self.compare("time", ">=", .number(since), &values)) }
        if let until = query.until { conditions.append(Self.compare("time", "<=", .number(until), &values)) }
        if !wide && (query.since != nil || query.until != nil) { lead("events_time") }

        for (column, texts) in [("conversation", query.conversations), ("model", query.models), ("tool", query.tools)] where !texts.isEmpty {
            conditions.append(Self.equal(column, texts.map { .number(TextHash.of($0)) }, &values))
        }
        if !query.meanings.isEmpty { conditions.append(Self.equal("meaning", query.meanings.map { .number(StoredCode.code($0)) }, &values)) }
        if let column = query.having { conditions.append("\(column) IS NOT NULL") }
        if let after = query.after { conditions.append(Self.compare("sequence", ">", .number(after), &values)) }
        if let before = query.before { conditions.append(Self.compare("sequence", "<", .number(before), &values)) }
        if let through = query.through { conditions.append(Self.compare("sequence", "<=", .number(through), &values)) }

        let order = query.order == .ascending ? "ASC" : "DESC"
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let source = index.map { "events INDEXED BY \($0)" } ?? "events NOT INDEXED"
        let limit = min(max(query.limit, 1), EventQuery.mostEvents) + 1
        text = """
            SELECT \(Self.columns) FROM events e JOIN kinds k ON k.id = e.kind JOIN places p ON p.id = e.place
            WHERE e.sequence IN (SELECT sequence FROM \(source)\(filter) ORDER BY sequence \(order) LIMIT \(limit)) ORDER BY e.sequence \(order)
            """
    }

    /// Gives a statement its values.
    func bind(to statement: Statement) {
        for (index, value) in values.enumerated() {
            switch value {
            case .number(let number): statement.bind(index + 1, number)
            case .real(let number): statement.bind(index + 1, number)
            }
        }
    }

    private static func compare(_ column: String, _ sign: String, _ value: Value, _ values: inout [Value]) -> String {
        values.append(value)
        return "\(column) \(sign) ?\(values.count)"
    }

    private static func equal(_ column: String, _ several: [Value], _ values: inout [Value]) -> String {
        if several.count == 1 { return compare(column, "=", several[0], &values) }
        var places: [String] = []
        for value in several {
            values.append(value)
            places.append("?\(values.count)")
        }
        return "\(column) IN (\(places.joined(separator: ", ")))"
    }
}
