extension FamilySample {
    static let auren: [FamilySample] = [
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"agent_execution_started","source_agent":{"id":"coach"},"target_agent":null,"payload":{"execution_mode":"directed","tools_available":0,"memory_enabled":false},"metadata":{"provider":"openai"},"user_id":"u1"}"#,
            "agent_execution_started agent_start leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 user=u1 provider=openai"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"agent_execution_completed","source_agent":{"id":"coach"},"target_agent":null,"payload":{"execution_result":"error"},"metadata":{"provider":"openai"},"performance_metrics":{"latency_ms":850.5,"token_cost":0.5,"success":false,"error_type":"TimeoutError","confidence_score":0.75}}"#,
            "agent_execution_completed agent_end rollup failure error low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai error_type=TimeoutError duration_ms=850.5 latency_ms=850.5 cost_usd=0.5 score=0.75"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"llm_call","source_agent":{"id":"coach"},"target_agent":null,"payload":{"model":"gpt-4","tokens_used":500,"cost":0.015,"success":true,"latency_ms":12},"metadata":{"provider":"openai"}}"#,
            "llm_call model_call leaf success info low | id=e1 agent=coach execution=r1 conversation=s1 model=gpt-4 provider=openai latency_ms=12 tokens_total=500 cost_usd=0.015"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"llm_call","source_agent":{"id":"coach"},"target_agent":null,"payload":{"model":"gpt-4","prompt_length":90,"max_tokens":0,"temperature":0.7,"call_purpose":"generation"},"metadata":{"provider":"openai"}}"#,
            "llm_call agent_progress leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 model=gpt-4 provider=openai"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"llm_call","source_agent":{"id":"coach"},"target_agent":null,"payload":{"model":"gpt-4","tokens_used":5,"cost":"gAAAAABo...","success":true,"cost_encrypted":true},"metadata":{"provider":"openai"}}"#,
            "llm_call model_call leaf success info low | id=e1 agent=coach execution=r1 conversation=s1 model=gpt-4 provider=openai tokens_total=5"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"tool_usage","source_agent":{"id":"coach"},"target_agent":null,"payload":{"tool_name":"search","tool_input":"x","tool_type":"unknown"},"metadata":{"provider":"openai"}}"#,
            "tool_usage tool_start leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai tool=search"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"tool_usage","source_agent":{"id":"coach"},"target_agent":null,"payload":{"tool_name":"search","success":true,"execution_time_ms":12},"metadata":{"provider":"openai"}}"#,
            "tool_usage tool_end leaf success info low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai tool=search duration_ms=12"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"tool_usage","source_agent":{"id":"coach"},"target_agent":null,"payload":{"tool_name":"search","estimated_cost":0.0003},"metadata":{"provider":"openai"}}"#,
            "tool_usage tool_end leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai tool=search cost_usd=0.0003"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"agent_collaboration","source_agent":{"id":"coach"},"target_agent":null,"payload":{"primary_agent":"coach","collaborating_agents":["cook","medic"],"resolution_time_ms":7},"metadata":{"provider":"openai"}}"#,
            "agent_collaboration collaboration leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai targets=cook targets=medic duration_ms=7"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"agent_decision","source_agent":{"id":"coach"},"target_agent":null,"payload":{"decision":{"action":"rest"},"confidence":0.9},"metadata":{"provider":"openai"}}"#,
            "agent_decision decision leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai score=0.9"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"memory_tier_access","source_agent":{"id":"coach"},"target_agent":null,"payload":{"tier_accessed":"postgresql","tier_latencies":{"redis":{"latency_ms":5.2,"hit":false},"postgresql":{"latency_ms":27.3,"hit":true}},"total_latency_ms":32.5,"cache_hit":false},"metadata":{"provider":"openai"}}"#,
            "memory_tier_access memory leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai memory_tier=postgresql latency_ms=32.5 memory_hit=1"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"performance_metric","source_agent":{"id":"coach"},"target_agent":null,"payload":{"test_event":true},"metadata":{"provider":"openai"}}"#,
            "performance_metric measure leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"cost_event","source_agent":{"id":"coach"},"target_agent":null,"payload":{"token_count":100,"cost_usd":0.002,"model":"gpt-4"},"metadata":{"provider":"openai"}}"#,
            "cost_event measure leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 model=gpt-4 provider=openai tokens_total=100 cost_usd=0.002"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"conversation_event","source_agent":{"id":"coach"},"target_agent":null,"payload":{"direction":"user_to_system","message":"m","conversation_id":7},"metadata":{"provider":"openai"}}"#,
            "conversation_event note leaf none info low | id=e1 agent=coach execution=r1 conversation=7 provider=openai"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"memory_operation","source_agent":{"id":"coach"},"target_agent":null,"payload":{"operation":"store","confidence":0.9},"metadata":{"provider":"openai"}}"#,
            "memory_operation memory leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai score=0.9"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"hypothesis_event","source_agent":{"id":"coach"},"target_agent":null,"payload":{"status":"formed","confidence":0.8},"metadata":{"provider":"openai"}}"#,
            "hypothesis_event note leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai score=0.8"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"collaboration_started","source_agent":{"id":"coach"},"target_agent":null,"payload":{"target_agent":"cook"},"metadata":{"provider":"openai"}}"#,
            "collaboration_started collaboration leaf none info low | id=e1 agent=coach execution=r1 conversation=s1 provider=openai targets=cook"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"r1","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"system_health","source_agent":{"id":"coach"},"target_agent":null,"payload":{"status":"healthy"},"metadata":{"provider":"openai"},"priority":"critical"}"#,
            "system_health measure leaf none info critical | id=e1 agent=coach execution=r1 conversation=s1 provider=openai"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"llm_call","source_agent":"{\"id\":\"coach\"}","target_agent":"{}","payload":"{\"model\":\"gpt-4\",\"tokens_used\":5,\"cost\":0.5,\"success\":true,\"latency_ms\":3}","metadata":"{}","user_id":""}"#,
            "llm_call model_call leaf success info low | id=e1 agent=coach execution=s1 conversation=s1 model=gpt-4 latency_ms=3 tokens_total=5 cost_usd=0.5"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"agent_execution_completed","source_agent":"{\"id\":\"coach\"}","target_agent":"{}","payload":"{\"execution_result\":\"success\"}","metadata":"{}","user_id":"","performance_metrics":"{\"latency_ms\":5,\"success\":true,\"token_cost\":1}"}"#,
            "agent_execution_completed agent_end rollup success info low | id=e1 agent=coach execution=s1 conversation=s1 duration_ms=5 latency_ms=5 cost_usd=1"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","trace_id":"","session_id":"s1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"agent_collaboration","source_agent":"{\"id\":\"coach\"}","target_agent":"{}","payload":"{\"primary_agent\":\"coach\",\"collaborating_agents\":[\"cook\",\"medic\"]}","metadata":"{}","user_id":""}"#,
            "agent_collaboration collaboration leaf none info low | id=e1 agent=coach execution=s1 conversation=s1 targets=cook targets=medic"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"LLM_CALL","session_id":"s1","agent_id":"coach","model":"gpt-4","input_tokens":5,"output_tokens":6,"token_cost_usd":0.5,"latency_ms":9,"success":false}"#,
            "LLM_CALL model_call leaf failure error low | id=e1 agent=coach execution=s1 conversation=s1 model=gpt-4 latency_ms=9 tokens_input=5 tokens_output=6 cost_usd=0.5"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"TOOL_USAGE","session_id":"s1","agent_id":"coach","tool_name":"t","latency_ms":4,"success":true}"#,
            "TOOL_USAGE tool_end leaf success info low | id=e1 agent=coach execution=s1 conversation=s1 tool=t duration_ms=4 latency_ms=4"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"AGENT_COLLABORATION","session_id":"s1","agent_id":"coach","target_agents":["cook"],"effectiveness":0.5}"#,
            "AGENT_COLLABORATION collaboration leaf none info low | id=e1 agent=coach execution=s1 conversation=s1 targets=cook score=0.5"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"AGENT_DECISION","session_id":"s1","agent_id":"coach","decision":"rest","confidence":0.25}"#,
            "AGENT_DECISION decision leaf none info low | id=e1 agent=coach execution=s1 conversation=s1 score=0.25"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"AGENT_EXECUTION_STARTED","session_id":"s1","agent_id":"coach","task":"plan"}"#,
            "AGENT_EXECUTION_STARTED agent_start leaf none info low | id=e1 agent=coach execution=s1 conversation=s1"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"AGENT_EXECUTION_COMPLETED","session_id":"s1","agent_id":"coach","success":true,"duration_ms":4,"tokens_used":9}"#,
            "AGENT_EXECUTION_COMPLETED agent_end rollup success info low | id=e1 agent=coach execution=s1 conversation=s1 duration_ms=4 tokens_total=9"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"PERFORMANCE_METRIC","session_id":"s1","agent_id":"coach","memory_tier":"redis","hit":false,"latency_ms":2}"#,
            "PERFORMANCE_METRIC measure leaf none info low | id=e1 agent=coach execution=s1 conversation=s1 memory_tier=redis latency_ms=2 memory_hit=0"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"llm_call_completed","session_id":"s1","agent_id":"coach","model":"gpt-4","input_tokens":500,"output_tokens":200}"#,
            "llm_call_completed model_call leaf none info low | id=e1 agent=coach execution=s1 conversation=s1 model=gpt-4 tokens_input=500 tokens_output=200"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"reasoning_step","session_id":"s1","agent_id":"coach","thought":"t","confidence":0.5}"#,
            "reasoning_step agent_progress leaf none info low | id=e1 agent=coach execution=s1 conversation=s1 score=0.5"),
        FamilySample(
            .auren,
            #"{"event_id":"e1","timestamp":"2025-10-09T12:34:56.789Z","event_type":"memory_stored","session_id":"s1","agent_id":"coach","memory_type":"insight","confidence":0.9}"#,
            "memory_stored memory leaf none info low | id=e1 agent=coach execution=s1 conversation=s1 score=0.9"),
        FamilySample(
            .auren,
            #"{"id":"l1","type":"agent_started","timestamp":"2025-10-09T12:34:56.789Z","session_id":"s1","agent_name":"AUREN","data":{}}"#,
            "agent_started agent_start leaf none info low | id=l1 agent=AUREN execution=s1 conversation=s1"),
        FamilySample(
            .auren,
            #"{"id":"l1","type":"agent_completed","timestamp":"2025-10-09T12:34:56.789Z","session_id":"s1","agent_name":"AUREN","data":{}}"#,
            "agent_completed agent_end leaf success info low | id=l1 agent=AUREN execution=s1 conversation=s1"),
        FamilySample(
            .auren,
            #"{"id":"l1","type":"agent_error","timestamp":"2025-10-09T12:34:56.789Z","session_id":"s1","agent_name":"AUREN","data":{"error":"no"}}"#,
            "agent_error agent_end leaf failure error low | id=l1 agent=AUREN execution=s1 conversation=s1 error_message=no"),
        FamilySample(
            .auren,
            #"{"id":"l1","type":"task_created","timestamp":"2025-10-09T12:34:56.789Z","session_id":"s1","agent_name":"AUREN","data":{"task_id":"k1"}}"#,
            "task_created task_queued leaf none info low | id=l1 agent=AUREN execution=s1 conversation=s1 task=k1"),
        FamilySample(
            .auren,
            #"{"id":"l1","type":"task_completed","timestamp":"2025-10-09T12:34:56.789Z","session_id":"s1","agent_name":"AUREN","data":{"task_id":"k1"}}"#,
            "task_completed task_end leaf success info low | id=l1 agent=AUREN execution=s1 conversation=s1 task=k1"),
        FamilySample(
            .auren,
            #"{"id":"l1","type":"error","timestamp":"2025-10-09T12:34:56.789Z","session_id":"s1","agent_name":"AUREN","data":{"message":"no"}}"#,
            "error note leaf none error low | id=l1 agent=AUREN execution=s1 conversation=s1 error_message=no"),
    ]
}
