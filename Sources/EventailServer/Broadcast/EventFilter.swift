internal import EventailEvents
internal import EventailStore

/// Which events a subscription wants: members are ANDed, the elements of one ORed; an event without a figure that is asked for does not match.
///
/// Compiled: texts are compared as bytes with the batch's, so that matching makes no String. *Thread*: any.
struct EventFilter: Sendable, Equatable {
    var execution: [UInt8]?
    var conversation: [UInt8]?
    var agents: [[UInt8]] = []
    var tools: [[UInt8]] = []
    var models: [[UInt8]] = []
    var types: [String] = []
    var profiles: [String] = []
    /// A bit for each `Status`.
    var statuses: UInt32 = 0
    /// Words that are no canonical status, wanted as well.
    var statusWords: [[UInt8]] = []
    var minimumSeverity = Severity.debug
    var minimumPriority = Priority.low
    var minimumLatency: Double?
    var minimumCost: Double?

    /// Everything matches.
    var isAll: Bool {
        execution == nil && conversation == nil && agents.isEmpty && tools.isEmpty && models.isEmpty && types.isEmpty && profiles.isEmpty
            && statuses == 0 && statusWords.isEmpty && minimumSeverity == .debug && minimumPriority == .low && minimumLatency == nil && minimumCost == nil
    }

    func matches(_ event: Event, of batch: EventBatch, types names: (UInt16) -> Catalogue.Entry) -> Bool {
        if event.severity < minimumSeverity || event.priority < minimumPriority { return false }
        if !wants(event.status, says: { word in batch.values(of: event).contains { batch.values[$0].role == .status && Self.equal(batch.values[$0], batch, word) } }) { return false }
        if !types.isEmpty && !types.contains(names(event.type).type) { return false }
        if !profiles.isEmpty && !profiles.contains(names(event.type).profile) { return false }
        if execution == nil && conversation == nil && agents.isEmpty && tools.isEmpty && models.isEmpty && minimumLatency == nil
            && minimumCost == nil
        {
            return true
        }
        var found = Found(self)
        found.look(first: Int(event.firstValue), count: Int(event.valueCount), batch, self)
        if !found.isComplete && event.partCount > 0 {
            for index in Int(event.firstPart)..<Int(event.firstPart) + Int(event.partCount) where !found.isComplete {
                let part = batch.parts[index]
                found.look(first: Int(part.firstValue), count: Int(part.valueCount), batch, self)
            }
        }
        return found.isComplete
    }

    /// What was asked for and is not found yet.
    private struct Found {
        var execution: Bool, conversation: Bool, agent: Bool, tool: Bool, model: Bool, latency: Bool, cost: Bool

        init(_ filter: EventFilter) {
            execution = filter.execution == nil
            conversation = filter.conversation == nil
            agent = filter.agents.isEmpty
            tool = filter.tools.isEmpty
            model = filter.models.isEmpty
            latency = filter.minimumLatency == nil
            cost = filter.minimumCost == nil
        }

        var isComplete: Bool { execution && conversation && agent && tool && model && latency && cost }

        mutating func look(first: Int, count: Int, _ batch: EventBatch, _ filter: EventFilter) {
            for index in first..<first + count {
                let value = batch.values[index]
                switch value.role {
                case .execution: if let wanted = filter.execution { execution = execution || EventFilter.equal(value, batch, wanted) }
                case .conversation: if let wanted = filter.conversation { conversation = conversation || EventFilter.equal(value, batch, wanted) }
                case .agent: agent = agent || Self.any(value, batch, filter.agents)
                case .tool: tool = tool || Self.any(value, batch, filter.tools)
                case .model: model = model || Self.any(value, batch, filter.models)
                case .latencyMilliseconds: if let least = filter.minimumLatency { latency = latency || value.number >= least }
                case .costUSD: if let least = filter.minimumCost { cost = cost || value.number >= least }
                default: break
                }
            }
        }

        private static func any(_ value: RoleValue, _ batch: EventBatch, _ wanted: [[UInt8]]) -> Bool {
            for text in wanted where EventFilter.equal(value, batch, text) { return true }
            return false
        }
    }

    private static func equal(_ value: RoleValue, _ batch: EventBatch, _ wanted: [UInt8]) -> Bool {
        if value.length != wanted.count { return false }
        for index in 0..<wanted.count where batch.text[value.offset + index] != wanted[index] { return false }
        return true
    }

    /// `says` tells whether the event says a word as its status; it is asked only of a status that is not canonical.
    private func wants(_ status: Status, says: ([UInt8]) -> Bool) -> Bool {
        if statuses == 0 && statusWords.isEmpty { return true }
        return statuses & (1 << UInt32(status.rawValue)) != 0 || (status == .unknown && statusWords.contains(where: says))
    }

    /// The part of the filter that history can look up; `matches(stored)` checks the rest.
    var query: EventQuery {
        var query = EventQuery()
        if let execution { query.executions = [String(decoding: execution, as: UTF8.self)] }
        if let conversation { query.conversations = [String(decoding: conversation, as: UTF8.self)] }
        query.agents = agents.map { String(decoding: $0, as: UTF8.self) }
        query.tools = tools.map { String(decoding: $0, as: UTF8.self) }
        query.models = models.map { String(decoding: $0, as: UTF8.self) }
        query.types = types
        query.profiles = profiles
        query.statusWords = statusWords.map { String(decoding: $0, as: UTF8.self) }
        query.statuses = Status.allCases.filter { statuses & (1 << UInt32($0.rawValue)) != 0 }
        if minimumSeverity > .debug { query.severities = Severity.allCases.filter { $0 >= minimumSeverity } }
        query.minimumLatencyMilliseconds = minimumLatency
        return query
    }

    func matches(_ event: StoredEvent) -> Bool {
        if event.priority < minimumPriority || event.severity < minimumSeverity { return false }
        if !wants(event.status, says: { word in event.statusWord.map { $0.utf8.elementsEqual(word) } ?? false }) { return false }
        if let minimumCost, event.costUSD ?? -.infinity < minimumCost { return false }
        return true
    }

    /// All of the filter; of tools and models it cannot tell, so that such an event counts as not matching.
    func matchesWholly(_ event: StoredEvent) -> Bool {
        func among(_ text: String?, _ wanted: [[UInt8]]) -> Bool {
            guard !wanted.isEmpty else { return true }
            guard let text else { return false }
            return wanted.contains(Array(text.utf8))
        }
        if !tools.isEmpty || !models.isEmpty || !matches(event) { return false }
        if let minimumLatency, event.latencyMilliseconds ?? -.infinity < minimumLatency { return false }
        return among(event.execution, execution.map { [$0] } ?? []) && among(event.conversation, conversation.map { [$0] } ?? [])
            && among(event.agent, agents) && (types.isEmpty || types.contains(event.type)) && (profiles.isEmpty || profiles.contains(event.profile))
    }
}
