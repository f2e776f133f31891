internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// `/agents`, `/executions` and one execution.
extension Engine {
    func agents(limit: Int, cursor: String?, into json: inout JSONWriter) throws(MetricsQueryError) {
        let top = try number(cursor) ?? Int64(agents.count)
        let last = max(1, Int(clamping: top)), first = max(1, last - max(1, limit))
        let starts = startsTools
        var figures: [Int: Figures] = [:]
        var heads: [Int: Int] = [:]
        let window = resolve(.all, .now)
        do {
            try collect(window, FigureFilter(MetricsFilter(), self), byExecution: false) { cell in
                let agent = cell.dimensions.agent
                if agent < first || agent >= last { return }
                figures[agent, default: Figures()].add(cell, concernsTools: false, startsTools: starts)
            }
            for agent in first..<last { heads[agent] = try records.find(RecordKey(.agent, UInt64(agent)), view) }
        } catch { throw .state("\(error)") }
        json.object { json in
            json.field("items", array: { json in
                for agent in (first..<last).reversed() {
                    guard let found = figures[agent] else { continue }
                    item(agents.names[agent], found, heads[agent], window, &json)
                }
            })
            json.field("next", first > 1 ? String(first) : nil)
        }
    }

    func executions(limit: Int, cursor: String?, into json: inout JSONWriter) throws(MetricsQueryError) {
        let last = min(try number(cursor) ?? meta.executions, meta.executions), first = max(0, last - Int64(max(1, limit)))
        do {
            let names = try executionNames.range(first, last, view)
            let items = try figures(of: names.map(\.hash))
            json.object { json in
                json.field("items", array: { json in
                    for named in names.reversed() {
                        guard let (figures, head) = items[named.hash] else { continue }
                        item(named.name, figures, head, resolve(.all, .now), &json)
                    }
                })
                json.field("next", first > 0 ? String(first) : nil)
            }
        } catch { throw .state("\(error)") }
    }

    func execution(_ name: String, into json: inout JSONWriter) throws(MetricsQueryError) -> Bool {
        let hash = TextHash.hash(name)
        do {
            guard let (figures, head) = try figures(of: [hash])[hash], head != nil else { return false }
            item(name, figures, head, resolve(.all, .now), &json)
            return true
        } catch { throw .state("\(error)") }
    }

    private func figures(of executions: [UInt64]) throws -> [UInt64: (Figures, Int?)] {
        let starts = startsTools
        var found: [UInt64: (Figures, Int?)] = [:]
        for hash in executions {
            var figures = Figures()
            try readExecutions(hash) { figures.add($0, concernsTools: false, startsTools: starts) }
            found[hash] = (figures, try records.find(RecordKey(.execution, hash), view))
        }
        cells.forEach { cell in
            if cell.entity != 0, found[cell.entity] != nil { found[cell.entity]!.0.add(cell, concernsTools: false, startsTools: starts) }
        }
        return found
    }

    private func item(_ name: String, _ figures: Figures, _ head: Int?, _ window: ResolvedWindow, _ json: inout JSONWriter) {
        json.object { json in
            json.field("key", name)
            if let head {
                json.field("state", state(ofHead: head, at: Timestamp.now().nanoseconds))
                json.field("first_time", Timestamp(nanoseconds: records[head, Self.headFirst]).rfc3339)
                json.field("last_time", Timestamp(nanoseconds: records[head, Self.headLast]).rfc3339)
                // Its rate is over its own life.
                let life = Double(records[head, Self.headLast] - records[head, Self.headFirst]) / 1e9
                figures.write(&json, seconds: life, labels)
            } else {
                figures.write(&json, seconds: window.seconds, labels)
            }
        }
    }

    func number(_ cursor: String?) throws(MetricsQueryError) -> Int64? {
        guard let cursor else { return nil }
        guard let number = Int64(cursor), number >= 0 else { throw .badCursor }
        return number
    }
}
