internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// `/api/v1/metrics`: figures of a window, in total and by group.
extension Engine {
    func metrics(_ query: MetricsQuery, into json: inout JSONWriter) throws(MetricsQueryError) {
        let window = resolve(query.window, query.end)
        let filter = FigureFilter(query.filter, self)
        var totals = Figures()
        var groups: [UInt64: Figures] = [:]
        let keys = query.grouping.map { GroupKeys($0, self) }
        let starts = startsTools
        let byExecution = query.grouping == .execution
        let six: SixFigures
        do {
            try collect(window, filter, byExecution: false) { cell in
                totals.add(cell, concernsTools: filter.concernsTools, startsTools: starts)
                if let keys, !byExecution {
                    groups[keys.key(cell), default: Figures()].add(cell, concernsTools: filter.concernsTools || query.grouping == .tool, startsTools: starts)
                }
            }
            if byExecution {
                try collect(window, filter, byExecution: true) { cell in
                    groups[cell.entity, default: Figures()].add(cell, concernsTools: filter.concernsTools, startsTools: starts)
                }
            }
            // Over all time the number of executions is known exactly.
            if window.isAll && query.filter.isEmpty { totals.executionCount = meta.executions }
            six = try sixFigures(window, query.filter, filter, totals)
        } catch { throw .state("\(error)") }

        let best = groups.sorted { ($1.value.events, $0.key) < ($0.value.events, $1.key) }.prefix(configuration.mostGroups)
        let names = try byExecution ? executionNames(of: best.map(\.key)) : [:]
        json.object { json in
            json.field("window", object: { json in
                json.field("name", window.name)
                json.field("start", Timestamp(nanoseconds: window.start).rfc3339)
                json.field("end", Timestamp(nanoseconds: window.end).rfc3339)
                json.field("seconds", window.seconds)
                if isApproximate(window) { json.field("approximate", true) }
            })
            json.field("totals", object: { json in
                totals.write(&json, seconds: window.seconds, labels)
                six.write(&json, totals)
            })
            json.field("groups", array: { json in
                guard let keys else { return }
                for (key, figures) in best {
                    json.object { json in
                        json.key("key")
                        json.value(byExecution ? names[key] : keys.name(key, self))
                        figures.write(&json, seconds: window.seconds, labels)
                    }
                }
            })
            if groups.count > best.count { json.field("groups_left_out", groups.count - best.count) }
        }
    }

    func resolve(_ window: MetricsWindow, _ end: WindowEnd) -> ResolvedWindow {
        ResolvedWindow(window, end, oldest: meta.hasEvents ? meta.oldest : nil, newest: newestTime)
    }

    /// Whether part of the window's seconds or tasks was dropped for room.
    func isApproximate(_ window: ResolvedWindow) -> Bool {
        !window.isAll && meta.floors.contains { kind, floor in
            kind == StateKind.facts.rawValue ? window.from % 60 != 0 && window.from < floor : window.from < floor
        }
    }

    /// The names of executions by their hashes, looked for all at once; one that was never seen has none.
    func executionNames(of hashes: [UInt64]) throws(MetricsQueryError) -> [UInt64: String] {
        let wanted = Set(hashes)
        var found: [UInt64: String] = [:]
        for chunk in waitingChunks {
            chunk.forEachExecution { known in
                if let name = known.name, wanted.contains(known.hash) { found[known.hash] = String(decoding: name, as: UTF8.self) }
            }
        }
        do {
            for hash in wanted where found[hash] == nil {
                guard let head = try head(of: hash), head.number < meta.namedExecutions else { continue }
                found[hash] = try executionNames.range(head.number, head.number + 1, view).first?.name
            }
        } catch { throw .state("\(error)") }
        return found
    }
}

/// Which group a cell belongs to, and the group's name.
struct GroupKeys {
    let grouping: MetricsGrouping
    /// By number of model or type, the first number that has the same name.
    private var same: [Int] = []

    init(_ grouping: MetricsGrouping, _ engine: Engine) {
        self.grouping = grouping
        let names: [String] =
            switch grouping {
            case .model: (0..<engine.models.count).map(engine.modelName)
            case .type: (0..<engine.types.count).map(engine.typeName)
            case .profile: (0..<engine.types.count).map(engine.profileName)
            default: []
            }
        var first: [String: Int] = [:]
        for (number, name) in names.enumerated() {
            let known = first[name] ?? number
            first[name] = known
            same.append(known)
        }
    }

    func key(_ cell: borrowing CellRow.Cell) -> UInt64 {
        switch grouping {
        case .agent: UInt64(cell.dimensions.agent)
        case .tool: UInt64(cell.dimensions.tool)
        case .status: UInt64(cell.dimensions.statusCode)
        case .model: UInt64(same[cell.dimensions.model])
        case .type, .profile: UInt64(same[cell.dimensions.type])
        case .execution: cell.entity
        }
    }

    /// The group's key as the outside sees it; nil for events that have no such role. Executions are named all at once, elsewhere.
    func name(_ key: UInt64, _ engine: Engine) -> String? {
        if grouping == .execution { return nil }
        let number = Int(key)
        if grouping == .status && number > Dimensions.firstWord { return engine.statuses.names[number - Dimensions.firstWord] }
        if grouping == .status { return number == 0 ? nil : (Status(rawValue: UInt8(number)) ?? .unknown).name }
        if number == 0 { return nil }
        return switch grouping {
        case .agent: engine.agents.names[number]
        case .tool: engine.tools.names[number]
        case .model: engine.modelName(number)
        case .type: engine.typeName(number)
        default: engine.profileName(number)
        }
    }
}
