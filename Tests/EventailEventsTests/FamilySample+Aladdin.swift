extension FamilySample {
    static let aladdin: [FamilySample] = [
        FamilySample(
            .aladdin,
            #"{"type":"orchestration-start","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","conversationId":"c1","context":{"projectId":"p","userPrompt":"u","complexity":"low"}}"#,
            "orchestration-start note leaf none info low | execution=x1 conversation=c1"),
        FamilySample(
            .aladdin,
            #"{"type":"orchestration-start","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","projectId":"p","userPrompt":"u","complexity":"high"}"#,
            "orchestration-start note leaf none info low | execution=x1"),
        FamilySample(
            .aladdin,
            #"{"type":"orchestration-complete","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","result":{"departments":["story"],"overallQuality":80,"consistency":null,"recommendation":"ingest"},"metrics":{"totalTime":9,"tokensUsed":7,"agentsSpawned":1,"departmentsInvolved":1}}"#,
            "orchestration-complete task_end rollup none info low | execution=x1 duration_ms=9 tokens_total=7 score=80"),
        FamilySample(
            .aladdin,
            #"{"type":"orchestration-complete","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","result":"done","metrics":{"agents":1,"tokens":5}}"#,
            "orchestration-complete task_end rollup none info low | execution=x1 tokens_total=5"),
        FamilySample(
            .aladdin,
            #"{"type":"department-start","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","department":"story","departmentName":"Story","agentId":"story-head","relevance":1}"#,
            "department-start agent_progress leaf none info low | agent=story-head execution=x1"),
        FamilySample(
            .aladdin,
            #"{"type":"department-complete","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","department":"story","outputs":[null],"qualityScore":null,"executionTime":12}"#,
            "department-complete agent_end rollup none info low | execution=x1 duration_ms=12"),
        FamilySample(
            .aladdin,
            #"{"type":"agent-start","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","agentName":"A","department":"story","task":"write","isDepartmentHead":false}"#,
            "agent-start agent_start leaf none info low | agent=a1 execution=x1"),
        FamilySample(
            .aladdin,
            #"{"type":"agent-thinking","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","agentName":"A","currentStep":"outline","progress":0.4}"#,
            "agent-thinking agent_progress leaf none info low | agent=a1 execution=x1"),
        FamilySample(
            .aladdin,
            #"{"type":"agent-thinking","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","thought":"hm","step":1}"#,
            "agent-thinking agent_progress leaf none info low | agent=a1 execution=x1"),
        FamilySample(
            .aladdin,
            #"{"type":"agent-complete","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","agentName":"A","department":"story","qualityScore":88,"executionTime":4312,"tokenUsage":{"inputTokens":12,"outputTokens":3,"totalTokens":15}}"#,
            "agent-complete agent_end leaf success info low | agent=a1 execution=x1 duration_ms=4312 tokens_input=12 tokens_output=3 tokens_total=15 score=88"),
        FamilySample(
            .aladdin,
            #"{"type":"agent-complete","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","output":"x","tokensUsed":9,"executionTime":5,"status":"failed"}"#,
            "agent-complete agent_end leaf failure error low | agent=a1 execution=x1 duration_ms=5 tokens_total=9"),
        FamilySample(
            .aladdin,
            #"{"type":"tool-call","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","toolName":"read","input":{},"startTime":"2025-10-09T12:34:56.789Z"}"#,
            "tool-call tool_start leaf none info low | agent=a1 execution=x1 tool=read"),
        FamilySample(
            .aladdin,
            #"{"type":"tool-call","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","toolName":"read","toolCallId":"k"}"#,
            "tool-call tool_start leaf none info low | agent=a1 execution=x1 tool=read call_id=k"),
        FamilySample(
            .aladdin,
            #"{"type":"tool-result","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","toolName":"read","output":[1],"success":false,"executionTime":20,"error":"timed out"}"#,
            "tool-result tool_end leaf failure error low | agent=a1 execution=x1 tool=read error_message=timed out duration_ms=20"),
        FamilySample(
            .aladdin,
            #"{"type":"tool-result","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","toolName":"read","toolCallId":"k","success":true,"durationMs":20}"#,
            "tool-result tool_end leaf success info low | agent=a1 execution=x1 tool=read call_id=k duration_ms=20"),
        FamilySample(
            .aladdin,
            #"{"type":"quality-check","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","stage":"specialist","scores":{"overall":53.5},"threshold":80,"passed":false}"#,
            "quality-check validation leaf failure error low | execution=x1 score=53.5"),
        FamilySample(
            .aladdin,
            #"{"type":"quality-check","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","qualityScore":90,"passed":true}"#,
            "quality-check validation leaf success info low | agent=a1 execution=x1 score=90"),
        FamilySample(
            .aladdin,
            #"{"type":"review-status","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","department":"story","reviewedBy":"h","specialistId":"a1","decision":"revision-needed","scores":{"overall":62.5}}"#,
            "review-status decision leaf partial warning low | agent=h execution=x1 targets=a1 score=62.5"),
        FamilySample(
            .aladdin,
            #"{"type":"review-status","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","department":"story","reviewedBy":"h","specialistId":"a1","decision":"rejected","scores":{"overall":62.5}}"#,
            "review-status decision leaf rejected warning low | agent=h execution=x1 targets=a1 score=62.5"),
        FamilySample(
            .aladdin,
            #"{"type":"review-status","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","status":"revise","feedback":"again"}"#,
            "review-status decision leaf partial warning low | agent=a1 execution=x1"),
        FamilySample(
            .aladdin,
            #"{"type":"error","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","agentId":"a1","error":{"message":"boom","code":"E_TOOL","recoverable":true}}"#,
            "error note leaf none warning medium | agent=a1 execution=x1 error_type=E_TOOL error_message=boom"),
        FamilySample(
            .aladdin,
            #"{"type":"error","executionId":"x1","timestamp":"2025-10-09T12:34:56.789Z","error":{"message":"boom","recoverable":false}}"#,
            "error note leaf none error high | execution=x1 error_message=boom"),
        FamilySample(
            .aladdin,
            #"{"type":"automated-gather-start","taskId":"g1"}"#,
            "automated-gather-start agent_progress leaf none info low | execution=g1"),
        FamilySample(
            .aladdin,
            #"{"type":"automated-gather-error","taskId":"g1","data":{"status":"failed","error":"no","timestamp":"2025-10-09T12:34:56.789Z"}}"#,
            "automated-gather-error agent_progress leaf none error low | execution=g1 error_message=no"),
    ]
}
