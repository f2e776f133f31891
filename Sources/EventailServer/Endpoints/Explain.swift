internal import EventailAggregate

extension Endpoints {
    /// `/api/v1/explain`: the newest events behind a figure.
    static func explain(_ sight: Sight) -> Route {
        .get("/api/v1/explain", parameters: ["metric", "window", "end", "limit", "cursor"] + filterParameters) { request throws(ParameterError) in
            guard let metric = request.parameters["metric"] else {
                throw ParameterError("metric is missing: give a key of the totals, for example cost_usd.total")
            }
            let query = try metricsQuery(request)
            let limit = try request.number("limit", in: 1...1000, default: 100)
            return try answer(sight) { aggregator, json throws(MetricsQueryError) in
                try aggregator.explain(metric: metric, query: query, limit: limit, cursor: request.parameters["cursor"], into: &json)
            }
        }
    }
}
