internal import EventailEvents
internal import EventailJSON
internal import EventailStore
internal import EventailSystem

extension Endpoints {
    private static let eventParameters = [
        "agent", "type", "profile", "meaning", "status", "severity", "execution", "conversation", "task", "workflow", "model", "tool", "since",
        "until", "after", "min_latency_ms", "limit", "cursor", "order",
    ]

    /// `/api/v1/events` and `/api/v1/executions/{id}/events`. Filters take several values, separated by commas.
    static func events(_ sight: Sight) -> [Route] {
        [
            .get("/api/v1/events", parameters: eventParameters, for: .scoped) { request throws(ParameterError) in
                try page(sight, try query(sight, request), request.identity)
            },
            .get("/api/v1/executions/{id}/events", parameters: eventParameters.filter { $0 != "execution" }, for: .scoped) { request throws(ParameterError) in
                var query = try query(sight, request)
                query.executions = [request.captures["id"] ?? ""]
                return try page(sight, query, request.identity)
            },
        ]
    }

    private static func query(_ sight: Sight, _ request: Request) throws(ParameterError) -> EventQuery {
        let given = request.parameters
        var query = EventQuery()
        query.agents = try values(request, "agent")
        query.types = try values(request, "type")
        query.profiles = try values(request, "profile")
        query.executions = try values(request, "execution")
        query.conversations = try values(request, "conversation")
        query.tasks = try values(request, "task")
        query.workflows = try values(request, "workflow")
        query.models = try values(request, "model")
        query.tools = try values(request, "tool")
        query.meanings = try words(request, "meaning", Meaning.allCases.map { ($0.name, $0) })
        for word in try values(request, "status") {
            if let status = Status(name: word) { query.statuses.append(status) } else { query.statusWords.append(word) }
        }
        query.severities = try words(request, "severity", Severity.allCases.map { ($0.name, $0) })
        query.since = try request.time("since")?.nanoseconds
        // A cursor as `until` ends the range that a `dropped` message told.
        if let until = given["until"], let sequence = sight.hub.sequence(until) {
            query.through = sequence
        } else {
            query.until = try request.time("until")?.nanoseconds
        }
        if let text = given["min_latency_ms"] {
            guard let least = Double(text), least >= 0 else { throw ParameterError("min_latency_ms=\(text): give a number of milliseconds") }
            query.minimumLatencyMilliseconds = least
        }
        query.limit = try request.number("limit", in: 1...EventQuery.mostEvents, default: 100)
        query.after = try sequence(sight, request, "after")
        switch given["order"] {
        case nil: query.order = query.after == nil ? .descending : .ascending
        case "desc": query.order = .descending
        case "asc": query.order = .ascending
        case .some(let text): throw ParameterError("order=\(text): give asc or desc")
        }
        if let cursor = try sequence(sight, request, "cursor") {
            if query.order == .ascending { query.after = max(cursor, query.after ?? 0) } else { query.before = cursor }
        }
        return query
    }

    private static func values(_ request: Request, _ name: String) throws(ParameterError) -> [String] {
        let values = request.parameters.list(name)
        if values.count > EventQuery.mostValues { throw ParameterError("\(name): give at most \(EventQuery.mostValues) values") }
        return values
    }

    private static func words<Word>(_ request: Request, _ name: String, _ known: [(String, Word)]) throws(ParameterError) -> [Word] {
        var found: [Word] = []
        for text in try values(request, name) {
            guard let word = known.first(where: { $0.0 == text })?.1 else {
                throw ParameterError("\(name)=\(text): give some of \(known.map(\.0).joined(separator: ", "))")
            }
            found.append(word)
        }
        return found
    }

    private static func sequence(_ sight: Sight, _ request: Request, _ name: String) throws(ParameterError) -> Int64? {
        guard let text = request.parameters[name] else { return nil }
        if let sequence = sight.hub.sequence(text) { return sequence }
        throw ParameterError("\(name)=\(text): this is no cursor of the present epoch \(sight.hub.epoch); start again without it")
    }

    /// The part of what is asked for that somebody may see.
    private static func narrow(_ query: EventQuery, to identity: Identity?) throws(ParameterError) -> EventQuery {
        guard let scope = identity?.scope, !scope.isWhole else { return query }
        guard let agents = Identity.Scope.allowed(query.agents, of: scope.agents), let types = Identity.Scope.allowed(query.types, of: scope.types),
            let executions = Identity.Scope.allowed(query.executions, of: scope.executions)
        else { throw ParameterError("your role may see nothing of this", status: 403) }
        var query = query
        query.agents = agents
        query.types = types
        query.executions = executions
        return query
    }

    private static func page(_ sight: Sight, _ query: EventQuery, _ identity: Identity?) throws(ParameterError) -> Response {
        let query = try narrow(query, to: identity)
        guard let history = sight.history else {
            throw ParameterError("this instance keeps no history; configure a sink of type history", status: 501)
        }
        let found: EventPage
        do throws(StoreError) { found = try history.events(query) } catch { throw ParameterError(error) }
        return .list(next: found.next.map(history.cursor)) { json in
            for event in found.events { history.writeItem(event, into: &json) }
        }
    }
}
