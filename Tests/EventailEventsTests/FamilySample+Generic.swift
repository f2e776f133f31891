extension FamilySample {
    static let generic: [FamilySample] = [
        FamilySample(
            .generic,
            #"{"id":7,"ts":1760000000,"kind":"llm_call","agent":{"name":"a"},"session_id":"s","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5},"model":"m","cost":"0.25","latency_ms":9,"success":true}"#,
            "llm_call model_call leaf success info low | id=7 agent=a conversation=s model=m latency_ms=9 tokens_input=3 tokens_output=2 tokens_total=5 cost_usd=0.25"),
        FamilySample(
            .generic,
            #"{"event":"tool_result","data":{"agent_id":"a","tool_name":"read","duration_ms":4,"error":"no"},"status":"failed","run_id":"r"}"#,
            "tool_result tool_end leaf failure error low | agent=a execution=r tool=read error_message=no duration_ms=4"),
        FamilySample(
            .generic,
            #"{"message":"hello","level":"WARN","@timestamp":"2025-10-09T12:34:56.789Z"}"#,
            "event note leaf none warning low |"),
        FamilySample(
            .generic,
            #"{"type":"agent_completed","payload":{"agent":"a","task_id":"t","status":"weird","cost_usd":1}}"#,
            "agent_completed agent_end leaf unknown info low | agent=a task=t status=weird cost_usd=1"),
    ]
}
