extension FamilySample {
    static let outcome: [FamilySample] = [
        FamilySample(
            .outcome,
            #"{"event_id":"e1","run_id":"r1","agent_name":"react","agent_type":"reasoning","action_type":"query","timestamp":"2025-10-09T12:34:56.789123","duration_ms":289.5,"status":"success","severity":"info","latency_ms":289.5,"tokens_used":150,"correlation_id":"c1","workflow_id":"w1","metadata":{"model":"gpt-4","provider":"openai"},"cost_estimate":0.5,"quality_score":null,"confidence_score":0.4}"#,
            "outcome agent_end leaf success info low | id=e1 agent=react execution=r1 conversation=c1 workflow=w1 model=gpt-4 provider=openai duration_ms=289.5 latency_ms=289.5 tokens_total=150 cost_usd=0.5 score=0.4"),
        FamilySample(
            .outcome,
            #"{"event_id":"e1","run_id":"r1","agent_name":"react","action_type":"query","timestamp":"2025-10-09T12:34:56.789Z","duration_ms":1,"status":"timeout","severity":"warning","latency_ms":1,"error_message":"t","error_type":"TimeoutError","retry_count":2,"parent_event_id":"e0","tags":null}"#,
            "outcome agent_end leaf timeout warning low | id=e1 agent=react execution=r1 parent=e0 error_type=TimeoutError error_message=t duration_ms=1 latency_ms=1 attempts=2"),
        FamilySample(
            .outcome,
            #"{"event_id":"e1","run_id":"r1","agent_name":"react","action_type":"query","timestamp":"2025-10-09T12:34:56.789Z","duration_ms":1,"status":"pending","severity":"critical","latency_ms":1}"#,
            "outcome agent_end leaf running critical low | id=e1 agent=react execution=r1 duration_ms=1 latency_ms=1"),
        FamilySample(
            .outcome,
            #"{"timestamp":"2025-10-09T12:34:56","run_id":"r1","agent_name":"react","agent_type":"reasoning","status":"failure","duration_ms":250.5,"tokens_used":7,"cost":0.25,"confidence":0.5,"error_type":"timeout","metadata":{"retry_count":1}}"#,
            "run_record agent_end rollup failure error low | agent=react execution=r1 error_type=timeout duration_ms=250.5 tokens_total=7 cost_usd=0.25 attempts=1 score=0.5"),
    ]
}
