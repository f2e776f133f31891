import EventailAggregate
import EventailEvents
import EventailJSON
import Testing

/// One answer of the aggregator's, read back.
final class Answer {
    private let parser = TapeParser()
    private let document: Document

    init(_ bytes: [UInt8]) throws {
        document = try parser.parse(bytes).get()
    }

    var root: Element { document.root }

    /// A number by its path, nil for null and for what is not there.
    func number(_ path: String) -> Double? { element(path)?.double }
    func element(_ path: String) -> Element? {
        var at: Element? = root
        for name in path.split(separator: ".") { at = at?[String(name)] }
        return at
    }
    /// A group's object by its key; the null group is "".
    func group(_ key: String) -> Element? {
        root["groups"]?.items.first { ($0["key"]?.string ?? "") == key }
    }
}

extension Element {
    func number(_ path: String) -> Double? {
        var at: Element? = self
        for name in path.split(separator: ".") { at = at?[String(name)] }
        return at?.double
    }
}

extension Aggregator {
    func ask(
        _ window: MetricsWindow = .all, end: WindowEnd = .latest, _ filter: MetricsFilter = MetricsFilter(), by grouping: MetricsGrouping? = nil
    ) throws -> Answer {
        var json = JSONWriter()
        try metrics(MetricsQuery(window: window, end: end, filter: filter, grouping: grouping), into: &json)
        return try Answer(json.bytes)
    }

    /// Commits what changed.
    func commit(to state: MemoryState) throws { state.commit(try takeChanges()) }
}

/// An aggregator with a catalogue of a few types.
struct Fixture {
    let catalogue = Catalogue()
    let state = MemoryState()
    var aggregator: Aggregator
    var configuration: AggregatorConfiguration

    static let prices = PriceTable(version: "test", prices: [
        "claude-sonnet-4-5": .init(input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWriteHour: 6),
        "gpt-5.2-codex": .init(input: 1.75, output: 14, cacheRead: 0.175, cacheWrite: 1.75, cacheWriteHour: 1.75),
        "claude-opus-4": .init(input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75, cacheWriteHour: 30),
        "claude-opus-4-5": .init(input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25, cacheWriteHour: 10),
    ])

    init(_ change: (inout AggregatorConfiguration) -> Void = { _ in }) throws {
        configuration = AggregatorConfiguration(prices: Self.prices)
        change(&configuration)
        aggregator = try Aggregator(configuration: configuration, catalogue: catalogue, state: state)
    }

    func type(_ name: String, _ profile: String = "superagent") -> UInt16 { catalogue.number(profile: profile, type: name) }

    /// What a kill and a start make: only what was committed is left.
    mutating func restart() throws {
        aggregator = try Aggregator(configuration: configuration, catalogue: catalogue, state: state)
    }

    func fold(_ file: String = "a.jsonl", number: Int = 1, _ body: (inout BatchBuilder) -> Void) {
        var builder = BatchBuilder(file: file, number: number)
        body(&builder)
        aggregator.fold(builder.batch)
    }
}

let second: Int64 = 1_000_000_000
