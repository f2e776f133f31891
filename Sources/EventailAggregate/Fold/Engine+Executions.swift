internal import EventailEvents
internal import EventailSystem

/// Heads of executions and agents: when each was first and last heard of, and what it has open.
extension Engine {
    // Words of a head's record; of an execution the first time is in milliseconds with its fraction, the last one is told from the first.
    private static let headNumber = 0, headFirst = 1, headLast = 2, headMeaning = 3, headAgents = 4, headTools = 5, headHuman = 6, headFraction = 7

    /// Notes an event of an execution; answers where its head lies.
    func touch(execution: UInt64, _ name: RoleText, _ event: Event, _ text: Span<UInt8>) throws -> Int {
        let place: Int
        if execution == lastExecution && lastExecutionPlace >= 0 {
            place = lastExecutionPlace
        } else if let known = heads.find(execution) {
            place = known
        } else {
            place = try load(execution) ?? make(execution, name, event.time, text)
        }
        lastExecution = execution
        lastExecutionPlace = place
        heads.touch(place, event.time, event.meaning)
        return place
    }

    private func make(_ execution: UInt64, _ name: RoleText, _ time: Int64, _ text: Span<UInt8>) -> Int {
        facts.name(meta.executions, text, name.offset, name.length)
        meta.executions += 1
        return heads.add(ExecutionTable.Head(hash: execution, number: meta.executions - 1, first: time, last: time))
    }

    /// Brings a head that left memory back from its record.
    private func load(_ execution: UInt64) throws -> Int? {
        guard let head = try storedHead(execution) else { return nil }
        return heads.add(head)
    }

    private func storedHead(_ execution: UInt64) throws -> ExecutionTable.Head? {
        // None has a record before the first levelling.
        if meta.namedExecutions == 0 { return nil }
        guard let words = try records.read(RecordKey(.execution, execution), view) else { return nil }
        var head = ExecutionTable.Head(hash: execution, number: words[Self.headNumber], isFresh: false)
        head.first = words[Self.headFirst] &* 1_000_000 &+ words[Self.headFraction]
        head.last = head.first &+ words[Self.headLast]
        head.meaning = UInt8(truncatingIfNeeded: words[Self.headMeaning])
        head.agents = Int32(truncatingIfNeeded: words[Self.headAgents])
        head.tools = Int32(truncatingIfNeeded: words[Self.headTools])
        head.humans = Int32(truncatingIfNeeded: words[Self.headHuman])
        return head
    }

    /// What a head's record holds: small numbers, so that it is short.
    static func record(of head: ExecutionTable.Head) -> RecordStore.Image {
        var words = [Int64](repeating: 0, count: RecordStore.words)
        words[headNumber] = head.number
        words[headFirst] = head.first.floored(to: 1_000_000) / 1_000_000
        words[headFraction] = head.first &- words[headFirst] &* 1_000_000
        words[headLast] = head.last &- head.first
        words[headMeaning] = Int64(head.meaning)
        words[headAgents] = Int64(head.agents)
        words[headTools] = Int64(head.tools)
        words[headHuman] = Int64(head.humans)
        return RecordStore.Image(key: RecordKey(.execution, head.hash), words: words)
    }

    /// The same for agents, whose heads have no number.
    func touch(agent: Int, _ event: Event) throws {
        if agent >= agentPlaces.count { agentPlaces.stretch(to: agents.count, filling: -1) }
        var place = Int(agentPlaces[agent])
        if place < 0 {
            let found = try records.findOrMake(RecordKey(.agent, UInt64(agent)), view)
            place = found.place
            agentPlaces[agent] = Int32(truncatingIfNeeded: place)
            if found.isNew {
                records[place, Self.headFirst] = event.time
                records[place, Self.headLast] = event.time
            }
        }
        records.touch(head: place, event.time, event.meaning)
    }

    /// A tool call of an execution began (1) or ended (-1).
    func opened(_ execution: UInt64, _ change: Int32, isHuman: Bool) throws {
        if execution == 0 { return }
        let isLast = execution == lastExecution && lastExecutionPlace >= 0
        guard let place = isLast ? lastExecutionPlace : try heads.find(execution) ?? load(execution) else { return }
        heads[place].tools = max(0, heads[place].tools &+ change)
        if isHuman { heads[place].humans = max(0, heads[place].humans &+ change) }
        heads[place].isFresh = true
    }

    /// An execution's head, wherever it is; nil when it was never seen.
    func head(of execution: UInt64) throws -> ExecutionTable.Head? {
        if let place = heads.find(execution) { return heads[place] }
        return try storedHead(execution)
    }

    /// An agent's head.
    func head(ofAgent place: Int) -> ExecutionTable.Head {
        var head = ExecutionTable.Head(hash: 0, number: 0)
        head.first = records[place, Self.headFirst]
        head.last = records[place, Self.headLast]
        head.meaning = UInt8(truncatingIfNeeded: records[place, Self.headMeaning])
        head.agents = Int32(truncatingIfNeeded: records[place, Self.headAgents])
        return head
    }

    /// The executions with numbers in a range, in order.
    func executions(numbered from: Int64, _ to: Int64) throws -> [ExecutionNames.Named] {
        var found = try executionNames.range(from, min(to, meta.namedExecutions), view)
        if to <= meta.namedExecutions { return found }
        var number = meta.namedExecutions
        for chunk in waitingChunks {
            chunk.forEachExecution { known in
                guard let name = known.name else { return }
                if number >= from && number < to {
                    found.append(ExecutionNames.Named(number: number, hash: known.hash, name: String(decoding: name, as: UTF8.self)))
                }
                number += 1
            }
        }
        return found
    }

    /// What an execution is doing at a time: working, waiting, idle, stuck or done.
    func state(of head: ExecutionTable.Head, at now: Int64) -> String {
        let silence = now &- head.last
        let hasTools = head.tools > 0, hasAgents = head.agents > 0
        let meaning = Meaning(rawValue: head.meaning) ?? .note
        if head.humans > 0 { return "waiting" }
        if (hasTools || hasAgents) && silence >= configuration.stuckAfter.nanoseconds { return "stuck" }
        if hasTools && silence >= configuration.waitingAfter.nanoseconds { return "waiting" }
        if hasTools || hasAgents { return "working" }
        if meaning == .agentEnd || meaning == .taskEnd { return "done" }
        return silence < configuration.waitingAfter.nanoseconds ? "working" : "idle"
    }
}

extension RecordStore {
    /// Notes an event in a head, in one step.
    fileprivate mutating func touch(head place: Int, _ time: Int64, _ meaning: Meaning) {
        if time < self[place, 1] { self[place, 1] = time }
        if time >= self[place, 2] {
            self[place, 2] = time
            if meaning != .note { self[place, 3] = Int64(meaning.rawValue) }
        }
        if meaning == .agentStart { self[place, 4] += 1 }
        if meaning == .agentEnd, self[place, 4] > 0 { self[place, 4] -= 1 }
    }
}
