internal import EventailJSON
internal import EventailSystem

/// AUREN: sessions of one specialist who calls models and tools, looks into memory tiers and asks colleagues.
final class AurenProducer: Producer {
    let file: String
    private let agent: String
    private var count = 0
    private var session = 0
    private var step = 0
    private var started = Timestamp(nanoseconds: 0)
    private static let others = ["neuroscientist", "nutritionist", "sleep_specialist", "coach"]

    init(agent: String) {
        self.agent = agent
        file = "auren-\(agent).jsonl"
    }

    func next(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        if step == 0 {
            session += 1
            started = time
            step = 1
            return event("agent_execution_started", time, &json) { json in
                json.field("execution_mode", "directed")
                json.field("tools_available", 4)
                json.field("memory_enabled", true)
            }
        }
        if step > 3, generator.chance(0.25) {
            step = 0
            return complete(time, &generator, &json)
        }
        step += 1
        switch generator.whole(0...9) {
        case 0...3: callModel(time, &generator, &json)
        case 4, 5: useTool(time, &generator, &json)
        case 6, 7: lookIntoMemory(time, &generator, &json)
        case 8: collaborate(time, &generator, &json)
        default: decide(time, &generator, &json)
        }
    }

    private func complete(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let succeeds = generator.chance(0.93)
        let milliseconds = max(1, (time.nanoseconds - started.nanoseconds) / 1_000_000)
        let cost = generator.number(0.005...0.09)
        let confidence = generator.number(0.6...0.99)
        let length = generator.whole(100...4000)
        event("agent_execution_completed", time, &json, { json in
            json.field("execution_result", succeeds ? "success" : "error")
            json.field("output_length", length)
            json.field("llm_calls_made", 2)
            json.field("tools_used", 1)
        }, { [agent] json in
            json.field("latency_ms", milliseconds)
            json.field("token_cost", cost)
            json.field("memory_usage_mb", 125.5)
            json.field("cpu_percentage", 15.2)
            json.field("success", succeeds)
            json.field("error_type", succeeds ? nil : "TimeoutError")
            json.field("agent_id", agent)
            json.field("task_id", String?.none)
            json.field("collaboration_depth", 0)
            json.field("knowledge_items_accessed", 0)
            json.field("hypotheses_formed", 0)
            json.field("confidence_score", confidence)
        })
    }

    private func callModel(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let tokens = generator.whole(200...4000)
        let latency = generator.whole(300...6000)
        event("llm_call", time, &json) { json in
            json.field("model", "gpt-4")
            json.field("tokens_used", tokens)
            json.field("cost", Double(tokens) * 0.00003)
            json.field("success", true)
            json.field("latency_ms", latency)
        }
    }

    private func useTool(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let tool = generator.pick(["search", "hrv_reader", "calendar"])
        let succeeds = generator.chance(0.95)
        let milliseconds = generator.whole(10...900)
        event("tool_usage", time, &json) { json in
            json.field("tool_name", tool)
            json.field("success", succeeds)
            json.field("output_length", 420)
            json.field("execution_time_ms", milliseconds)
            json.field("output_type", "str")
        }
    }

    private func lookIntoMemory(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let isHit = generator.chance(0.7)
        let fast = generator.number(1...9)
        let slow = generator.number(10...60)
        event("memory_tier_access", time, &json) { json in
            json.field("query", "What is my average HRV?")
            json.field("tier_accessed", isHit ? "redis" : "postgresql")
            json.field("tier_latencies", object: { json in
                json.field("redis", object: { json in
                    json.field("latency_ms", fast)
                    json.field("hit", isHit)
                    json.field("items_found", isHit ? 1 : 0)
                })
                if !isHit {
                    json.field("postgresql", object: { json in
                        json.field("latency_ms", slow)
                        json.field("hit", true)
                        json.field("items_found", 3)
                    })
                }
            })
            json.field("total_latency_ms", isHit ? fast : fast + slow)
            json.field("result_count", isHit ? 1 : 3)
            json.field("query_type", "biometric")
            json.field("query_complexity", "moderate")
            json.field("cache_hit", isHit)
        }
    }

    private func collaborate(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let other = generator.pick(Self.others.filter { $0 != agent })
        let agrees = generator.chance(0.8)
        event("agent_collaboration", time, &json) { [agent] json in
            json.field("primary_agent", agent)
            json.field("collaborating_agents", array: { $0.value(other) })
            json.field("collaboration_type", "sleep_analysis")
            json.field("consensus_reached", agrees)
            json.field("confidence_scores", object: { $0.field(other, 0.85) })
            json.field("resolution_time_ms", 850)
            json.field("knowledge_shared", 2)
        }
    }

    private func decide(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let confidence = generator.number(0.5...1)
        event("agent_decision", time, &json) { json in
            json.field("decision", object: { json in
                json.field("category", "general")
                json.field("action", "rest")
            })
            json.field("confidence", confidence)
            for key in ["reasoning_chain", "data_sources", "alternatives_considered"] { json.field(key, array: { _ in }) }
            json.field("decision_impact", "medium")
        }
    }

    private func event(
        _ type: String, _ time: Timestamp, _ json: inout JSONWriter, _ payload: (inout JSONWriter) -> Void,
        _ performance: ((inout JSONWriter) -> Void)? = nil
    ) {
        count += 1
        json.object { json in
            json.field("event_id", "\(agent)_\(count)_\(time.milliseconds)")
            json.field("trace_id", "trace_\(agent)_\(session)")
            json.field("session_id", "session_\(agent)_\(session)")
            json.field("timestamp", time.naive + "+00:00")
            json.field("event_type", type)
            json.field("source_agent", object: { json in
                json.field("id", agent)
                json.field("role", agent.prefix(1).uppercased() + agent.dropFirst())
            })
            json.key("target_agent")
            json.null()
            json.field("payload", object: payload)
            json.field("metadata", object: { json in
                json.field("platform", "langgraph")
                json.field("agent_version", "1.0")
            })
            json.key("user_id")
            json.null()
            if let performance { json.field("performance_metrics", object: performance) }
        }
    }
}
