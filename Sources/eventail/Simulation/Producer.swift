internal import EventailJSON
internal import EventailSystem

/// One simulated system: writes its next event at a time that it is told.
///
/// Tasks run from queued to validated, so that each event follows from those before it. *Thread*: one.
protocol Producer: AnyObject {
    /// The file's name in the output folder.
    var file: String { get }
    /// Writes one event as an object, without a line end.
    func next(_ time: Timestamp, _ generator: inout SeededGenerator, _ json: inout JSONWriter)
}

/// The systems that can be simulated.
enum Family: String, CaseIterable {
    case superagent, auren, aladdin, eremos, outcome

    /// Its producers: several, as several agents write several files.
    func producers() -> [any Producer] {
        switch self {
        case .superagent: (1...2).map { SuperAgentProducer(number: $0) }
        case .auren: ["neuroscientist", "nutritionist"].map { AurenProducer(agent: $0) }
        case .aladdin: (1...2).map { AladdinProducer(number: $0) }
        case .eremos: [EremosProducer()]
        case .outcome: ["react_agent", "data_processor"].map { OutcomeProducer(agent: $0) }
        }
    }
}

extension Timestamp {
    /// Seconds since 1970 as a number with microseconds.
    var fractionalSeconds: Double { Double(nanoseconds / 1000) / 1e6 }
    var milliseconds: Int64 { nanoseconds / 1_000_000 }
    /// RFC 3339 with exactly three digits of a second.
    var rfc3339Milliseconds: String { Timestamp(nanoseconds: nanoseconds / 1_000_000 * 1_000_000).rfc3339 }
    /// As Python's `isoformat()` writes it in UTC, with six digits of a second and no offset.
    var naive: String {
        let text = Timestamp(nanoseconds: nanoseconds / 1000 * 1000).rfc3339
        let digits = text.dropFirst(20).dropLast()
        return text.prefix(20) + digits + String(repeating: "0", count: max(0, 6 - digits.utf8.count))
    }
}
