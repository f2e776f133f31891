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
        var found: [Int: Life] = [:]
        let window = resolve(.all, .now)
        do {
            try collect(window, FigureFilter(MetricsFilter(), self), byExecution: false) { cell in
                let agent = cell.dimensions.agent
                if agent < first || agent >= last { return }
                figures[agent, default: Figures()].add(cell, concernsTools: false, startsTools: starts)
            }
            for agent in first..<last { found[agent] = try life(ofAgent: agent) }
        } catch { throw .state("\(error)") }
        json.object { json in
            json.field("items", array: { json in
                for agent in (first..<last).reversed() {
                    guard let figures = figures[agent] else { continue }
                    item(agents.names[agent], figures, found[agent], window, &json)
                }
            })
            json.field("next", first > 1 ? String(first) : nil)
        }
    }

    func executions(limit: Int, cursor: String?, into json: inout JSONWriter) throws(MetricsQueryError) {
        let last = min(try number(cursor) ?? meta.executions, meta.executions), first = max(0, last - Int64(max(1, limit)))
        do {
            let names = try executions(numbered: first, last)
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

    private func figures(of executions: [UInt64]) throws -> [UInt64: (Figures, Life?)] {
        let starts = startsTools
        var found: [UInt64: (Figures, Life?)] = [:]
        for hash in executions {
            var figures = Figures()
            try readExecutions(hash) { figures.add($0, concernsTools: false, startsTools: starts) }
            found[hash] = (figures, try head(of: hash).map { Life(state: state(of: $0, at: Timestamp.now().nanoseconds), first: $0.first, last: $0.last) })
        }
        forEachWaiting { cell, _ in
            if cell.entity != 0, found[cell.entity] != nil { found[cell.entity]!.0.add(cell, concernsTools: false, startsTools: starts) }
        }
        return found
    }

    /// What is shown of an agent's or execution's head.
    private struct Life {
        let state: String
        let first: Int64
        let last: Int64
    }

    private func life(ofAgent agent: Int) throws -> Life? {
        guard let place = try records.find(RecordKey(.agent, UInt64(agent)), view) else { return nil }
        let head = head(ofAgent: place)
        return Life(state: state(of: head, at: Timestamp.now().nanoseconds), first: head.first, last: head.last)
    }

    private func item(_ name: String, _ figures: Figures, _ life: Life?, _ window: ResolvedWindow, _ json: inout JSONWriter) {
        json.object { json in
            json.field("key", name)
            if let life {
                json.field("state", life.state)
                json.field("first_time", Timestamp(nanoseconds: life.first).rfc3339)
                json.field("last_time", Timestamp(nanoseconds: life.last).rfc3339)
                // Its rate is over its own life.
                figures.write(&json, seconds: Double(life.last - life.first) / 1e9, labels)
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
