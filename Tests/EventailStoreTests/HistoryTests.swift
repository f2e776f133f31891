import EventailEvents
import EventailJSON
@testable import EventailStore
import EventailSystem
import EventailTestSupport
import Testing

@Suite struct HistoryTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func store(_ factory: BatchFactory) throws -> StateStore { try StateStore(folder: folder.path, catalogue: factory.catalogue) }

    private func commit(_ batch: EventBatch, _ factory: BatchFactory, to store: StateStore, from position: Int64 = 0) throws {
        var transaction = StoreTransaction()
        transaction.add(batch, from: position)
        transaction.set(factory.checkpoint(batch), of: StateStore.historyConsumer)
        try store.commit(transaction)
    }

    /// 200 events: agents by turns, an execution for each ten, every fifth a failure, latencies from 0 to 1990 ms.
    private func filled() throws -> StateStore {
        var factory = BatchFactory()
        let store = try store(factory)
        for block in 0..<20 {
            let lines = (0..<10).map { index in
                let number = block * 10 + index
                return BatchFactory.Line(
                    text: #"{"n":\#(number)}"#, type: number % 2 == 0 ? "even" : "odd",
                    texts: [(.agent, ["scribe", "runner", "critic"][number % 3]), (.execution, "exec-\(block)"), (.task, "t\(number / 4)")],
                    numbers: [(.latencyMilliseconds, Double(number * 10)), (.costUSD, 0.25)], status: number % 5 == 0 ? .failure : .success,
                    severity: number % 5 == 0 ? .error : .info)
            }
            try commit(factory.batch(lines), factory, to: store)
        }
        return store
    }

    /// Numbers of references are unique for one reader only, and stay when a file is renamed.
    @Test func filesWithTheSameNumberKeepTheirPaths() throws {
        var factory = BatchFactory()
        let store = try store(factory)
        let paths = ["/logs/a.jsonl", "/logs/b.jsonl", "/logs/b.jsonl.1"]
        for (path, key) in zip(paths, ["ha", "hb", "hb"]) {
            factory.file = FileReference(number: 1, identity: FileIdentity(key: key), generation: 0, path: path, source: "agents")
            try commit(factory.batch([.init()]), factory, to: store)
        }
        var query = EventQuery()
        query.order = .ascending
        #expect(try store.history().events(query).events.map(\.path) == paths)
    }

    @Test func anItemHasAllOfTheContract() throws {
        var factory = BatchFactory()
        let store = try store(factory)
        let line = BatchFactory.Line(
            text: #"{"event_type":"x", "payload":{}}"#, texts: [(.agent, "scr\"ibe"), (.execution, "e1"), (.targets, "a"), (.targets, "b"), (.callID, "hidden")],
            numbers: [(.costUSD, 0.5), (.tokensInput, 12)])
        try commit(factory.batch([.init(texts: [(.id, "own")]), line]), factory, to: store)
        let history = try store.history()
        let events = try history.events(EventQuery()).events
        #expect(events.map(\.sequence) == [2, 1])
        var json = JSONWriter()
        history.writeItem(events[0], into: &json)
        #expect(
            json.string
                == #"{"id":"hfile1:8","cursor":"\#(store.epoch)-2","time":"2025-11-21T04:40:01.000Z","type":"agent_completed","profile":"superagent","#
                + #""meaning":"agent_end","roles":{"id":"hfile1:8","time":"2025-11-21T04:40:01.000Z","type":"agent_completed","status":"success","#
                + #""severity":"info","priority":"low","agent":"scr\"ibe","execution":"e1","cost_usd":0.5,"tokens_input":12,"targets":["a","b"]},"#
                + #""file":"/logs/a.jsonl","offset":8,"line":2,"event":{"event_type":"x", "payload":{}}}"#)
        #expect(events[0].agent == "scr\"ibe" && events[0].execution == "e1" && events[0].costUSD == 0.5)
        #expect(events[1].id == "own")
        #expect(history.cursor(2) == "\(store.epoch)-2")
    }

    @Test func aStatusOfAProducersOwnIsFoundByItsWord() throws {
        var factory = BatchFactory()
        let store = try store(factory)
        let lines = ["paused", "odd word", "paused"].map { BatchFactory.Line(texts: [(.status, $0)], status: .unknown) }
        try commit(factory.batch(lines + [.init(status: .failure), .init(status: .success)]), factory, to: store)
        let history = try store.history()
        var query = EventQuery()
        query.statusWords = ["paused"]
        #expect(try history.events(query).events.map(\.sequence) == [3, 1])
        query.statuses = [.failure]
        #expect(try history.events(query).events.map(\.sequence) == [4, 3, 1])
        query.statuses = [.unknown]
        #expect(try history.events(query).events.map(\.sequence) == [3, 2, 1])
    }

    @Test func moreThanTwoHundredTypesOfAProfileAreAllFound() throws {
        var factory = BatchFactory()
        let store = try store(factory)
        try commit(factory.batch((0..<300).map { BatchFactory.Line(type: "type-\($0)") }), factory, to: store)
        var query = EventQuery()
        query.profiles = ["superagent"]
        query.limit = 1000
        #expect(try store.history().events(query).events.count == 300)
    }

    @Test func rolesOfHistoryAreThoseOfTheLiveEvent() throws {
        var factory = BatchFactory()
        let store = try store(factory)
        let batch = factory.batch([
            .init(texts: [(.status, "odd word"), (.agent, "a"), (.agent, "b")], status: .unknown, parts: [[(.tool, "Bash")], [(.tool, "Read"), (.callID, "c")]])
        ])
        try commit(batch, factory, to: store)
        var live = JSONWriter()
        RolesWriter.write(batch.events[0], of: batch, type: "agent_completed", into: &live)
        var stored = JSONWriter()
        var query = EventQuery()
        query.tools = ["Bash"]
        let event = try #require(try store.history().events(query).events.first)
        event.writeRoles(into: &stored)
        #expect(live.string == stored.string)
        #expect(live.string.contains(#""status":"odd word""#))
        #expect(live.string.contains(#""parts":[{"meaning":"tool_start","tool":"Bash"},{"meaning":"tool_start","tool":"Read"}]"#))
    }

    @Test func aBatchThatComesAgainAddsNothing() throws {
        var factory = BatchFactory()
        let batch = factory.batch([.init(), .init()])
        do {
            let store = try store(factory)
            try commit(batch, factory, to: store)
            try commit(batch, factory, to: store)
            #expect(try store.history().count() == 2)
        }
        let store = try store(factory)
        try commit(batch, factory, to: store)
        #expect(try store.history().count() == 2)
        // A longer batch over the same range adds only what is new.
        let longer = EventBatch(file: batch.file, buffer: batch.buffer, start: 0, end: batch.end, readTime: 0)
        longer.events = batch.events
        longer.firstSequence = 100
        var transaction = StoreTransaction()
        transaction.add(longer, from: 0)
        try store.commit(transaction)
        #expect(try store.history().count() == 2)
    }

    @Test func eventsBeforeThePositionAreNotStored() throws {
        var factory = BatchFactory()
        let store = try store(factory)
        try commit(factory.batch([.init(), .init(), .init()]), factory, to: store, from: 8)
        #expect(try store.history().events(EventQuery()).events.map(\.sequence) == [3, 2])
    }

    @Test func filtersAreExact() throws {
        let history = try filled().history()
        func numbers(_ change: (inout EventQuery) -> Void) throws -> [Int64] {
            var query = EventQuery()
            query.limit = 1000
            query.order = .ascending
            change(&query)
            return try history.events(query).events.map { $0.sequence - 1 }
        }
        #expect(try numbers { $0.agents = ["critic"] } == (0..<200).filter { $0 % 3 == 2 })
        #expect(try numbers { $0.agents = ["critic", "runner"] } == (0..<200).filter { $0 % 3 != 0 })
        #expect(try numbers { $0.agents = ["nobody"] } == [])
        #expect(try numbers { $0.types = ["odd"] } == (0..<200).filter { $0 % 2 == 1 })
        #expect(try numbers { $0.types = ["none"] } == [])
        #expect(try numbers { $0.profiles = ["superagent"]; $0.types = ["odd", "even"] }.count == 200)
        #expect(try numbers { $0.statuses = [.failure] } == (0..<200).filter { $0 % 5 == 0 })
        #expect(try numbers { $0.statuses = [.success] } == (0..<200).filter { $0 % 5 != 0 })
        #expect(try numbers { $0.severities = [.error, .critical] } == (0..<200).filter { $0 % 5 == 0 })
        #expect(try numbers { $0.executions = ["exec-3"] } == Array(30..<40))
        #expect(try numbers { $0.executions = ["exec-3"]; $0.statuses = [.failure] } == [30, 35])
        #expect(try numbers { $0.tasks = ["t1"] } == [4, 5, 6, 7])
        #expect(try numbers { $0.minimumLatencyMilliseconds = 1980 } == [198, 199])
        #expect(try numbers { $0.since = 1_763_700_010_000_000_000; $0.until = 1_763_700_012_000_000_000 } == [10, 11, 12])
        #expect(try numbers { $0.since = 1_763_700_010_000_000_000 } == Array(10..<200))
        #expect(try numbers { $0.after = 5; $0.before = 8 } == [5, 6])
        #expect(try numbers { $0.after = 5; $0.through = 8 } == [5, 6, 7])
        #expect(try numbers { $0.meanings = [.agentEnd]; $0.having = .cost }.count == 200)
        #expect(try numbers { $0.having = .model } == [])
        #expect(try history.last(3, ofExecution: "exec-3").map(\.sequence) == [38, 39, 40])
        #expect(try history.range() == 1...200)
        #expect(try history.times() == 1_763_700_000_000_000_000...1_763_700_199_000_000_000)
    }

    @Test(arguments: [EventQuery.Order.ascending, .descending])
    func pagesCoverAllOnce(_ order: EventQuery.Order) throws {
        let history = try filled().history()
        var query: EventQuery? = EventQuery()
        query?.order = order
        query?.limit = 7
        query?.types = ["odd"]
        var seen: [Int64] = []
        while let asked = query {
            let page = try history.events(asked)
            seen += page.events.map(\.sequence)
            query = asked.next(after: page)
        }
        let all = (1...200).map(Int64.init).filter { $0 % 2 == 0 }
        #expect(seen == (order == .ascending ? all : all.reversed()))
    }

    @Test func everyFilterUsesItsIndex() throws {
        let history = try filled().history()
        func plan(_ change: (inout EventQuery) -> Void) throws -> String {
            var query = EventQuery()
            change(&query)
            return try history.plan(of: query)
        }
        let simple: [(String, (inout EventQuery) -> Void)] = [
            ("agent", { $0.agents = ["critic"] }), ("kind", { $0.types = ["odd"] }), ("status", { $0.statuses = [.failure] }),
            ("severity", { $0.severities = [.error] }), ("execution", { $0.executions = ["exec-1"] }), ("task", { $0.tasks = ["t1"] }),
            ("workflow", { $0.workflows = ["w"] }),
        ]
        for (name, change) in simple {
            for order in [EventQuery.Order.ascending, .descending] {
                let words = try plan { change(&$0); $0.order = order }
                #expect(words.contains("INDEX events_\(name) (\(name)=?"), "\(words)")
                // Rows come in the order of their sequence: nothing is sorted but the page itself.
                #expect(words.components(of: "USE TEMP B-TREE") == 0, "\(words)")
            }
            let paged = try plan { change(&$0); $0.before = 100 }
            #expect(paged.contains("(\(name)=? AND rowid<?)"), "\(paged)")
        }
        #expect(try plan { $0.since = 1_763_700_190_000_000_000 }.contains("INDEX events_time (time>?"))
        #expect(try plan { $0.minimumLatencyMilliseconds = 1000 }.contains("INDEX events_latency (latency>?"))
        let newest = try plan { $0.after = 100 }
        #expect(newest.contains("PRIMARY KEY (rowid>?)") && !newest.contains("events_"), "\(newest)")
    }

    @Test func theOldestEventsGoBySize() throws {
        var factory = BatchFactory()
        let store = try store(factory)
        for _ in 0..<40 {
            try commit(factory.batch((0..<100).map { _ in .init(text: #"{"a":"\#(String(repeating: "x", count: 900))"}"#) }), factory, to: store)
        }
        while try store.trim(HistoryRetention(age: .seconds(3600), bytes: 1 << 20)) {}
        let history = try store.history()
        let range = try #require(try history.range())
        #expect(range.upperBound == 4000)
        #expect(range.lowerBound > 2000 && range.lowerBound < 3800)
        #expect(try store.trim(HistoryRetention(age: .seconds(3600), bytes: 1 << 20)) == false)
        #expect(try history.events(EventQuery()).events.first?.path == "/logs/a.jsonl")
        try commit(factory.batch([.init()]), factory, to: store)
        #expect(try history.events(EventQuery()).events.first?.sequence == 4001)
    }

    @Test func theOldestEventsGoByTheTimeTheyArrived() throws {
        let database = try Database(path: folder.file("aged.db"), .write)
        try StateSchema.create(in: database, epoch: "e")
        var factory = BatchFactory()
        let writer = StateWriter(database, catalogue: factory.catalogue)
        let start = Timestamp(nanoseconds: 1_763_700_000_000_000_000)
        for day in 0..<5 {
            try database.transaction { () throws(StoreError) in
                try writer.history.append(factory.batch([.init(), .init()]), from: 0)
                try writer.history.finish(at: start.advanced(by: .seconds(86_400 * day)))
            }
        }
        let now = start.advanced(by: .seconds(86_400 * 4 + 60))
        #expect(try writer.trim(HistoryRetention(age: .seconds(86_400 * 2), bytes: nil), now: now) == false)
        #expect(try database.number("SELECT min(sequence) FROM events") == 5)
        #expect(try writer.trim(HistoryRetention(age: .seconds(1), bytes: nil), now: now.advanced(by: .seconds(86_400))) == false)
        #expect(try database.number("SELECT count(*) FROM events") == 0)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        var found = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            found += 1
            rest = rest[range.upperBound...]
        }
        return found
    }
}
