internal import EventailConfiguration
internal import EventailEvents
internal import EventailPipeline
internal import EventailReceive
internal import EventailServer
internal import EventailSystem
internal import EventailTail

/// What the pipeline counts of itself, under the names of CONTRACT section 7.
struct InstanceTelemetry {
    private let parts: Assembly.Parts
    private let started: Int64

    init(_ parts: Assembly.Parts, started: Int64) {
        self.parts = parts
        self.started = started
    }

    func write(into metrics: inout MetricsText) {
        sources(&metrics)
        events(&metrics)
        sinks(&metrics)
        files(&metrics)
    }

    private func sources(_ metrics: inout MetricsText) {
        let counts = parts.pipeline.audit.sources
        let names = parts.configuration.sources.map(\.name)
        metrics.family("eventail_source_lines_total", .counter, "Lines read, blank and refused ones included.")
        for name in names { metrics.sample([("source", name)], count: counts[name]?.lines ?? 0) }
        metrics.family("eventail_source_bytes_total", .counter, "Bytes of whole lines read.")
        for name in names { metrics.sample([("source", name)], count: counts[name]?.bytesRead ?? 0) }
        receivers(&metrics)
        let total = parts.pipeline.audit.total
        metrics.family("eventail_dead_letters_total", .counter, "Lines refused, by reason.")
        for reason in RejectionReason.allCases { metrics.sample([("reason", reason.name)], count: total.deadLetters[Int(reason.rawValue)]) }
        metrics.family("eventail_time_missing_total", .counter, "Events without a time of their own.")
        metrics.sample([], count: total.timeMissing)
    }

    /// Sources that a hub receives.
    private func receivers(_ metrics: inout MetricsText) {
        let statuses = parts.receivers.map(\.status)
        if statuses.isEmpty { return }
        metrics.family("eventail_source_up", .gauge, "1 unless nothing can be received.")
        for status in statuses { metrics.sample([("source", status.name)], count: Int64(status.state == .failing ? 0 : 1)) }
        metrics.family("eventail_source_entries_total", .counter, "Entries received since the start.")
        for status in statuses { metrics.sample([("source", status.name)], count: status.entries) }
        metrics.family("eventail_source_dropped_total", .counter, "Entries of a shared stream that another hub has taken.")
        for status in statuses { metrics.sample([("source", status.name)], count: status.dropped) }
        metrics.family("eventail_source_retries_total", .counter, "Times that receiving failed and was begun again.")
        for status in statuses { metrics.sample([("source", status.name)], count: status.retries) }
        metrics.family("eventail_source_inbox_bytes", .gauge, "Received and not yet removed.")
        for status in statuses { metrics.sample([("source", status.name)], count: status.inboxBytes) }
    }

    private func events(_ metrics: inout MetricsText) {
        metrics.family("eventail_events_total", .counter, "Lines accepted, by profile and type.")
        for (entry, events) in parts.pipeline.audit.types { metrics.sample([("profile", entry.profile), ("type", entry.type)], count: events) }
    }

    private func sinks(_ metrics: inout MetricsText) {
        let sinks = parts.pipeline.sinkStatuses
        metrics.family("eventail_sink_events_total", .counter, "Events that the sink has acknowledged since the start.")
        for sink in sinks { metrics.sample([("sink", sink.name)], count: sink.events) }
        metrics.family("eventail_sink_lag_bytes", .gauge, "Bytes of files that the live path has and the sink has not acknowledged.")
        for sink in sinks { metrics.sample([("sink", sink.name)], count: sink.lagBytes) }
        metrics.family("eventail_sink_lag_seconds", .gauge, "Age of the oldest state of the live path that the sink lacks.")
        for sink in sinks { metrics.sample([("sink", sink.name)], sink.lagSeconds) }
        metrics.family("eventail_sink_retries_total", .counter, "Times the sink failed and was opened again.")
        for sink in sinks { metrics.sample([("sink", sink.name)], count: sink.retries) }
        metrics.family("eventail_sink_up", .gauge, "1 unless the sink is failing.")
        for sink in sinks { metrics.sample([("sink", sink.name)], count: Int64(sink.state == .failing ? 0 : 1)) }
        ownFigures(of: sinks, &metrics)
    }

    /// A family holds the samples of all sinks that count it.
    private func ownFigures(of sinks: [SinkStatus], _ metrics: inout MetricsText) {
        var told: Set<String> = []
        for figure in sinks.flatMap(\.figures) where told.insert(figure.name).inserted {
            metrics.family(figure.name, figure.kind == .counter ? .counter : .gauge, figure.help)
            for sink in sinks {
                for same in sink.figures where same.name == figure.name { metrics.sample([("sink", sink.name)], same.value) }
            }
        }
    }

    private func files(_ metrics: inout MetricsText) {
        let status = parts.pipeline.tailer.status()
        metrics.family("eventail_files_open", .gauge, "Agents' files that are open now.")
        metrics.sample([], count: Int64(status.openFiles))
        metrics.family("eventail_files_watched", .gauge, "Agents' files that are followed.")
        metrics.sample([], count: Int64(status.knownFiles))
        metrics.family("eventail_folders_polled", .gauge, "Folders without events of the kernel, looked at again and again.")
        metrics.sample([], count: Int64(status.pollingFolders.count))
        let lost = parts.pipeline.lostBytes
        metrics.family("eventail_bytes_lost_total", .counter, "Bytes that nobody could read, by cause.")
        for cause in Set(["truncated", "deleted", "hole", "gone_after_crash", "gone_before_sink"]).union(lost.keys).sorted() {
            metrics.sample([("cause", cause)], count: lost[cause] ?? 0)
        }
        metrics.family("eventail_uptime_seconds", .gauge, "Time since the start.")
        metrics.sample([], Double(Timestamp.monotonicNanoseconds() - started) / 1e9)
    }
}
