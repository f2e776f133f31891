internal import EventailJSON
internal import EventailSystem

/// `/api/v1/metrics/range`: one figure, step by step.
extension Engine {
    func range(_ query: RangeQuery, into json: inout JSONWriter) throws(MetricsQueryError) {
        let step = query.step.nanoseconds / 1_000_000_000
        guard step >= 1 else { throw .badRange("step must be one second or more") }
        guard query.end >= query.start else { throw .badRange("end lies before start") }
        let from = query.start.seconds, last = query.end.seconds
        let count = Int((last - from) / step) + 1
        guard count <= RangeQuery.mostSteps else { throw .badRange("\(count) steps are more than \(RangeQuery.mostSteps); take a longer step") }
        guard MetricName.isKnown(query.metric) else { throw .unknownMetric(query.metric) }

        let filter = FigureFilter(query.filter, self)
        let keys = query.grouping.map { GroupKeys($0, self) }
        let starts = startsTools
        let concernsTools = filter.concernsTools || query.grouping == .tool
        let byExecution = query.grouping == .execution
        var series: [UInt64: [Int: Figures]] = keys == nil ? [0: [:]] : [:]
        var extras: [Double?] = []
        do {
            let window = ResolvedWindow(from: from, to: from + Int64(count) * step)
            try collectSlots(window, aligned: step, filter, byExecution: byExecution) { cell in
                let place = Int((cell.slot - from) / step)
                series[keys?.key(cell) ?? 0, default: [:]][place, default: Figures()].add(cell, concernsTools: concernsTools, startsTools: starts)
            }
            if keys == nil, MetricName.needsWindow(query.metric) {
                for place in 0..<count {
                    let part = ResolvedWindow(from: from + Int64(place) * step, to: from + Int64(place + 1) * step)
                    let six = try sixFigures(part, query.filter, filter, series[0]?[place] ?? Figures())
                    extras.append(query.metric == "agent_utilization" ? six.utilization : query.metric == "cost_per_feature" ? six.costPerFeature : six.averageRetries)
                }
            }
        } catch { throw .state("\(error)") }

        let best = series.sorted { left, right in
            let counts = (left.value.values.reduce(0) { $0 + $1.events }, right.value.values.reduce(0) { $0 + $1.events })
            return counts.0 != counts.1 ? counts.0 > counts.1 : left.key < right.key
        }.prefix(configuration.mostGroups)
        let names = try byExecution ? executionNames(of: best.map(\.key)) : [:]
        json.object { json in
            json.field("metric", query.metric)
            json.field("start", query.start.rfc3339)
            json.field("end", query.end.rfc3339)
            json.field("step", step)
            json.field("series", array: { json in
                for (key, steps) in best {
                    json.object { json in
                        json.key("key")
                        if let keys { json.value(byExecution ? names[key] : keys.name(key, self)) } else { json.null() }
                        json.field("points", array: { json in
                            for place in 0..<count {
                                json.object { json in
                                    json.field("time", Timestamp(nanoseconds: (from + Int64(place) * step) * 1_000_000_000).rfc3339)
                                    let value = extras.isEmpty
                                        ? (steps[place] ?? Figures()).value(query.metric, seconds: Double(step)) : extras[place]
                                    json.field("value", value)
                                }
                            }
                        })
                    }
                }
            })
        }
    }

    /// The cells of a window at the coarsest level whose slots do not straddle a step.
    private func collectSlots(
        _ window: ResolvedWindow, aligned step: Int64, _ filter: FigureFilter, byExecution: Bool, _ body: (borrowing CellRow.Cell) -> Void
    ) throws {
        if filter.matchesNothing { return }
        let kinds: [(kind: StateKind, slot: Int64)] = [(.days, 86_400), (.hours, 3600), (.minutes, 60)]
        let needsEntities = byExecution || filter.execution != nil
        func matching(_ cell: inout CellRow.Cell) {
            if cell.slot < window.from || cell.slot >= window.to || !filter.matches(cell.dimensions) { return }
            if let execution = filter.execution, cell.entity != execution { return }
            if byExecution && cell.entity == 0 { return }
            body(cell)
        }
        if !needsEntities, let level = kinds.first(where: { step % $0.slot == 0 && window.from % $0.slot == 0 }) {
            try read(level.kind, from: window.from, to: window.to, matching)
            fillLevels()
            return levels.forEach(matching)
        }
        try chunks.forEachLevelled(from: window.from, to: window.to, view) { cell, _ in matching(&cell) }
        forEachWaiting(from: window.from, to: window.to) { cell, _ in matching(&cell) }
    }
}

/// The names that a figure may be asked for by.
enum MetricName {
    static let sums: [String: [Int]] = [
        "events": [Field.events], "success": [Field.success], "failure": [Field.failure], "unpriced_tokens": [Field.unpriced],
        "tokens.input": [Field.tokensInput], "tokens.output": [Field.tokensOutput], "tokens.cache_read": [Field.tokensCacheRead],
        "tokens.cache_write": [Field.tokensCacheWrite], "tokens.reasoning": [Field.tokensReasoning], "tokens.total": [Field.tokensTotal],
        "tokens": [Field.tokensTotal], "duplicates_skipped": [Field.repeats, Field.replays], "model_calls": [Field.modelCalls],
        "tool_calls": [Field.toolCalls], "tool_errors": [Field.toolErrors], "collaborations": [Field.collaborations],
        "validations": [Field.validations], "escalations": [Field.escalations],
    ]
    static let costs: [String: [Int]] = [
        "cost_usd": [Field.costReported, Field.costEstimated], "cost_usd.total": [Field.costReported, Field.costEstimated],
        "cost_usd.reported": [Field.costReported], "cost_usd.estimated": [Field.costEstimated],
    ]
    /// What is behind a quotient.
    static let quotients: [String: [Int]] = [
        "events_per_second": [Field.events], "executions": [Field.events], "success_rate": [Field.success, Field.failure],
        "error_rate": [Field.success, Field.failure], "critic_rejection_rate": [Field.approved, Field.rejected],
        "validation_pass_rate": [Field.validations, Field.passed], "time_to_completion": [Field.completionSum], "agent_utilization": [Field.durationSum],
        "cost_per_feature": [Field.costReported, Field.costEstimated], "average_retry_count": [Field.agentStarts, Field.escalations],
    ]
    static let parts = ["count", "mean", "min", "max", "p50", "p90", "p95", "p99"]

    static func isKnown(_ name: String) -> Bool { sums[name] != nil || costs[name] != nil || quotients[name] != nil || duration(name) != nil }
    static func needsWindow(_ name: String) -> Bool { ["agent_utilization", "cost_per_feature", "average_retry_count"].contains(name) }

    /// `latency_ms.p99` as its sketch and part; without a part the mean is meant.
    static func duration(_ name: String) -> (kind: UInt8, part: String)? {
        for (prefix, kind) in [("latency_ms", Side.latency), ("duration_ms", Side.duration)] {
            if name == prefix { return (kind, "mean") }
            if name.hasPrefix(prefix + "."), parts.contains(String(name.dropFirst(prefix.count + 1))) { return (kind, String(name.dropFirst(prefix.count + 1))) }
        }
        return nil
    }

    /// The fields that an event must have added to in order to be behind a figure.
    static func fields(_ name: String) -> [Int]? {
        if let duration = duration(name) { return duration.kind == Side.latency ? [Field.latencySum] : [Field.durationSum] }
        return sums[name] ?? costs[name] ?? quotients[name]
    }
}

extension Figures {
    /// A figure by its name; nil when there is nothing to divide by, or no such name.
    func value(_ name: String, seconds: Double) -> Double? {
        if let fields = MetricName.sums[name] { return Double(fields.reduce(0) { $0 + self[$1] }) }
        if let fields = MetricName.costs[name] { return Figures.dollars(fields.reduce(Int64(0)) { $0.addingSaturated(self[$1]) }) }
        if let (kind, part) = MetricName.duration(name) { return duration(kind, part) }
        switch name {
        case "events_per_second": return seconds > 0 ? Double(events) / seconds : nil
        case "executions": return Double(executions)
        case "success_rate": return successRate
        case "error_rate": return errorRate
        case "critic_rejection_rate": return criticRejectionRate
        case "validation_pass_rate": return validationPassRate
        case "time_to_completion": return timeToCompletion
        default: return nil
        }
    }
}
