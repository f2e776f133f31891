internal import EventailJSON

/// The three of the six figures that are no sums of cells: utilization, cost of features, retries. The others are quotients of a `Figures`.
struct SixFigures {
    var utilization: Double?
    var costPerFeature: Double?
    var averageRetries: Double?

    func write(_ json: inout JSONWriter, _ totals: Figures) {
        json.field("agent_utilization", utilization)
        json.field("cost_per_feature", costPerFeature)
        json.field("average_retry_count", averageRetries)
        json.field("critic_rejection_rate", totals.criticRejectionRate)
        json.field("validation_pass_rate", totals.validationPassRate)
        json.field("time_to_completion", totals.timeToCompletion)
    }
}

extension Engine {
    /// Works out the three; a filter by execution leaves tasks' figures unknown, for tasks are not kept by execution.
    func sixFigures(_ window: ResolvedWindow, _ asked: MetricsFilter, _ filter: FigureFilter, _ totals: Figures) throws -> SixFigures {
        var six = SixFigures()
        six.utilization = try utilization(window, asked, totals.agents)
        if filter.execution == nil { (six.costPerFeature, six.averageRetries) = try taskFigures(window, filter) }
        return six
    }

    /// Active seconds of agents over seconds of the window times agents seen. Without a filter an agent that was active all the window without a line in it is seen too.
    private func utilization(_ window: ResolvedWindow, _ asked: MetricsFilter, _ seen: Set<Int>) throws -> Double? {
        guard window.end > window.start else { return nil }
        var counted = seen
        var active: Int64 = 0
        var open: [Int: [Int64]] = [:]
        spans.forEachOpen { agent, start in open[agent, default: []].append(start) }
        for agent in asked.isEmpty ? Array(1..<max(agents.count, 1)) : Array(seen) {
            let time = try activeTime(agent, window, open[agent] ?? [])
            if time > 0 { counted.insert(agent) }
            active += time
        }
        return counted.isEmpty ? nil : Double(active) / (Double(window.end - window.start) * Double(counted.count))
    }

    private func activeTime(_ agent: Int, _ window: ResolvedWindow, _ starts: [Int64]) throws -> Int64 {
        var times = try spans.intervals(agent, window.start...window.end, view)
        for start in starts where start <= window.end && start &+ spans.expiry > window.start {
            SpanTable.insert(start, min(window.end, start &+ spans.expiry), &times)
        }
        var active: Int64 = 0
        for pair in stride(from: 0, to: times.count, by: 2) {
            active += max(0, min(times[pair + 1], window.end) - max(times[pair], window.start))
        }
        return active
    }

    private func taskFigures(_ window: ResolvedWindow, _ filter: FigureFilter) throws -> (cost: Double?, retries: Double?) {
        struct Task {
            var cost: Int64 = 0
            var attempts: Int64 = 0
            var passed = false
            var feature: UInt64 = 0
        }
        var found: [UInt64: Task] = [:]
        var starts: [TaskAgent: Int64] = [:]
        try collectTasks(window, filter) { cell in
            var task = found[cell.entity] ?? Task()
            for (field, value) in cell.fields {
                switch field {
                case Field.costReported: task.cost = task.cost.addingSaturated(value)
                case Field.attempts: task.attempts = max(task.attempts, value)
                case Field.passed: task.passed = true
                case Field.agentStarts: starts[TaskAgent(task: cell.entity, agent: cell.dimensions.agent), default: 0] += value
                default: break
                }
            }
            for (kind, item, _) in cell.sides where kind == Side.feature { task.feature = item }
            found[cell.entity] = task
        }
        if found.isEmpty { return (nil, nil) }
        for (both, count) in starts { found[both.task]!.attempts = max(found[both.task]!.attempts, count - 1) }
        var retries: Int64 = 0
        var completed: Set<UInt64> = [], costs: [UInt64: Int64] = [:]
        for (hash, task) in found {
            retries += task.attempts
            guard task.passed || task.cost != 0 else { continue }
            var feature = task.feature
            if feature == 0 { feature = try self.feature(ofTask: hash) }
            // A task without a feature is one of its own.
            let key = feature == 0 ? TextHash.spread(hash) : feature
            if task.passed { completed.insert(key) }
            costs[key] = (costs[key] ?? 0).addingSaturated(task.cost)
        }
        let spent = completed.reduce(Int64(0)) { $0.addingSaturated(costs[$1] ?? 0) }
        return (completed.isEmpty ? nil : Figures.dollars(spent) / Double(completed.count), Double(retries) / Double(found.count))
    }

    private struct TaskAgent: Hashable {
        var task: UInt64
        var agent: Int
    }
}
