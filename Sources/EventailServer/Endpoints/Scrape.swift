internal import EventailAggregate
internal import EventailPipeline
internal import EventailSystem

extension Endpoints {
    /// `/metrics`: everything that is counted, for Prometheus.
    static func scrape(_ sight: Sight) -> Route {
        .get("/metrics") { request throws(ParameterError) in
            let openMetrics = "application/openmetrics-text"
            let wanted = AcceptedTypes(request.header("accept")).preferred(of: ["text/plain", openMetrics])
            var text = MetricsText(wanted == openMetrics ? .openMetrics : .prometheus)
            text.family("process_cpu_seconds_total", .counter, "CPU time of the process.")
            text.sample([], ProcessUsage.cpuSeconds())
            text.family("process_max_resident_memory_bytes", .gauge, "The largest resident memory so far.")
            text.sample([], count: ProcessUsage.maximumResidentBytes())
            sight.telemetry.add(to: &text)
            sight.status.addTelemetry(to: &text)
            addLatency(sight, to: &text)
            if let aggregator = sight.aggregator {
                var agents: [UInt8] = []
                do throws(MetricsQueryError) { try aggregator.writePrometheus(into: &agents) } catch { throw ParameterError(error) }
                text.raw(agents)
            }
            text.finish()
            let headers = [("Content-Type", text.contentType), ("Cache-Control", "no-store"), ("Vary", "Accept")]
            return Response(status: 200, headers: headers, body: text.bytes)
        }
    }

    /// How long events were under way, to each sink and to the clients.
    private static func addLatency(_ sight: Sight, to text: inout MetricsText) {
        text.family(
            "eventail_end_to_end_latency_seconds", .histogram,
            "From when an event's bytes were read to when the sink had acknowledged it, or the server had sent it to the clients that want it.")
        let sinks = sight.status.sinks().map { ($0.name, $0.latency) } + [(ServerTelemetry.clients, sight.telemetry.latency.current)]
        for (sink, latency) in sinks {
            text.histogram(
                [("sink", sink)], buckets: Array(zip(LatencyHistogram.bounds, latency.atMost)), sum: latency.sum, count: latency.count)
        }
    }
}
