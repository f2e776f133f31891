import EventailAggregate
import EventailEvents
import EventailJSON
import EventailSystem
import Testing

/// Goal: figures of recorded sessions equal the totals beside them: read once, read again under other names, and with a kill between.
@Suite struct RecordedSessionTests {
    private static let folder = ProcessUsage.environment("EVENTAIL_SHARED") ?? "../shared"
    private static let isThere: Bool = FileSystem.isFolder(folder)

    private static func lines(_ bytes: [UInt8], _ name: String, _ number: Int) -> LineBatch {
        let file = FileReference(number: number, identity: FileIdentity(key: name), generation: 0, path: name, source: "test")
        let batch = LineBatch(file: file, buffer: ByteBuffer(bytes), start: 0, firstLine: 1, readTime: 42)
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            batch.lines.append(.init(start: UInt32(start), length: UInt32(end - start), position: Int64(start)))
            start = end + 1
        }
        batch.end = Int64(bytes.count)
        return batch
    }

    @Test(
        .enabled(if: RecordedSessionTests.isThere, "the recorded sessions are not beside the repository"),
        arguments: ["claude-code/recorded", "claude-code/synthetic", "codex/recorded", "pi/recorded"])
    func figuresEqualTheTotalsBesideThem(_ path: String) throws {
        let folder = "\(Self.folder)/agents/\(path)"
        let parser = TapeParser()
        let expected = try parser.parse(try FileSystem.read("\(folder)/expected.json")).get().root
        let names = (expected["files"]?.members ?? []).map(\.key)
        let set = try ProfileSet(catalogue: Catalogue())
        let prices = try PriceTable(yaml: Resource.bytes("prices.yaml") ?? [])
        let state = MemoryState()
        let configuration = AggregatorConfiguration(prices: prices)
        var aggregator = try Aggregator(configuration: configuration, catalogue: set.catalogue, state: state)
        for round in 0..<2 {
            for (number, name) in names.enumerated() {
                let extractor = try Extractor(profiles: set, choice: .named(String(path.prefix { $0 != "/" })))
                let bytes = try FileSystem.read("\(folder)/\(name)")
                aggregator.fold(extractor.extract(Self.lines(bytes, "\(round)-\(name)", round * 100 + number), FileContext()))
                state.commit(try aggregator.takeChanges())
                aggregator = try Aggregator(configuration: configuration, catalogue: set.catalogue, state: state)
            }
            try compare(try aggregator.ask(by: .model), expected["total"], "\(path) round \(round)")
            let bySession = try aggregator.ask(by: .execution)
            for (session, tokens) in expected["total"]?["tokens_by_session"]?.members ?? [] {
                #expect(bySession.group(session)?.number("tokens.total") == tokens.number("total"), "\(path) \(session)")
            }
            let byTool = try aggregator.ask(by: .tool)
            for (tool, calls) in expected["total"]?["tools"]?["calls_by_tool"]?.members ?? [] {
                #expect(byTool.group(tool)?.number("tool_calls") == calls.double, "\(path) \(tool)")
            }
        }
    }

    private func compare(_ answer: Answer, _ total: Element?, _ label: String) throws {
        let total = try #require(total)
        for kind in ["input", "output", "cache_read", "cache_write", "reasoning", "total"] {
            #expect(answer.number("totals.tokens.\(kind)") == total.number("tokens.\(kind)"), "\(label) \(kind)")
        }
        for (model, tokens) in total["tokens_by_model"]?.members ?? [] {
            let group = answer.group(model) ?? answer.group("anthropic/" + model)
            #expect(group?.number("tokens.total") == tokens.number("total"), "\(label) \(model)")
        }
        #expect(answer.number("totals.tool_calls") == total.number("tools.calls"), "\(label)")
        #expect(answer.number("totals.tool_errors") == total.number("tools.errors"), "\(label)")
        if let calls = total.number("api_responses") { #expect(answer.number("totals.model_calls") == calls, "\(label)") }
        for (ours, theirs) in [("estimated", "cost_usd_estimated"), ("reported", "cost_usd_reported")] {
            if let cost = total.number(theirs) { #expect(abs((answer.number("totals.cost_usd.\(ours)") ?? -1) - cost) < 1e-9, "\(label) \(ours)") }
        }
        #expect(answer.number("totals.latency_ms.count") == total.number("tools.ms.count"), "\(label)")
        for part in ["p50", "p99", "min", "max"] {
            if let found = answer.number("totals.latency_ms.\(part)"), let wanted = total.number("tools.ms.\(part)") {
                #expect(abs(found - wanted) <= wanted * 0.01, "\(label) \(part)")
            }
        }
    }
}
