import EventailEvents
import EventailPipeline
@testable import EventailSinks
import EventailSystem
import EventailTestSupport
import Testing

@Suite struct ConsoleSinkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func shown(_ line: BatchFactory.Line, colour: ConsoleSink.Colour = .never, level: Severity = .info) throws -> String {
        var factory = BatchFactory()
        let output = try Descriptor.open(folder.file("out"), [.write, .create, .append])
        let sink = ConsoleSink(name: "console", catalogue: factory.catalogue, level: level, colour: colour, output: output)
        try sink.open()
        try sink.write(factory.batch([line]), from: 0)
        #expect(try sink.commit([]) == false)
        return String(decoding: try FileSystem.read(folder.file("out")), as: UTF8.self)
    }

    @Test func anEventIsABlockOfItsMostTellingRoles() throws {
        let clock = Timestamp(nanoseconds: BatchFactory().time).localClock
        let text = try shown(
            .init(texts: [(.agent, "scribe"), (.task, "t_42"), (.targets, "a"), (.targets, "b"), (.callID, "hidden")], numbers: [(.costUSD, 0.12)]))
        #expect(text == "\(clock) agent_completed scribe success\n    task: t_42\n    targets: a, b\n    cost_usd: 0.12\n")
    }

    @Test func coloursAreThereWhenAskedFor() throws {
        let text = try shown(.init(texts: [(.agent, "scribe")], status: .failure, severity: .error), colour: .always)
        #expect(text.contains("\u{1B}[1;31magent_completed\u{1B}[0m"))
        #expect(text.contains("\u{1B}[31mfailure\u{1B}[0m"))
    }

    @Test func aFileHasNoColours() throws {
        #expect(try !shown(.init(texts: [(.agent, "scribe")]), colour: .auto).contains("\u{1B}"))
    }

    @Test func eventsBelowTheLevelAreNotShown() throws {
        #expect(try shown(.init(), level: .warning) == "")
    }

    @Test func theTerminalObeysNoAgent() throws {
        let text = try shown(.init(texts: [(.agent, "\u{1B}]0;owned\u{7}"), (.errorMessage, "two\nlines \u{202E}x")]))
        #expect(!text.contains("\u{1B}") && !text.contains("\u{7}") && !text.contains("\u{202E}"))
        #expect(text.contains("\\u{1b}]0;owned") && text.contains("two\\nlines"))
    }

    @Test func aClosedOutputEndsTheSinkOnly() throws {
        var factory = BatchFactory()
        // A descriptor for reading refuses every write, as a closed pipe does.
        try FileSystem.replace(folder.file("out"), with: [])
        let sink = ConsoleSink(name: "console", catalogue: factory.catalogue, output: try Descriptor.open(folder.file("out"), .read))
        try sink.open()
        try sink.write(factory.batch([.init()]), from: 0)
        let error = #expect(throws: SinkError.self) { try sink.commit([]) }
        guard case .misconfigured = error else { Issue.record("the error is \(String(describing: error))"); return }
    }
}
