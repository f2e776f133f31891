internal import EventailJSON
internal import EventailSystem

/// SuperAgent: tasks of features go through scribe, runner and critic to a validation in a browser.
final class SuperAgentProducer: Producer {
    let file: String
    private let prefix: String
    private var count = 0
    private var tasks: [Task] = []
    private var spent = 0.0
    private static let models = ["claude-sonnet-4.5", "claude-haiku", "gemini-2.5-pro"]
    private static let features = ["user_login", "user_checkout_flow", "search_filters", "profile_settings", "cart_updates", "password_reset"]

    private struct Task {
        let name: String
        let feature: String
        var step = 0
        var attempts = 1
        var started = Timestamp(nanoseconds: 0)
    }

    init(number: Int) {
        file = "superagent-\(number).jsonl"
        prefix = "t_\(number)_"
    }

    func next(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        if tasks.count < 2 || (tasks.count < 5 && generator.chance(0.25)) { return queue(time, &generator, &json) }
        if generator.chance(0.02) { return rateLimit(time, &generator, &json) }
        if generator.chance(0.01) { return budget(time, &json) }
        let index = generator.whole(0...tasks.count - 1)
        advance(index, time, &generator, &json)
    }

    private func queue(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        count += 1
        let task = Task(name: "\(prefix)\(count)", feature: generator.pick(Self.features))
        tasks.append(task)
        let estimate = generator.number(0.1...0.9)
        envelope("task_queued", time, &json) { json in
            json.field("task_id", task.name)
            json.field("feature", task.feature)
            json.field("est_cost", estimate)
            json.field("timestamp", time.fractionalSeconds)
        }
    }

    /// Steps: 0 scribe starts, 1 scribe ends, 2 runner starts, 3 runner ends, 4 critic starts, 5 critic ends, 6 validation.
    private func advance(_ index: Int, _ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let agents = ["scribe", "runner", "critic"]
        let task = tasks[index]
        if task.step == 6 {
            tasks.remove(at: index)
            return validate(task, time, &generator, &json)
        }
        let agent = agents[task.step / 2]
        if task.step % 2 == 0 {
            tasks[index].step += 1
            tasks[index].started = time
            let model = generator.pick(Self.models)
            return envelope("agent_started", time, &json) { json in
                json.field("agent", agent)
                json.field("task_id", task.name)
                json.field("model", model)
                json.field("tools", array: { json in for tool in ["read", "write", "edit", "grep"] { json.value(tool) } })
            }
        }
        let fails = agent == "runner" && generator.chance(0.12)
        let rejects = agent == "critic" && generator.chance(0.25)
        let status = agent == "critic" ? (rejects ? "rejected" : "approved") : (fails ? "failed" : "success")
        let cost = generator.number(0.01...0.25)
        spent += cost
        if fails || rejects {
            tasks[index].attempts += 1
            tasks[index].step = 0
        } else {
            tasks[index].step += 1
        }
        if task.attempts > 3 {
            tasks.remove(at: index)
            let priority = generator.pick(["medium", "high"])
            return envelope("hitl_escalated", time, &json) { json in
                json.field("task_id", task.name)
                json.field("attempts", task.attempts)
                json.field("last_error", "Selector not found: [data-testid=\"\(task.feature)-submit\"]")
                json.field("priority", priority)
            }
        }
        envelope("agent_completed", time, &json) { json in
            json.field("agent", agent)
            json.field("task_id", task.name)
            json.field("status", status)
            json.field("duration_ms", max(1, (time.nanoseconds - task.started.nanoseconds) / 1_000_000))
            json.field("cost_usd", cost)
        }
    }

    private func validate(_ task: Task, _ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let passed = generator.chance(0.85)
        let duration = generator.whole(3000...15_000)
        let cost = generator.number(0.02...0.3)
        envelope("validation_complete", time, &json) { json in
            json.field("task_id", task.name)
            json.field("result", object: { json in
                json.field("browser_launched", true)
                json.field("test_executed", true)
                json.field("test_passed", passed)
                json.field("screenshots", array: { json in
                    json.value("step1.png")
                    json.value("step2.png")
                })
                json.field("execution_time_ms", duration)
                json.field("console_errors", array: { json in if !passed { json.value("TypeError: cart is undefined") } })
                json.field("network_failures", array: { _ in })
            })
            json.field("cost", cost)
            json.field("duration_ms", duration)
            json.field("screenshots", 2)
        }
    }

    private func rateLimit(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let model = generator.pick(Self.models)
        let wait = generator.number(0.5...8)
        envelope("rate_limit_429", time, &json) { json in
            json.field("service", "anthropic")
            json.field("model", model)
            json.field("attempt", 1)
            json.field("wait_time", wait)
            json.field("timestamp", time.fractionalSeconds)
        }
    }

    private func budget(_ time: Timestamp, _ json: inout JSONWriter) {
        let limit = max(1, (spent / 0.8).rounded(.up))
        let spent = (spent * 1000).rounded() / 1000
        envelope("budget_warning", time, &json) { json in
            json.field("current_spend", spent)
            json.field("limit", limit)
            json.field("remaining", limit - spent)
        }
    }

    private func envelope(_ type: String, _ time: Timestamp, _ json: inout JSONWriter, _ payload: (inout JSONWriter) -> Void) {
        json.object { json in
            json.field("event_type", type)
            json.field("timestamp", time.fractionalSeconds)
            json.field("payload", object: payload)
        }
    }
}
