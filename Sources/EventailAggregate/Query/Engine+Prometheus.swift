internal import EventailEvents
internal import EventailSystem

/// Counters and histograms of agents over all time, for `GET /metrics`.
///
/// Labels are bounded: the values with the most events keep their names, the others share `other`. Counters without labels are there from the start, as are
/// all token types of a model once it is known, so that a rate sees the first event.
extension Engine {
    func writePrometheus(into text: inout [UInt8]) throws(MetricsQueryError) {
        var cells: [Dimensions: Figures] = [:]
        let starts = startsTools
        do {
            try collect(resolve(.all, .now), FigureFilter(MetricsFilter(), self), byExecution: false) { cell in
                cells[cell.dimensions, default: Figures()].add(cell, concernsTools: true, startsTools: starts)
            }
        } catch { throw .state("\(error)") }
        let labels = BoundedLabels(cells, configuration.mostLabelValues, self)
        var writer = PrometheusWriter()
        writeUsage(cells, labels, &writer)
        writeCalls(cells, labels, &writer)
        writeHistograms(labels, &writer)
        do { try writeExecutions(&writer) } catch { throw .state("\(error)") }
        text.append(contentsOf: writer.text)
    }

    private func writeUsage(_ cells: [Dimensions: Figures], _ labels: BoundedLabels, _ writer: inout PrometheusWriter) {
        let tokens = CounterFamily("eventail_tokens_total", "Tokens of models; the types are disjoint.", ["profile", "agent", "provider", "model", "token_type"])
        let reasoning = CounterFamily("eventail_reasoning_tokens_total", "Tokens of reasoning, which are part of the output.", ["profile", "agent", "provider", "model"])
        let cost = CounterFamily("eventail_cost_usd_total", "Cost in US dollars, as reported by the producer or estimated from its tokens.", ["profile", "agent", "model", "origin"])
        let unpriced = CounterFamily("eventail_unpriced_tokens_total", "Tokens whose model has no price.", ["model"])
        let duplicates = CounterFamily("eventail_usage_duplicates_total", "Lines whose usage was not added: repeated in their file, replayed in another, or a sum of others.", ["reason"])
        for reason in ["repeat", "replay", "rollup"] { duplicates.add([reason], 0) }
        for (dimensions, figures) in cells {
            let profile = labels.profile(dimensions), agent = labels.agent(dimensions.agent), model = labels.model(dimensions.model), provider = labels.provider(dimensions.model)
            if figures[Field.tokensTotal] != 0 || figures[Field.modelCalls] != 0 {
                let kinds = [("input", Field.tokensInput), ("output", Field.tokensOutput), ("cache_read", Field.tokensCacheRead), ("cache_write", Field.tokensCacheWrite)]
                for (kind, field) in kinds { tokens.add([profile, agent, provider, model, kind], Double(figures[field])) }
                reasoning.add([profile, agent, provider, model], Double(figures[Field.tokensReasoning]))
                unpriced.add([model], Double(figures[Field.unpriced]))
            }
            if figures.cost != 0 {
                cost.add([profile, agent, model, "reported"], Figures.dollars(figures[Field.costReported]))
                cost.add([profile, agent, model, "estimated"], Figures.dollars(figures[Field.costEstimated]))
            }
            duplicates.add(["repeat"], Double(figures[Field.repeats]))
            duplicates.add(["replay"], Double(figures[Field.replays]))
            duplicates.add(["rollup"], Double(figures[Field.rollups]))
        }
        for family in [tokens, reasoning, cost, unpriced, duplicates] { family.write(&writer) }
    }

    private func writeCalls(_ cells: [Dimensions: Figures], _ labels: BoundedLabels, _ writer: inout PrometheusWriter) {
        let models = CounterFamily("eventail_model_calls_total", "Calls of models.", ["profile", "agent", "provider", "model", "status"])
        let tools = CounterFamily("eventail_tool_calls_total", "Calls of tools; failure counts those whose result was an error.", ["profile", "agent", "tool", "status"])
        let runs = CounterFamily("eventail_agent_runs_total", "Runs of agents that ended.", ["profile", "agent", "status"])
        let tasks = CounterFamily("eventail_tasks_total", "Tasks that ended.", ["profile", "status"])
        let retries = CounterFamily("eventail_retries_total", "Starts of an agent on a task it had started before.", [])
        let validations = CounterFamily("eventail_validations_total", "Validations by their result.", ["result"])
        let escalations = CounterFamily("eventail_escalations_total", "Escalations to people.", [])
        retries.add([], 0)
        escalations.add([], 0)
        for result in ["passed", "failed"] { validations.add([result], 0) }
        for (dimensions, figures) in cells {
            let profile = labels.profile(dimensions), agent = labels.agent(dimensions.agent), status = dimensions.status == .none ? "unknown" : dimensions.status.name
            if figures[Field.modelCalls] != 0 {
                models.add([profile, agent, labels.provider(dimensions.model), labels.model(dimensions.model), status], Double(figures[Field.modelCalls]))
            }
            let calls = figures[Field.toolCalls], errors = figures[Field.toolErrors]
            if calls != 0 || errors != 0 {
                let tool = labels.tool(dimensions.tool)
                tools.add([profile, agent, tool, "failure"], Double(errors))
                tools.add([profile, agent, tool, "all"], Double(calls))
            }
            if figures[Field.agentRuns] != 0 { runs.add([profile, agent, status], Double(figures[Field.agentRuns])) }
            if figures[Field.tasks] != 0 { tasks.add([profile, status], Double(figures[Field.tasks])) }
            retries.add([], Double(figures[Field.retries]))
            escalations.add([], Double(figures[Field.escalations]))
            validations.add(["passed"], Double(figures[Field.passed]))
            validations.add(["failed"], Double(figures[Field.validations] - figures[Field.passed]))
        }
        tools.settleSuccesses()
        for family in [models, tools, runs, tasks, retries, validations, escalations] { family.write(&writer) }
    }

    private func writeHistograms(_ labels: BoundedLabels, _ writer: inout PrometheusWriter) {
        let families: [(HistogramTable.Kind, String, String)] = [
            (.operation, "gen_ai_client_operation_duration_seconds", "Duration of calls of models, where the log tells it."),
            (.tokens, "gen_ai_client_token_usage", "Tokens of a call of a model; the input includes what the cache gave and took."),
            (.tool, "gen_ai_execute_tool_duration_seconds", "Duration of calls of tools, without those that waited for people."),
            (.agent, "gen_ai_invoke_agent_duration_seconds", "Duration of runs of agents."),
            (.completion, "eventail_task_completion_seconds", "From a task's queueing to its first validation, else to its end."),
            (.humanWait, "eventail_human_wait_seconds", "How long calls of tools waited for people."),
        ]
        for (kind, name, help) in families {
            var merged: [[String]: (labels: [(String, String)], counts: [Int64], sum: Int64)] = [:]
            if kind == .completion || kind == .humanWait { merged[[]] = ([], Array(repeating: 0, count: kind.bounds.count + 1), 0) }
            for histogram in histograms.all where histogram.kind == kind {
                let own = labels.labels(histogram)
                let key = own.map(\.1)
                if merged[key] == nil { merged[key] = (own, Array(repeating: 0, count: histogram.counts.count), 0) }
                for bucket in 0..<histogram.counts.count { merged[key]!.counts[bucket] += histogram.counts[bucket] }
                merged[key]!.sum = merged[key]!.sum.addingSaturated(histogram.sum)
            }
            writer.family(name, "histogram", help)
            for (_, found) in merged.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                writer.histogram(name, found.labels, kind.bounds, found.counts, sum: kind == .tokens ? Double(found.sum) : Double(found.sum) / 1e9)
            }
        }
    }

    /// States of the newest executions; older ones than those looked at are done or idle.
    private func writeExecutions(_ writer: inout PrometheusWriter) throws {
        let family = CounterFamily("eventail_executions", "Executions by what they are doing, of the newest 1000.", ["state"], kind: "gauge")
        for state in ["working", "waiting", "idle", "stuck", "done"] { family.add([state], 0) }
        let now = Timestamp.now().nanoseconds
        for named in try executions(numbered: max(0, meta.executions - 1000), meta.executions) {
            if let head = try head(of: named.hash) { family.add([state(of: head, at: now)], 1) }
        }
        family.write(&writer)
    }
}

/// One family of samples, summed by its labels while it is made.
private final class CounterFamily {
    private let name: String
    private let help: String
    private let labels: [String]
    private let kind: String
    private var values: [[String]: Double] = [:]

    init(_ name: String, _ help: String, _ labels: [String], kind: String = "counter") {
        self.name = name
        self.help = help
        self.labels = labels
        self.kind = kind
    }

    func add(_ key: [String], _ amount: Double) { values[key, default: 0] += amount }

    /// Turns `all` into `success`: what did not fail.
    func settleSuccesses() {
        for (key, all) in values where key.last == "all" {
            values[key] = nil
            let failed = values[Array(key.dropLast()) + ["failure"]] ?? 0
            values[Array(key.dropLast()) + ["success"]] = max(0, all - failed)
        }
    }

    func write(_ writer: inout PrometheusWriter) {
        writer.family(name, kind, help)
        for (key, value) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            writer.sample(name, Array(zip(labels, key)), PrometheusWriter.number(value))
        }
    }
}

/// Names of labels' values, of which only the most frequent keep theirs.
private struct BoundedLabels {
    private let engine: Engine
    private var agents: Set<Int> = []
    private var tools: Set<Int> = []
    private var models: Set<Int> = []

    init(_ cells: [Dimensions: Figures], _ most: Int, _ engine: Engine) {
        self.engine = engine
        func top(_ number: (Dimensions) -> Int) -> Set<Int> {
            var counts: [Int: Int64] = [:]
            for (dimensions, figures) in cells { counts[number(dimensions), default: 0] += max(1, figures.events) }
            return Set(counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(most).map(\.key))
        }
        agents = top(\.agent)
        tools = top(\.tool)
        models = top(\.model)
    }

    func profile(_ dimensions: Dimensions) -> String { engine.profileName(dimensions.type) }
    func agent(_ number: Int) -> String { agents.contains(number) ? engine.agents.names[number] : "other" }
    func tool(_ number: Int) -> String { tools.contains(number) ? engine.tools.names[number] : "other" }
    func model(_ number: Int) -> String { models.contains(number) ? engine.modelName(number) : "other" }
    func provider(_ number: Int) -> String { models.contains(number) ? engine.providerName(number) : "other" }

    func labels(_ histogram: HistogramTable.Histogram) -> [(String, String)] {
        switch histogram.kind {
        case .operation:
            [("gen_ai_operation_name", "chat"), ("gen_ai_provider_name", provider(histogram.first)), ("gen_ai_request_model", model(histogram.first))]
        case .tokens:
            [("gen_ai_operation_name", "chat"), ("gen_ai_provider_name", provider(histogram.first)), ("gen_ai_request_model", model(histogram.first)),
             ("gen_ai_token_type", histogram.second == 0 ? "input" : "output")]
        case .tool: [("gen_ai_tool_name", tool(histogram.first)), ("gen_ai_agent_name", agent(histogram.second))]
        case .agent: [("gen_ai_agent_name", agent(histogram.first))]
        case .completion, .humanWait: []
        }
    }
}
