internal import EventailAggregate
internal import EventailJSON

extension Endpoints {
    /// `/api/v1/executions` and `/api/v1/executions/{id}`.
    static func executions(_ sight: Sight) -> [Route] {
        [
            .get("/api/v1/executions", parameters: ["limit", "cursor"]) { request throws(ParameterError) in
                let limit = try request.number("limit", in: 1...1000, default: 100)
                return try answer(sight) { aggregator, json throws(MetricsQueryError) in
                    try aggregator.executions(limit: limit, cursor: request.parameters["cursor"], into: &json)
                }
            },
            .get("/api/v1/executions/{id}") { request throws(ParameterError) in
                let name = request.captures["id"] ?? ""
                var found = false
                let response = try answer(sight) { aggregator, json throws(MetricsQueryError) in
                    found = try aggregator.execution(name, into: &json)
                }
                if !found { throw ParameterError("no event told of an execution \"\(name)\"", status: 404) }
                return response
            },
        ]
    }

    /// `/api/v1/agents`.
    static func agents(_ sight: Sight) -> Route {
        .get("/api/v1/agents", parameters: ["limit", "cursor"]) { request throws(ParameterError) in
            let limit = try request.number("limit", in: 1...1000, default: 100)
            return try answer(sight) { aggregator, json throws(MetricsQueryError) in
                try aggregator.agents(limit: limit, cursor: request.parameters["cursor"], into: &json)
            }
        }
    }
}
