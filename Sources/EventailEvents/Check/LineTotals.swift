public import EventailJSON

/// Counts of lines and what became of them: what `check` and `run --exit-at-end` print.
///
/// `bytes = valid + dead letters + blank + unfinished`, in bytes, holds by how they are taken. *Thread*: one.
public struct LineTotals: Sendable {
    public var files = 0
    public var lines: Int64 = 0
    public var bytes: Int64 = 0
    public var valid: Int64 = 0
    public var blank: Int64 = 0
    public var unfinishedBytes: Int64 = 0
    /// By `RejectionReason.rawValue`.
    public private(set) var deadLetters = [Int64](repeating: 0, count: RejectionReason.allCases.count)
    /// By the catalogue's number.
    public private(set) var types: [Int64] = []

    public init() {}

    public var invalid: Int64 { deadLetters.reduce(0, +) }

    /// Adds what became of a batch of lines.
    public mutating func add(_ batch: EventBatch) {
        bytes += batch.end - batch.start
        valid += Int64(batch.events.count)
        blank += Int64(batch.blankLines)
        lines += Int64(batch.events.count + batch.rejections.count + batch.blankLines)
        for event in batch.events {
            let type = Int(event.type)
            if type >= types.count { types += [Int64](repeating: 0, count: type + 1 - types.count) }
            types[type] += 1
        }
        for rejection in batch.rejections { deadLetters[Int(rejection.reason.rawValue)] += 1 }
    }

    /// Adds one line that was refused.
    public mutating func refused(_ reason: RejectionReason) {
        lines += 1
        deadLetters[Int(reason.rawValue)] += 1
    }

    /// Names of reasons that occurred with their counts, the most frequent first.
    public var byReason: [(name: String, count: Int64)] {
        Self.sorted(RejectionReason.allCases.map { ($0.name, deadLetters[Int($0.rawValue)]) })
    }

    /// `profile/type` with its count, the most frequent first.
    public func byType(_ catalogue: Catalogue) -> [(name: String, count: Int64)] {
        Self.sorted(zip(catalogue.entries, types).map { ("\($0.0.profile)/\($0.0.type)", $0.1) })
    }

    public func byProfile(_ catalogue: Catalogue) -> [(name: String, count: Int64)] {
        var counts: [String: Int64] = [:]
        for (entry, count) in zip(catalogue.entries, types) { counts[entry.profile, default: 0] += count }
        return Self.sorted(counts.map { ($0.key, $0.value) })
    }

    /// Writes the members of the JSON object that CONTRACT section 1 describes, into an object that is open.
    public func write(_ json: inout JSONWriter, _ catalogue: Catalogue, seconds: Double, cpuSeconds: Double, maximumResidentBytes: Int64) {
        json.field("files", files)
        json.field("lines", lines)
        json.field("bytes", bytes)
        json.field("valid", valid)
        json.field("dead_letters", object: { json in for (name, count) in byReason { json.field(name, count) } })
        json.field("blank", blank)
        json.field("unfinished_bytes", unfinishedBytes)
        json.field("profiles", object: { json in for (name, count) in byProfile(catalogue) { json.field(name, count) } })
        json.field("types", object: { json in for (name, count) in byType(catalogue) { json.field(name, count) } })
        json.field("seconds", seconds)
        json.field("cpu_seconds", cpuSeconds)
        json.field("events_per_second", seconds > 0 ? Double(valid) / seconds : nil)
        json.field("bytes_per_second", seconds > 0 ? Double(bytes) / seconds : nil)
        json.field("max_rss_bytes", maximumResidentBytes)
    }

    private static func sorted(_ counts: [(String, Int64)]) -> [(name: String, count: Int64)] {
        counts.filter { $0.1 > 0 }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { (name: $0.0, count: $0.1) }
    }
}

