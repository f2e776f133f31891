import EventailEvents

/// One event as the random tests make it: everything that the figures may depend on.
struct Told {
    var time: Int64
    var type: String
    var profile: String
    var meaning: Meaning
    var status: Status
    var agent: String
    var model: String?
    var tool: String?
    var execution: String?
    var task: String?
    var feature: String?
    var duration: Double?
    var latency: Double?
    var input: Int?
    var output: Int?
    var cost: Double?
    var attempts: Int?
    var errorType: String?
    var tier: String?
    var hit: Bool?

    var tokens: Double { Double((input ?? 0) + (output ?? 0)) }
    /// What the tokens cost when the event does not say.
    var estimate: Double {
        if cost != nil || model != "gpt-5.2-codex" { return 0 }
        let prompt = Double(input ?? 0) * 1.75, answer = Double(output ?? 0) * 14
        return (prompt + answer) / 1e6
    }
    var isUnpriced: Bool { cost == nil && model != "gpt-5.2-codex" }

    var roles: [(Role, BatchBuilder.Value)] {
        var roles: [(Role, BatchBuilder.Value)] = [(.agent, .text(agent))]
        func text(_ role: Role, _ value: String?) { if let value { roles.append((role, .text(value))) } }
        func number(_ role: Role, _ value: Double?) { if let value { roles.append((role, .number(value))) } }
        text(.model, model)
        text(.tool, tool)
        text(.execution, execution)
        text(.task, task)
        text(.feature, feature)
        text(.errorType, errorType)
        text(.memoryTier, tier)
        number(.memoryHit, hit.map { $0 ? 1 : 0 })
        number(.durationMilliseconds, duration)
        number(.latencyMilliseconds, latency)
        number(.tokensInput, input.map(Double.init))
        number(.tokensOutput, output.map(Double.init))
        number(.costUSD, cost)
        number(.attempts, attempts.map(Double.init))
        return roles
    }
}

/// Works every figure out by its definition in CONTRACT section 7, from all events in an array: slow and plain.
struct Oracle {
    let all: [Told]

    /// What a window and a filter leave.
    func events(_ from: Int64, _ to: Int64, _ keep: (Told) -> Bool) -> [Told] { all.filter { $0.time >= from && $0.time <= to && keep($0) } }

    static func percentile(_ values: [Double], _ part: Double) -> Double? {
        if values.isEmpty { return nil }
        let sorted = values.sorted()
        return sorted[max(0, Int((part * Double(sorted.count)).rounded(.up)) - 1)]
    }

    /// Names and values of all figures of some events.
    static func figures(_ events: [Told], seconds: Double) -> [String: Double?] {
        var found: [String: Double?] = [:]
        func sum(_ value: (Told) -> Double?) -> Double { events.compactMap(value).reduce(0, +) }
        let success = Double(events.filter { $0.status == .success || $0.status == .approved }.count)
        let failure = Double(events.filter { [.failure, .timeout, .rejected].contains($0.status) }.count)
        found["events"] = Double(events.count)
        found["events_per_second"] = .some(seconds > 0 ? Double(events.count) / seconds : nil)
        found["executions"] = Double(Set(events.compactMap(\.execution)).count)
        found["success"] = success
        found["failure"] = failure
        found["success_rate"] = .some(success + failure == 0 ? nil : success / (success + failure))
        found["error_rate"] = .some(success + failure == 0 ? nil : failure / (success + failure))
        found["tokens.input"] = sum { $0.input.map(Double.init) }
        found["tokens.output"] = sum { $0.output.map(Double.init) }
        found["tokens.total"] = sum { $0.tokens }
        found["cost_usd.reported"] = sum(\.cost)
        let estimated: Double = events.reduce(0.0) { $0 + $1.estimate }
        found["cost_usd.estimated"] = estimated
        found["cost_usd.total"] = estimated + sum(\.cost)
        found["unpriced_tokens"] = sum { $0.isUnpriced ? $0.tokens : 0 }
        found["model_calls"] = Double(events.filter { $0.meaning == .modelCall }.count)
        found["tool_calls"] = Double(events.filter { $0.meaning == .toolEnd }.count)
        found["tool_errors"] = Double(events.filter { $0.meaning == .toolEnd && [.failure, .timeout, .rejected].contains($0.status) }.count)
        found["collaborations"] = Double(events.filter { $0.meaning == .collaboration }.count)
        for (name, values) in [("latency_ms", events.compactMap(\.latency)), ("duration_ms", events.compactMap(\.duration))] {
            found["\(name).count"] = Double(values.count)
            found["\(name).mean"] = .some(values.isEmpty ? nil : values.reduce(0, +) / Double(values.count))
            found["\(name).min"] = .some(values.min())
            found["\(name).max"] = .some(values.max())
            found["\(name).p50"] = .some(percentile(values, 0.5))
            found["\(name).p90"] = .some(percentile(values, 0.9))
            found["\(name).p99"] = .some(percentile(values, 0.99))
        }
        for (name, group) in Dictionary(grouping: events.filter { $0.errorType != nil }, by: { $0.errorType! }) { found["errors_by_type.\(name)"] = Double(group.count) }
        for (name, group) in Dictionary(grouping: events.filter { $0.tier != nil }, by: { $0.tier! }) {
            found["memory_tiers.\(name).hits"] = Double(group.filter { $0.hit == true }.count)
            found["memory_tiers.\(name).misses"] = Double(group.filter { $0.hit == false }.count)
            let latencies = group.compactMap(\.latency)
            found["memory_tiers.\(name).mean_latency_ms"] = .some(latencies.isEmpty ? nil : latencies.reduce(0, +) / Double(latencies.count))
        }
        return found
    }

    /// The six of a window; `keep` filters events of the window, `links` are all events before and in it.
    func six(_ from: Int64, _ to: Int64, isFiltered: Bool = true, _ keep: (Told) -> Bool) -> [String: Double?] {
        let events = events(from, to, keep)
        var found: [String: Double?] = [:]
        // Spans.
        var active = 0.0
        var agents = Set(events.map(\.agent))
        for agent in isFiltered ? agents : Set(all.map(\.agent)) {
            var spans: [(Int64, Int64)] = []
            var open: [String: [Int64]] = [:]
            for event in all.sorted(by: { $0.time < $1.time }) where event.agent == agent {
                let task = event.task ?? ""
                if event.meaning == .agentStart { open[task, default: []].append(event.time) }
                if event.meaning == .agentEnd {
                    if let duration = event.duration { spans.append((event.time - Int64((duration * 1e6).rounded()), event.time)) }
                    else if let start = open[task]?.last { spans.append((start, event.time)) }
                    open[task] = nil
                }
            }
            for start in open.values.joined() where start <= to { spans.append((start, min(to, start + 3600 * second))) }
            let clipped = spans.map { (max($0.0, from), min($0.1, to)) }.filter { $0.0 < $0.1 }.sorted { $0.0 < $1.0 }
            var end = Int64.min
            for (start, stop) in clipped where stop > end {
                active += Double(stop - max(start, end)) / 1e9
                agents.insert(agent)
                end = stop
            }
        }
        found["agent_utilization"] = .some(agents.isEmpty || to <= from ? nil : active / (Double(to - from) / 1e9 * Double(agents.count)))
        // Tasks.
        let tasks = Set(events.compactMap(\.task))
        var features: [String: String] = [:]
        for event in all { if let task = event.task, let feature = event.feature, features[task] == nil { features[task] = feature } }
        let completed = Set(events.filter { $0.meaning == .validation && $0.status.isSuccess }.compactMap { $0.task.map { features[$0] ?? "task \($0)" } })
        var spent = 0.0
        for event in events {
            if let task = event.task, completed.contains(features[task] ?? "task \(task)") { spent += event.cost ?? event.estimate }
        }
        found["cost_per_feature"] = .some(completed.isEmpty ? nil : spent / Double(completed.count))
        var retries = 0.0
        for task in tasks {
            let own = events.filter { $0.task == task }
            let starts = Dictionary(grouping: own.filter { $0.meaning == .agentStart }, by: \.agent).values.map { $0.count - 1 }.max() ?? 0
            retries += Double(max(starts, own.compactMap(\.attempts).max() ?? 0, 0))
        }
        found["average_retry_count"] = .some(tasks.isEmpty ? nil : retries / Double(tasks.count))
        let ends = events.filter { $0.meaning == .agentEnd }
        let rejected = Double(ends.filter { $0.status == .rejected }.count), approved = Double(ends.filter { $0.status == .approved }.count)
        found["critic_rejection_rate"] = .some(rejected + approved == 0 ? nil : rejected / (approved + rejected))
        let validations = events.filter { $0.meaning == .validation }
        found["validation_pass_rate"] = .some(validations.isEmpty ? nil : Double(validations.filter { $0.status.isSuccess }.count) / Double(validations.count))
        var times: [Double] = []
        for (task, own) in Dictionary(grouping: all.filter { $0.task != nil }, by: { $0.task! }) {
            _ = task
            guard let queued = own.filter({ $0.meaning == .taskQueued }).map(\.time).min() else { continue }
            let first = own.filter { $0.meaning == .validation }.min { $0.time < $1.time } ?? own.filter { $0.meaning == .taskEnd }.min { $0.time < $1.time }
            if let first, first.time >= queued, first.time >= from, first.time <= to, keep(first) { times.append(Double(first.time - queued) / 1e9) }
        }
        found["time_to_completion"] = .some(times.isEmpty ? nil : times.reduce(0, +) / Double(times.count))
        return found
    }
}

/// Numbers that are the same for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

extension Oracle {
    /// A made-up stream: tasks with features, agents that start and end, calls, tools, memory; some out of order.
    static func stream(_ seed: UInt64, count: Int, step: Int64) -> [Told] {
        var random = SeededGenerator(seed)
        var events: [Told] = []
        var time: Int64 = 1_760_000_000 * second
        var lastTime: Set<Int64> = []
        for number in 0..<count {
            time += Int64.random(in: 1...2 * step, using: &random)
            var at = time
            // Some come late, but starts and ends keep their order.
            let meaning = [Meaning.agentStart, .agentStart, .agentEnd, .agentEnd, .agentEnd, .modelCall, .toolEnd, .collaboration, .memory, .validation, .taskQueued, .taskEnd, .note, .escalation].randomElement(using: &random)!
            if meaning != .agentStart && meaning != .agentEnd && Int.random(in: 0..<5, using: &random) == 0 { at -= Int64.random(in: 0...20 * step, using: &random) }
            while lastTime.contains(at) { at += 1 }
            lastTime.insert(at)
            let profile = ["superagent", "auren"].randomElement(using: &random)!
            var told = Told(
                time: at, type: "\(meaning)", profile: profile, meaning: meaning,
                status: [Status.none, .success, .success, .failure, .timeout, .approved, .rejected, .partial].randomElement(using: &random)!,
                agent: ["scribe", "critic", "runner"].randomElement(using: &random)!)
            if Int.random(in: 0..<3, using: &random) > 0 { told.execution = "exec-\(number / 40 % 25)" }
            if Int.random(in: 0..<4, using: &random) > 0 || meaning == .agentStart || meaning == .agentEnd || meaning == .taskQueued {
                let task = number / 25 + Int.random(in: 0..<3, using: &random)
                told.task = "t\(task)"
                if meaning == .taskQueued && task % 4 != 0 { told.feature = "f\(task / 2)" }
            }
            if meaning == .modelCall || Int.random(in: 0..<4, using: &random) == 0 {
                told.model = ["gpt-5.2-codex", "unpriced-1"].randomElement(using: &random)
                told.input = Int.random(in: 0...5000, using: &random)
                told.output = Int.random(in: 0...900, using: &random)
            }
            if Int.random(in: 0..<4, using: &random) == 0 { told.cost = Double(Int.random(in: 0...900_000, using: &random)) / 1e6 }
            if meaning == .toolEnd { told.tool = ["bash", "edit"].randomElement(using: &random) }
            if Int.random(in: 0..<3, using: &random) == 0 { told.duration = Double(Int.random(in: 1...20_000, using: &random)) / 2 }
            if meaning == .memory || Int.random(in: 0..<3, using: &random) == 0 { told.latency = Double(Int.random(in: 0...60_000, using: &random)) / 8 }
            if meaning == .memory {
                told.tier = ["redis", "chromadb"].randomElement(using: &random)
                told.hit = Bool.random(using: &random)
            }
            if meaning == .escalation { told.attempts = Int.random(in: 0...6, using: &random) }
            if Int.random(in: 0..<10, using: &random) == 0 { told.errorType = ["TimeoutError", "ValueError"].randomElement(using: &random) }
            events.append(told)
        }
        return events
    }
}
