internal import EventailAggregate
internal import EventailSystem

extension Endpoints {
    /// `/metrics`: everything that is counted, for Prometheus.
    static func scrape(_ sight: Sight) -> Route {
        .get("/metrics") { request throws(ParameterError) in
            let accept = request.header("accept") ?? ""
            var text = MetricsText(accept.contains("application/openmetrics-text") ? .openMetrics : .prometheus)
            text.family("process_cpu_seconds_total", .counter, "CPU time of the process.")
            text.sample([], ProcessUsage.cpuSeconds())
            text.family("process_max_resident_memory_bytes", .gauge, "The largest resident memory so far.")
            text.sample([], count: ProcessUsage.maximumResidentBytes())
            sight.telemetry.add(to: &text)
            sight.status.addTelemetry(to: &text)
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
}
