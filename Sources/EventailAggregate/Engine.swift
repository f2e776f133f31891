internal import EventailEvents
internal import EventailJSON

final class Engine {
    init(configuration: AggregatorConfiguration, catalogue: Catalogue, state: any StoredState) throws {}
    func fold(_ batch: EventBatch) {}
    func takeChanges() throws -> [StoredChange] { [] }
    func restore() throws {}
    var needsCommit: Bool { false }
    var newestTime: Int64? { nil }
    func metrics(_ query: MetricsQuery, into json: inout JSONWriter) throws(MetricsQueryError) {}
    func range(_ query: RangeQuery, into json: inout JSONWriter) throws(MetricsQueryError) {}
    func agents(limit: Int, cursor: String?, into json: inout JSONWriter) throws(MetricsQueryError) {}
    func executions(limit: Int, cursor: String?, into json: inout JSONWriter) throws(MetricsQueryError) {}
    func execution(_ name: String, into json: inout JSONWriter) throws(MetricsQueryError) -> Bool { false }
    func explain(metric: String, query: MetricsQuery, limit: Int, into json: inout JSONWriter) throws(MetricsQueryError) {}
    func writePrometheus(into text: inout [UInt8]) throws(MetricsQueryError) {}
}
