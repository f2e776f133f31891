internal import EventailJSON
internal import EventailSystem

/// Aladdin: an orchestration spreads over departments whose agents think, call tools and are reviewed.
final class AladdinProducer: Producer {
    let file: String
    private let number: Int
    private var runs = 0
    private var execution = ""
    private var plan: [Step] = []
    private var began = Timestamp(nanoseconds: 0)
    private var agentBegan = Timestamp(nanoseconds: 0)
    private static let departments = ["story", "character", "visual", "audio"]

    private enum Step {
        case departmentStart(String), agentStart(String, Int), thinking(String, Int), toolCall(String, Int), toolResult(String, Int)
        case agentComplete(String, Int), check(String), review(String), departmentComplete(String), complete([String])
    }

    init(number: Int) {
        self.number = number
        file = "aladdin-\(number).jsonl"
    }

    func next(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        if plan.isEmpty { return start(time, &generator, &json) }
        write(plan.removeFirst(), time, &generator, &json)
    }

    private func start(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        runs += 1
        execution = "exec-\(number)-\(runs)-\(generator.hex(8))"
        began = time
        let departments = Array(Self.departments.shuffled(using: &generator).prefix(generator.whole(1...3)))
        for department in departments {
            plan.append(.departmentStart(department))
            for agent in 1...generator.whole(1...3) {
                plan += [.agentStart(department, agent), .thinking(department, agent)]
                if generator.chance(0.6) { plan += [.toolCall(department, agent), .toolResult(department, agent)] }
                plan.append(.agentComplete(department, agent))
            }
            plan += [.check(department), .review(department), .departmentComplete(department)]
        }
        plan.append(.complete(departments))
        let complexity = generator.pick(["low", "medium", "high"])
        event("orchestration-start", time, &json) { [number] json in
            json.field("context", object: { json in
                json.field("projectId", "proj-\(number)")
                json.field("userPrompt", "Create a dramatic opening scene")
                json.field("complexity", complexity)
            })
        }
    }

    private func write(_ step: Step, _ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter) {
        let quality = generator.number(62...98)
        switch step {
        case .departmentStart(let department):
            event("department-start", time, &json) { json in
                json.field("department", department)
                json.field("departmentName", "\(department) Department")
                json.field("agentId", "\(department)-head")
                json.field("relevance", 1)
                json.field("estimatedTime", 5000)
            }
        case .agentStart(let department, let agent):
            agentBegan = time
            event("agent-start", time, &json) { json in
                Self.agent(department, agent, &json)
                json.field("department", department)
                json.field("task", "Work on the \(department), part \(agent)")
                json.field("isDepartmentHead", agent == 1)
            }
        case .thinking(let department, let agent):
            event("agent-thinking", time, &json) { json in
                Self.agent(department, agent, &json)
                json.field("currentStep", "Comparing drafts of the \(department)")
            }
        case .toolCall(let department, let agent):
            event("tool-call", time, &json) { json in
                json.field("agentId", "\(department)-\(agent)")
                json.field("toolName", "queryBrain")
                json.field("input", object: { $0.field("query", department) })
                json.field("startTime", time.rfc3339Milliseconds)
            }
        case .toolResult(let department, let agent):
            let succeeds = generator.chance(0.94)
            let milliseconds = generator.whole(20...1500)
            event("tool-result", time, &json) { json in
                json.field("agentId", "\(department)-\(agent)")
                json.field("toolName", "queryBrain")
                json.field("output", object: { $0.field("rows", 3) })
                json.field("success", succeeds)
                json.field("executionTime", milliseconds)
                if !succeeds { json.field("error", "timeout") }
            }
        case .agentComplete(let department, let agent):
            let input = generator.whole(400...4000), output = generator.whole(50...900)
            let milliseconds = max(1, (time.nanoseconds - agentBegan.nanoseconds) / 1_000_000)
            event("agent-complete", time, &json) { json in
                Self.agent(department, agent, &json)
                json.field("department", department)
                json.field("output", object: { $0.field("text", "INT. HALL - NIGHT") })
                json.field("qualityScore", quality)
                json.field("executionTime", milliseconds)
                json.field("tokenUsage", object: { json in
                    json.field("inputTokens", input)
                    json.field("outputTokens", output)
                    json.field("totalTokens", input + output)
                })
            }
        case .check(let department):
            event("quality-check", time, &json) { json in
                json.field("stage", "department")
                json.field("department", department)
                json.field("scores", object: { json in
                    json.field("quality", quality)
                    json.field("overall", quality)
                })
                json.field("threshold", 80)
                json.field("passed", quality >= 80)
            }
        case .review(let department):
            event("review-status", time, &json) { json in
                json.field("department", department)
                json.field("reviewedBy", "\(department)-head")
                json.field("specialistId", "all")
                json.field("decision", quality >= 80 ? "approved" : quality >= 70 ? "revision-needed" : "rejected")
                json.field("scores", object: { json in
                    for key in ["quality", "relevance", "consistency", "overall"] { json.field(key, quality) }
                })
                json.field("feedback", quality >= 80 ? "Department output meets quality standards" : "The scene lacks tension")
            }
        case .departmentComplete(let department):
            event("department-complete", time, &json) { json in
                json.field("department", department)
                json.field("departmentName", "\(department) Department")
                json.field("outputs", array: { $0.object { $0.field("text", "a") } })
                json.field("qualityScore", quality)
                json.field("executionTime", 5234)
                json.field("specialistsUsed", 3)
            }
        case .complete(let departments):
            let milliseconds = max(1, (time.nanoseconds - began.nanoseconds) / 1_000_000)
            event("orchestration-complete", time, &json) { json in
                json.field("result", object: { json in
                    json.field("departments", array: { json in for department in departments { json.value(department) } })
                    json.field("overallQuality", quality)
                    json.field("consistency", quality)
                    json.field("recommendation", quality >= 80 ? "ingest" : "review")
                })
                json.field("metrics", object: { json in
                    json.field("totalTime", milliseconds)
                    json.field("tokensUsed", 0)
                    json.field("agentsSpawned", departments.count * 2)
                    json.field("departmentsInvolved", departments.count)
                })
            }
        }
    }

    private static func agent(_ department: String, _ number: Int, _ json: inout JSONWriter) {
        json.field("agentId", "\(department)-\(number)")
        json.field("agentName", "Specialist \(number) of \(department)")
    }

    private func event(_ type: String, _ time: Timestamp, _ json: inout JSONWriter, _ body: (inout JSONWriter) -> Void) {
        json.object { json in
            json.field("type", type)
            json.field("executionId", execution)
            json.field("conversationId", "conv-\(number)")
            json.field("timestamp", time.rfc3339Milliseconds)
            body(&json)
        }
    }
}
