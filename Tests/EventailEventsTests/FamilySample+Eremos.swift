extension FamilySample {
    static let eremos: [FamilySample] = [
        FamilySample(
            .eremos,
            #"{"id":"b1","type":"block","chainId":1,"timestamp":1755483512126,"source":"ethereum","priority":"low","data":{"number":1,"hash":"0x","txCount":2}}"#,
            "block note leaf none info low | id=b1 agent=ethereum"),
        FamilySample(
            .eremos,
            #"{"id":"b1","type":"block","chainId":1,"timestamp":1755483512126,"source":"ethereum","priority":"high","data":{"blockNumber":1,"blockHash":"0x","gasUsed":"1000"}}"#,
            "block note leaf none warning high | id=b1 agent=ethereum"),
        FamilySample(
            .eremos,
            #"{"id":"b1","type":"transaction","chainId":1,"timestamp":1755483512126,"source":"ethereum","priority":"critical","data":{"hash":"0x1","from":"0xa","to":null,"value":"441.633784913282511297","status":"confirmed"}}"#,
            "transaction note leaf success critical critical | id=b1 agent=ethereum"),
        FamilySample(
            .eremos,
            #"{"id":"b1","type":"transaction","chainId":1,"timestamp":1755483512126,"source":"ethereum","priority":"low","data":{"hash":"0x1","from":"0xa","to":"0xb","value":7,"status":"failed"}}"#,
            "transaction note leaf failure info low | id=b1 agent=ethereum"),
        FamilySample(
            .eremos,
            #"{"id":"b1","type":"contract_event","chainId":1,"timestamp":1755483512126,"source":"ethereum","priority":"low","data":{"address":"0x1","event":"Swap","args":[]}}"#,
            "contract_event note leaf none info low | id=b1 agent=ethereum"),
        FamilySample(
            .eremos,
            #"{"id":"b1","type":"mempool","chainId":1,"timestamp":1755483512126,"source":"ethereum","priority":"medium","data":{"transactionHash":"0x","gasPrice":"12.5"}}"#,
            "mempool note leaf none info medium | id=b1 agent=ethereum"),
        FamilySample(
            .eremos,
            #"{"id":"b1","type":"wallet_activity","chainId":1,"timestamp":1755483512126,"source":"ethereum","priority":"low","data":{"address":"0x","balanceChange":"-1.5","anomalyScore":0.25}}"#,
            "wallet_activity note leaf none info low | id=b1 agent=ethereum score=0.25"),
        FamilySample(
            .eremos,
            #"{"timestamp":"2025-10-09T12:34:56.789Z","message":"Signal stored","data":{"agent":"Intelligence","type":"pattern_detected","hash":"sig","timestamp":"2025-10-09T12:34:56.789Z","details":{"confidence":0.85}}}"#,
            "signal decision leaf none info low | agent=Intelligence score=0.85"),
        FamilySample(
            .eremos,
            #"{"timestamp":"2025-10-09T12:34:56.789Z","message":"Shared memory stored","data":{"id":"m1","type":"intelligence","data":{},"confidence":0.85,"timestamp":1795241719982,"sourceAgent":"watcher","tags":["a"]}}"#,
            "intelligence memory leaf none info low | id=m1 agent=watcher score=0.85"),
        FamilySample(
            .eremos,
            #"{"timestamp":"2025-10-09T12:34:56.789Z","message":"Pattern discovered","data":{"type":"wallet_behavior_anomaly","confidence":0.85,"data":{}}}"#,
            "pattern_discovered decision leaf none info low | score=0.85"),
        FamilySample(
            .eremos,
            #"{"agent":"Intelligence","type":"pattern_detected","glyph":"Ω","hash":"sig","timestamp":"2025-10-09T12:34:56.789Z","details":{"confidence":0.85},"id":"g1"}"#,
            "signal decision leaf none info low | id=g1 agent=Intelligence score=0.85"),
        FamilySample(
            .eremos,
            #"{"id":"m1","type":"anomaly","data":1,"confidence":0.95,"timestamp":1795241719982,"sourceAgent":"watcher","tags":["a"]}"#,
            "anomaly memory leaf none info low | id=m1 agent=watcher score=0.95"),
        FamilySample(
            .eremos,
            #"{"id":"n1","fromAgent":"watcher","toAgent":"launcher","type":"alert","payload":{},"priority":"critical","timestamp":1795241719982}"#,
            "alert message leaf none critical critical | id=n1 agent=watcher targets=launcher"),
        FamilySample(
            .eremos,
            #"{"id":"n1","fromAgent":"watcher","type":"intelligence","payload":{},"priority":"low","timestamp":1795241719982}"#,
            "intelligence message leaf none info low | id=n1 agent=watcher"),
        FamilySample(
            .eremos,
            #"{"correlationId":"k1","events":["b1","b2"],"pattern":"wallet_clustering","confidence":0.6,"timestamp":1795241719982,"agents":["watcher","launcher"]}"#,
            "correlation_found decision leaf none info low | id=k1 targets=watcher targets=launcher score=0.6"),
        FamilySample(
            .eremos,
            #"{"type":"high_value_transaction","confidence":0.8,"data":{},"discoveredAt":"2025-10-09T12:34:56.789Z"}"#,
            "pattern_discovered decision leaf none info low | score=0.8"),
    ]
}
