internal import EventailJSON
internal import EventailSystem

/// Outcome events: each tells one finished action of an agent within a run and a workflow.
final class OutcomeProducer: Producer {
    let file: String
    private let agent: String
    private var run = ""
    private var left = 0

    init(agent: String) {
        self.agent = agent
        file = "outcome-\(agent).jsonl"
    }

    func next(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        if left == 0 {
            run = "run-\(generator.hex(12))"
            left = generator.whole(3...12)
        }
        left -= 1
        let identifier = Self.uuid(&generator)
        let roll = generator.number(0...1)
        let status = roll < 0.86 ? "success" : roll < 0.94 ? "failure" : roll < 0.97 ? "partial" : "timeout"
        let milliseconds = generator.number(20...3000)
        let model = generator.number(10...20) / 20 * milliseconds
        let tokens = generator.whole(80...3000)
        let cost = generator.number(0.001...0.05)
        let quality = generator.number(0.5...1)
        let action = generator.pick(["workflow_step", "process_query", "transform_data"])
        let began = Timestamp(nanoseconds: time.nanoseconds - Int64(milliseconds * 1e6))
        let failed = status == "failure" || status == "timeout"
        json.object { json in
            json.field("event_id", identifier)
            json.field("run_id", run)
            json.field("agent_name", agent)
            json.field("agent_type", "reasoning")
            json.field("action_type", action)
            json.field("timestamp", time.naive)
            json.field("start_time", began.naive)
            json.field("end_time", time.naive)
            json.field("duration_ms", milliseconds)
            json.field("status", status)
            json.field("severity", status == "success" ? "info" : status == "failure" ? "error" : "warning")
            json.field("latency_ms", milliseconds)
            json.field("llm_latency_ms", model)
            json.field("tokens_used", tokens)
            if failed { json.key("output"); json.null() } else { json.field("output", "Processed") }
            json.field("error_message", failed ? "The model did not answer" : nil)
            json.field("error_type", failed ? (status == "timeout" ? "timeout" : "ValueError") : nil)
            json.field("stack_trace", String?.none)
            json.field("input_data", object: { $0.field("task", action) })
            json.field("context_snapshot", object: { json in
                json.field("task", action)
                json.field("agent_count", 1)
                json.field("state_keys", array: { _ in })
            })
            json.field("retry_count", 0)
            json.field("memory_used_mb", Double?.none)
            json.field("cpu_time_ms", Double?.none)
            json.field("cost_estimate", cost)
            json.field("quality_score", quality)
            json.field("confidence_score", quality)
            json.field("parent_event_id", String?.none)
            json.field("correlation_id", String?.none)
            json.field("workflow_id", "workflow-" + run.suffix(6))
            json.field("tags", array: { $0.value("simulated") })
            json.field("metadata", object: { _ in })
        }
    }

    private static func uuid(_ generator: inout SeededGenerator) -> String {
        let text = generator.hex(32)
        var out = ""
        for (index, digit) in text.enumerated() {
            if [8, 12, 16, 20].contains(index) { out += "-" }
            out.append(index == 12 ? "4" : index == 16 ? "a" : digit)
        }
        return out
    }
}
