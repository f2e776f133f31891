extension FamilySample {
    static let superagent: [FamilySample] = [
        FamilySample(
            .superagent,
            #"{"event_type":"task_queued","timestamp":1760000000.25,"payload":{"task_id":"t1","feature":"login","est_cost":0.45}}"#,
            "task_queued task_queued estimate none info low | task=t1 feature=login cost_usd=0.45"),
        FamilySample(
            .superagent,
            #"{"event_type":"agent_started","timestamp":1760000000.25,"payload":{"agent":"scribe","task_id":"t1","model":"claude-haiku","tools":["read"]}}"#,
            "agent_started agent_start leaf none info low | agent=scribe task=t1 model=claude-haiku"),
        FamilySample(
            .superagent,
            #"{"event_type":"agent_started","timestamp":1760000000.25,"payload":{"agent":"kaya","model":"claude-haiku","feature":"login","complexity":"easy"}}"#,
            "agent_started agent_start leaf none info low | agent=kaya feature=login model=claude-haiku"),
        FamilySample(
            .superagent,
            #"{"event_type":"agent_completed","timestamp":1760000000.25,"payload":{"agent":"critic","task_id":"t1","status":"rejected","duration_ms":800.5,"cost_usd":0.02}}"#,
            "agent_completed agent_end leaf rejected warning low | agent=critic task=t1 duration_ms=800.5 cost_usd=0.02"),
        FamilySample(
            .superagent,
            #"{"event_type":"agent_completed","timestamp":1760000000.25,"payload":{"agent":"critic","task_id":"t1","status":"approved","duration_ms":800,"cost_usd":0.02}}"#,
            "agent_completed agent_end leaf approved info low | agent=critic task=t1 duration_ms=800 cost_usd=0.02"),
        FamilySample(
            .superagent,
            #"{"event_type":"agent_completed","timestamp":1760000000.25,"payload":{"agent":"runner","task_id":"t1","status":"failed","duration_ms":5,"cost_usd":0}}"#,
            "agent_completed agent_end leaf failure error low | agent=runner task=t1 duration_ms=5 cost_usd=0"),
        FamilySample(
            .superagent,
            #"{"event_type":"agent_completed","timestamp":1760000000.25,"payload":{"agent":"kaya","model":"m","feature":"login","success":true,"duration_ms":5,"cost_usd":0.5,"test_path":null}}"#,
            "agent_completed agent_end leaf success info low | agent=kaya feature=login model=m duration_ms=5 cost_usd=0.5"),
        FamilySample(
            .superagent,
            #"{"event_type":"validation_complete","timestamp":1760000000.25,"payload":{"task_id":"t1","result":{"browser_launched":true,"test_executed":true,"test_passed":true},"cost":0.25,"duration_ms":12000,"screenshots":2}}"#,
            "validation_complete validation leaf success info low | task=t1 duration_ms=12000 cost_usd=0.25"),
        FamilySample(
            .superagent,
            #"{"event_type":"validation_complete","timestamp":1760000000.25,"payload":{"task_id":"t1","result":{"browser_launched":false,"test_executed":true,"test_passed":true,"execution_time_ms":7},"cost":0.25}}"#,
            "validation_complete validation leaf failure error low | task=t1 duration_ms=7 cost_usd=0.25"),
        FamilySample(
            .superagent,
            #"{"event_type":"hitl_escalated","timestamp":1760000000.25,"payload":{"task_id":"t1","attempts":3,"last_error":"no button","priority":"high"}}"#,
            "hitl_escalated escalation leaf none error high | task=t1 error_message=no button attempts=3"),
        FamilySample(
            .superagent,
            #"{"event_type":"hitl_escalated","timestamp":1760000000.25,"payload":{"task_id":"t1","attempts":3,"last_error":"no button","priority":0.5}}"#,
            "hitl_escalated escalation leaf none warning medium | task=t1 error_message=no button attempts=3"),
        FamilySample(
            .superagent,
            #"{"event_type":"budget_warning","timestamp":1760000000.25,"payload":{"current_spend":41.2,"limit":50,"remaining":8.8,"budget_type":"session","session_id":"s1","threshold":"soft_warning"}}"#,
            "budget_warning budget rollup none warning high | conversation=s1 cost_usd=41.2"),
        FamilySample(
            .superagent,
            #"{"event_type":"budget_exceeded","timestamp":1760000000.25,"payload":{"current_spend":51,"limit":50,"tasks_blocked":1}}"#,
            "budget_exceeded budget rollup none critical critical | cost_usd=51"),
        FamilySample(
            .superagent,
            #"{"event_type":"screenshot_captured","timestamp":1760000000.25,"payload":{"test_path":"a","screenshot_path":"b","screenshot_number":1,"total_screenshots":3}}"#,
            "screenshot_captured note leaf none info low |"),
        FamilySample(
            .superagent,
            #"{"event_type":"rate_limit_429","timestamp":1760000000.25,"payload":{"service":"openai","model":null,"attempt":2,"wait_time":1.5}}"#,
            "rate_limit_429 note leaf none warning low | provider=openai error_type=rate_limit attempts=2"),
        FamilySample(
            .superagent,
            #"{"event_type":"retry_attempted","timestamp":1760000000.25,"payload":{"function":"call","attempt":2,"max_attempts":3}}"#,
            "retry_attempted note leaf none warning low | attempts=2"),
        FamilySample(
            .superagent,
            #"{"event_type":"error_occurred","timestamp":1760000000.25,"payload":{"function":"call","error_type":"ValueError","error_message":"bad","error_category":"permanent","attempt":1}}"#,
            "error_occurred note leaf none error high | error_type=ValueError error_message=bad attempts=1"),
        FamilySample(
            .superagent,
            #"{"event_type":"circuit_breaker_opened","timestamp":1760000000.25,"payload":{"circuit_breaker":"redis","state":"open"}}"#,
            "circuit_breaker_opened note leaf none error high |"),
        FamilySample(
            .superagent,
            #"{"event_type":"circuit_breaker_half_open","timestamp":1760000000.25,"payload":{"circuit_breaker":"redis","state":"half_open"}}"#,
            "circuit_breaker_half_open note leaf none warning low |"),
        FamilySample(
            .superagent,
            #"{"event_type":"circuit_breaker_closed","timestamp":1760000000.25,"payload":{"circuit_breaker":"redis","state":"closed"}}"#,
            "circuit_breaker_closed note leaf none info low |"),
        FamilySample(
            .superagent,
            #"{"event_type":"secrets_fallback","timestamp":1760000000.25,"payload":{"service":"anthropic","reason":"none"}}"#,
            "secrets_fallback note leaf none warning low | provider=anthropic"),
        FamilySample(
            .superagent,
            #"{"event_type":"secrets_rotation_started","timestamp":1760000000.25,"payload":{"service":"anthropic","old_key_id":"k1","new_key_id":"k2"}}"#,
            "secrets_rotation_started note leaf none info low | provider=anthropic"),
        FamilySample(
            .superagent,
            #"{"event_type":"secrets_failover","timestamp":1760000000.25,"payload":{"service":"anthropic","new_primary_id":"k2","failed_key_id":null}}"#,
            "secrets_failover note leaf none warning high | provider=anthropic"),
        FamilySample(
            .superagent,
            #"{"event_type":"secrets_rotation_completed","timestamp":1760000000.25,"payload":{"service":"anthropic","old_key_id":"k1","new_key_id":"k2","duration_hours":24.5}}"#,
            "secrets_rotation_completed note leaf none info low | provider=anthropic"),
        FamilySample(
            .superagent,
            #"{"event_type":"service_shutdown","timestamp":1760000000.25,"payload":{"message":"bye"}}"#,
            "service_shutdown note leaf none info low |"),
        FamilySample(
            .superagent,
            #"{"event_type":"connection_established","timestamp":1760000000.25,"message":"hello"}"#,
            "connection_established note leaf none info low |"),
    ]
}
