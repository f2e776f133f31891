internal import EventailEvents
internal import EventailSystem

/// Heads of executions: when each was first and last heard of, and what it has open.
extension Engine {
    // Words of a head's record.
    static let headNumber = 0, headFirst = 1, headLast = 2, headMeaning = 3, headAgents = 4, headTools = 5, headHuman = 6

    func touch(_ facts: RoleFacts, _ event: Event, _ batch: EventBatch) throws {
        if facts.execution != lastExecution || lastExecutionPlace < 0 {
            let (place, isNew) = try records.findOrMake(RecordKey(.execution, facts.execution), view)
            lastExecution = facts.execution
            lastExecutionPlace = place
            if isNew {
                records[place, Self.headNumber] = meta.executions
                records[place, Self.headFirst] = event.time
                records[place, Self.headLast] = event.time
                let texts = batch.text
                executionNames.add(meta.executions, facts.execution, texts.span, facts.executionValue?.offset ?? 0, facts.executionValue?.length ?? 0)
                meta.executions += 1
            }
        }
        touch(head: lastExecutionPlace, event)
    }

    /// The same for agents, whose heads have no number.
    func touch(agent: Int, _ event: Event) throws {
        if agent != lastAgent || lastAgentPlace < 0 {
            let (place, isNew) = try records.findOrMake(RecordKey(.agent, UInt64(agent)), view)
            lastAgent = agent
            lastAgentPlace = place
            if isNew {
                records[place, Self.headFirst] = event.time
                records[place, Self.headLast] = event.time
            }
        }
        touch(head: lastAgentPlace, event)
    }

    private func touch(head place: Int, _ event: Event) { records.touch(head: place, event) }

    /// A tool call of an execution began (1) or ended (-1).
    func opened(_ execution: UInt64, _ change: Int64, isHuman: Bool) throws {
        guard execution != 0, let place = try records.find(RecordKey(.execution, execution), view) else { return }
        records[place, Self.headTools] = max(0, records[place, Self.headTools] + change)
        if isHuman { records[place, Self.headHuman] = max(0, records[place, Self.headHuman] + change) }
    }

    /// What an execution is doing at a time: working, waiting, idle, stuck or done.
    func state(ofHead place: Int, at now: Int64) -> String {
        let silence = now &- records[place, Self.headLast]
        let hasTools = records[place, Self.headTools] > 0, hasAgents = records[place, Self.headAgents] > 0
        let meaning = Meaning(rawValue: UInt8(truncatingIfNeeded: records[place, Self.headMeaning])) ?? .note
        if records[place, Self.headHuman] > 0 { return "waiting" }
        if (hasTools || hasAgents) && silence >= configuration.stuckAfter.nanoseconds { return "stuck" }
        if hasTools && silence >= configuration.waitingAfter.nanoseconds { return "waiting" }
        if hasTools || hasAgents { return "working" }
        if meaning == .agentEnd || meaning == .taskEnd { return "done" }
        return silence < configuration.waitingAfter.nanoseconds ? "working" : "idle"
    }
}

extension RecordStore {
    /// Notes an event in a head, in one step.
    fileprivate mutating func touch(head place: Int, _ event: Event) {
        if event.time < self[place, Engine.headFirst] { self[place, Engine.headFirst] = event.time }
        if event.time >= self[place, Engine.headLast] {
            self[place, Engine.headLast] = event.time
            if event.meaning != .note { self[place, Engine.headMeaning] = Int64(event.meaning.rawValue) }
        }
        if event.meaning == .agentStart { self[place, Engine.headAgents] += 1 }
        if event.meaning == .agentEnd, self[place, Engine.headAgents] > 0 { self[place, Engine.headAgents] -= 1 }
    }
}
