internal import EventailJSON

/// All figures of one group: sums of cells, ready to be written or asked for by name.
struct Figures {
    private(set) var values = [Int64](repeating: 0, count: Field.count)
    private var sides: [UInt8: [UInt64: Int64]] = [:]
    /// Numbers of agents that were seen.
    private(set) var agents: Set<Int> = []
    /// Fixed when the figures are of one execution, or counted elsewhere.
    var executionCount: Int64?

    mutating func add(_ cell: borrowing CellRow.Cell, concernsTools: Bool, startsTools: [Bool]) {
        for (field, value) in cell.fields {
            switch field {
            // A result that names no call is a call itself, unless its profile writes calls too.
            case Field.toolLoneEnds: if !startsTools[cell.dimensions.type] { merge(Field.toolCalls, value) }
            case Field.partLines: if concernsTools { merge(Field.events, value) }
            case Field.partSuccess: if concernsTools { merge(Field.success, value) }
            case Field.partFailure: if concernsTools { merge(Field.failure, value) }
            default: merge(field, value)
            }
        }
        for (kind, item, value) in cell.sides { add(side: kind, item, value) }
        if cell.dimensions.agent != 0, cell.fields.contains(where: { $0.field == Field.events && $0.value > 0 }) { agents.insert(cell.dimensions.agent) }
        if cell.entity != 0 { add(side: Side.execution, cell.entity, 1) }
    }

    private mutating func merge(_ field: Int, _ value: Int64) { values[field] = Field.merge(field, values[field], value) }

    private mutating func add(side kind: UInt8, _ item: UInt64, _ value: Int64) {
        sides[kind, default: [:]][item] = sides[kind]?[item].map { Side.merge(kind, $0, value) } ?? value
    }

    // MARK: figures

    subscript(_ field: Int) -> Int64 { values[field] }
    var events: Int64 { values[Field.events] }

    /// Exact while every cell counted its executions one by one, then HyperLogLog.
    var executions: Int64 {
        if let executionCount { return executionCount }
        let exact = sides[Side.execution] ?? [:]
        guard var registers = sides[Side.executionRegister] else { return Int64(exact.count) }
        for hash in exact.keys {
            let (register, rank) = ExecutionSketch.register(of: hash)
            registers[register] = max(registers[register] ?? 0, rank)
        }
        return Int64(ExecutionSketch.estimate(registers).rounded())
    }

    static func ratio(_ part: Int64, _ whole: Int64) -> Double? { whole == 0 ? nil : Double(part) / Double(whole) }
    var successRate: Double? { Self.ratio(values[Field.success], values[Field.success] + values[Field.failure]) }
    var errorRate: Double? { Self.ratio(values[Field.failure], values[Field.success] + values[Field.failure]) }
    var criticRejectionRate: Double? { Self.ratio(values[Field.rejected], values[Field.approved] + values[Field.rejected]) }
    var validationPassRate: Double? { Self.ratio(values[Field.passed], values[Field.validations]) }
    var timeToCompletion: Double? { Self.ratio(values[Field.completionSum], values[Field.completions]).map { $0 / 1e9 } }
    var duplicates: Int64 { values[Field.repeats] + values[Field.replays] }
    static func dollars(_ units: Int64) -> Double { Double(units) / 1e12 }
    var cost: Int64 { values[Field.costReported].addingSaturated(values[Field.costEstimated]) }

    /// One duration figure: count, mean, min, max or a percentile, in milliseconds.
    func duration(_ kind: UInt8, _ name: String) -> Double? {
        let isLatency = kind == Side.latency
        let count = values[isLatency ? Field.latencyCount : Field.durationCount]
        let low = values[isLatency ? Field.latencyMinimum : Field.durationMinimum] - 1, high = values[isLatency ? Field.latencyMaximum : Field.durationMaximum] - 1
        if name == "count" { return Double(count) }
        if count == 0 { return nil }
        switch name {
        case "mean": return Double(values[isLatency ? Field.latencySum : Field.durationSum]) / Double(count) / 1e6
        case "min": return Double(low) / 1e6
        case "max": return Double(high) / 1e6
        case "p50": return percentile(kind, 0.5, count, low, high)
        case "p90": return percentile(kind, 0.9, count, low, high)
        case "p95": return percentile(kind, 0.95, count, low, high)
        case "p99": return percentile(kind, 0.99, count, low, high)
        default: return nil
        }
    }

    private func percentile(_ kind: UInt8, _ part: Double, _ count: Int64, _ low: Int64, _ high: Int64) -> Double? {
        let sorted = (sides[kind] ?? [:]).sorted { $0.key < $1.key }.map { (bucket: $0.key, count: $0.value) }
        // No bucket's middle lies beyond what was seen.
        return Sketch.quantile(part, sorted, count).map { min(max($0, Double(low)), Double(high)) / 1e6 }
    }

    // MARK: JSON

    /// The members of a group object.
    func write(_ json: inout JSONWriter, seconds: Double, _ labels: NameTable) {
        json.field("events", events)
        json.field("events_per_second", seconds > 0 ? Double(events) / seconds : nil)
        json.field("executions", executions)
        json.field("success", values[Field.success])
        json.field("failure", values[Field.failure])
        json.field("success_rate", successRate)
        json.field("error_rate", errorRate)
        json.field("cost_usd", object: { json in
            json.field("total", Self.dollars(cost))
            json.field("reported", Self.dollars(values[Field.costReported]))
            json.field("estimated", Self.dollars(values[Field.costEstimated]))
        })
        json.field("unpriced_tokens", values[Field.unpriced])
        json.field("tokens", object: { json in
            json.field("input", values[Field.tokensInput])
            json.field("output", values[Field.tokensOutput])
            json.field("cache_read", values[Field.tokensCacheRead])
            json.field("cache_write", values[Field.tokensCacheWrite])
            json.field("reasoning", values[Field.tokensReasoning])
            json.field("total", values[Field.tokensTotal])
        })
        json.field("duplicates_skipped", duplicates)
        json.field("model_calls", values[Field.modelCalls])
        json.field("tool_calls", values[Field.toolCalls])
        json.field("tool_errors", values[Field.toolErrors])
        json.field("collaborations", values[Field.collaborations])
        for (name, kind) in [("latency_ms", Side.latency), ("duration_ms", Side.duration)] {
            json.field(name, object: { json in
                for part in ["count", "mean", "min", "max", "p50", "p90", "p99"] { json.field(part, duration(kind, part)) }
            })
        }
        json.field("errors_by_type", object: { json in
            for (name, count) in named(Side.errorType, labels) { json.field(name, count) }
        })
        json.field("memory_tiers", object: { json in
            var tiers: Set<UInt64> = []
            for kind in [Side.tierHits, Side.tierMisses, Side.tierLatencyCount] { tiers.formUnion((sides[kind] ?? [:]).keys) }
            for tier in tiers.sorted(by: { labels.names[Int($0)] < labels.names[Int($1)] }) {
                json.field(labels.names[Int(tier)], object: { json in
                    json.field("hits", sides[Side.tierHits]?[tier] ?? 0)
                    json.field("misses", sides[Side.tierMisses]?[tier] ?? 0)
                    let mean = Self.ratio(sides[Side.tierLatencySum]?[tier] ?? 0, sides[Side.tierLatencyCount]?[tier] ?? 0)
                    json.field("mean_latency_ms", mean.map { $0 / 1e6 })
                })
            }
        })
    }

    private func named(_ kind: UInt8, _ labels: NameTable) -> [(String, Int64)] {
        (sides[kind] ?? [:]).map { (labels.names[Int($0.key)], $0.value) }.sorted { $0.0 < $1.0 }
    }
}
