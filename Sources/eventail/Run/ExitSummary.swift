import EventailEvents
import EventailJSON
import EventailPipeline
import EventailSystem
import EventailTail

/// What `run --exit-at-end` prints: one JSON object (CONTRACT section 1). It tells of this run: what earlier runs on the same state had counted is not in it. The
/// files and the unfinished bytes are those that there are at its end.
enum ExitSummary {
    static func write(_ pipeline: Pipeline, seconds: Double) -> String {
        let counts = pipeline.audit.totalOfThisRun
        let unfinished = pipeline.tailer.files().reduce(Int64(0)) { $0 + $1.unfinishedBytes }
        let cpu = ProcessUsage.cpuSeconds()
        var profiles: [(name: String, events: Int64)] = []
        for (entry, events) in pipeline.audit.typesOfThisRun {
            if let index = profiles.firstIndex(where: { $0.name == entry.profile }) {
                profiles[index].events += events
            } else {
                profiles.append((entry.profile, events))
            }
        }
        var json = JSONWriter()
        json.object { json in
            json.field("files", pipeline.tailer.files().count)
            json.field("lines", counts.lines)
            json.field("bytes", counts.bytesRead + unfinished)
            json.field("valid", counts.valid)
            json.key("dead_letters")
            counts.writeDeadLetters(into: &json)
            json.field("blank", counts.blank)
            json.field("unfinished_bytes", unfinished)
            json.field("profiles", object: { json in for profile in profiles { json.field(profile.name, profile.events) } })
            json.field("types", object: { json in
                for (entry, events) in pipeline.audit.typesOfThisRun { json.field("\(entry.profile)/\(entry.type)", events) }
            })
            json.field("seconds", seconds)
            json.field("cpu_seconds", cpu)
            json.field("events_per_second", seconds > 0 ? Double(counts.valid) / seconds : nil)
            json.field("bytes_per_second", seconds > 0 ? Double(counts.bytesRead) / seconds : nil)
            json.field("max_rss_bytes", ProcessUsage.maximumResidentBytes())
        }
        return json.string
    }
}
