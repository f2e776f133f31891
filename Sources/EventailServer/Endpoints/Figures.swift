internal import EventailAggregate
internal import EventailJSON
internal import EventailSystem

extension Endpoints {
    static let filterParameters = ["agent", "model", "tool", "type", "profile", "execution"]

    /// `/api/v1/metrics` and `/api/v1/metrics/range`.
    static func figures(_ sight: Sight) -> [Route] {
        [
            .get("/api/v1/metrics", parameters: ["window", "end", "group_by"] + filterParameters) { request throws(ParameterError) in
                let query = try metricsQuery(request)
                return try answer(sight) { aggregator, json throws(MetricsQueryError) in try aggregator.metrics(query, into: &json) }
            },
            .get("/api/v1/metrics/range", parameters: ["metric", "start", "end", "step", "group_by"] + filterParameters) {
                request throws(ParameterError) in
                let query = try rangeQuery(request)
                return try answer(sight) { aggregator, json throws(MetricsQueryError) in try aggregator.range(query, into: &json) }
            },
        ]
    }

    static func metricsQuery(_ request: Request) throws(ParameterError) -> MetricsQuery {
        let window = try request.word("window", MetricsWindow.self) ?? .all
        let end: WindowEnd
        switch request.parameters["end"] {
        case nil, "now": end = .now
        case "latest": end = .latest
        case .some(let text):
            guard let time = Request.time(text) else {
                throw ParameterError("end=\(text): give now, latest, a time such as 2026-11-21T06:30:00Z, or Unix seconds")
            }
            end = .time(time)
        }
        return MetricsQuery(window: window, end: end, filter: filter(request), grouping: try request.word("group_by", MetricsGrouping.self))
    }

    static func filter(_ request: Request) -> MetricsFilter {
        let given = request.parameters
        return MetricsFilter(
            agent: given["agent"], model: given["model"], tool: given["tool"], type: given["type"], profile: given["profile"],
            execution: given["execution"])
    }

    private static func rangeQuery(_ request: Request) throws(ParameterError) -> RangeQuery {
        guard let metric = request.parameters["metric"] else {
            throw ParameterError("metric is missing: give a key of the totals, for example events or cost_usd.total")
        }
        let end = try request.time("end") ?? Timestamp.now()
        let start = try request.time("start") ?? Timestamp(nanoseconds: end.nanoseconds - 3_600_000_000_000)
        if start >= end { throw ParameterError("start is not before end") }
        let length = (Double(end.nanoseconds) - Double(start.nanoseconds)) / 1e9
        var step = max(1, (length / 120).rounded(.up))
        if let text = request.parameters["step"] {
            guard let given = seconds(text), given >= 1, given < 1e9, length / given <= Double(RangeQuery.mostSteps) else {
                throw ParameterError("step=\(text): give at least 1s, for example 15s, 1m or 1h, and at most \(RangeQuery.mostSteps) steps in the range")
            }
            step = given
        }
        return RangeQuery(
            metric: metric, start: start, end: end, step: .milliseconds(Int64(step * 1000)), filter: filter(request),
            grouping: try request.word("group_by", MetricsGrouping.self))
    }

    /// `15s`, `1m`, `2h`, `1d`, or seconds without a unit.
    private static func seconds(_ text: String) -> Double? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if let last = text.last, let unit = units[last] { return Double(text.dropLast()).map { $0 * unit } }
        return Double(text)
    }

    /// The aggregator's answer, or why there is none.
    static func answer(
        _ sight: Sight, _ write: (Aggregator, inout JSONWriter) throws(MetricsQueryError) -> Void
    ) throws(ParameterError) -> Response {
        guard let aggregator = sight.aggregator else { throw ParameterError("this instance keeps no figures", status: 501) }
        var json = JSONWriter()
        do throws(MetricsQueryError) { try write(aggregator, &json) } catch { throw ParameterError(error) }
        return .json(json.bytes)
    }
}
