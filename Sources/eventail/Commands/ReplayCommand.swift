internal import EventailConfiguration
internal import EventailEvents
internal import EventailJSON
internal import EventailPipeline
internal import EventailStore
internal import EventailSystem

/// `eventail replay`: writes events of the embedded history to a sink again.
enum ReplayCommand: Command {
    static let syntax = Syntax(
        verb: "replay", forms: ["replay --from T [--to T] [--execution ID] --sink NAME --config FILE"],
        summary: "Send events of history to a sink again.",
        options: [
            Syntax.Option(name: "--from", value: "T", help: "events of this time and later: RFC 3339, e.g. 2026-01-31T12:00:00Z, or Unix seconds"),
            Syntax.Option(name: "--to", value: "T", help: "events of this time and earlier; now, when absent"),
            Syntax.Option(name: "--execution", value: "ID", help: "of this execution only"),
            Syntax.Option(name: "--sink", value: "NAME", help: "a sink of the configuration"),
            Syntax.Option(name: "--config", value: "FILE", help: "the configuration"),
            Syntax.Option(name: "--set", value: "KEY=VALUE", help: "overrides a configuration value", repeats: true),
        ],
        notes: """
            Events are written as they were, in the order in which they came, with the same ids; what the sink has already is there twice
            then. No checkpoint moves: a running Eventail goes on as if nothing had happened, and a replay that is broken off can only be
            begun again. A Redis or Kafka sink is written to at least once, also when it is configured as exactly_once. The file of a file
            sink belongs to the running Eventail, so that one has to be stopped first; nothing else needs a stop. Lines of transcripts go
            without what was remembered of their files: a hub that reads them from a stream knows less of them.
            """)

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        try arguments.requireNoMore(than: 0)
        let from = try time(try arguments.required("--from", "T"), "--from")
        let to = try arguments.value("--to").map { text throws(CommandFailure) in try time(text, "--to") }
        if let to, to < from { throw .usage("--to lies before --from", "name the earlier time with --from") }
        let name = try arguments.required("--sink", "NAME")
        _ = try arguments.required("--config", "FILE")
        let configuration = try StateLocation.read(arguments)
        let sink = try sink(name, configuration)
        var query = EventQuery()
        query.since = from
        query.until = to ?? Timestamp.now().nanoseconds
        if let execution = arguments.value("--execution") { query.executions = [execution] }
        query.order = .ascending
        query.limit = EventQuery.mostEvents
        do {
            let totals = try replay(query, to: sink, configuration)
            Output.write(totals.json(sink: name, from: from, to: query.until ?? 0) + "\n")
            return ExitStatus.done
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .failed("\(error)", "")
        }
    }

    private struct Totals {
        var events: Int64 = 0
        var bytes: Int64 = 0
        let began = Timestamp.monotonicNanoseconds()

        func json(sink: String, from: Int64, to: Int64) -> String {
            var json = JSONWriter()
            json.object { json in
                json.field("sink", sink)
                json.field("from", Timestamp(nanoseconds: from).rfc3339)
                json.field("to", Timestamp(nanoseconds: to).rfc3339)
                json.field("events", events)
                json.field("bytes", bytes)
                json.field("seconds", Double(Timestamp.monotonicNanoseconds() - began) / 1e9)
            }
            return json.string
        }
    }

    private static func time(_ text: String, _ option: String) throws(CommandFailure) -> Int64 {
        if let time = Timestamp(rfc3339: text) { return time.nanoseconds }
        if let seconds = Double(text), abs(seconds) < 1e10 { return Int64(seconds * 1e9) }
        throw .usage("\(option) \(text) is no time", "write RFC 3339, e.g. 2026-01-31T12:00:00Z, or Unix seconds")
    }

    private static func sink(_ name: String, _ configuration: Configuration) throws(CommandFailure) -> SinkConfiguration {
        guard let sink = configuration.sinks.first(where: { $0.name == name }) else {
            throw .usage("there is no sink \(name)", Suggestion.sentence(for: name, among: configuration.sinks.map(\.name)))
        }
        if case .history = sink { throw .usage("\(name) is the history that events are taken from", "name another sink") }
        return sink
    }

    private static func replay(_ query: EventQuery, to configured: SinkConfiguration, _ configuration: Configuration) throws -> Totals {
        let catalogue = Catalogue()
        let store: StateStore
        if case .file = configured {
            store = try StateStore(folder: configuration.stateFolder, catalogue: catalogue)
        } else {
            store = try StateStore.looking(at: configuration.stateFolder)
        }
        let history = try store.history()
        let sink = try Assembly.sinkWithoutCheckpoints(configured, configuration, catalogue: catalogue)
        let maker = ReplayBatch(catalogue: catalogue)
        var totals = Totals()
        try sink.open()
        defer { sink.close() }
        var next: EventQuery? = query
        while let page = next {
            let found = try history.events(page)
            for batch in maker.batches(of: found.events) {
                try sink.write(batch, from: .min)
                totals.events += Int64(batch.events.count)
                totals.bytes += batch.validBytes
            }
            _ = try sink.commit([])
            next = page.next(after: found)
        }
        return totals
    }
}
