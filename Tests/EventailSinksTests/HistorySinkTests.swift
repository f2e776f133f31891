import EventailEvents
import EventailPipeline
import EventailSinks
import EventailStore
import EventailTestSupport
import Testing

@Suite struct HistorySinkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func rowsAndCheckpointsBecomeDurableTogether() throws {
        var factory = BatchFactory()
        let first = factory.batch([.init(), .init()])
        let second = factory.batch([.init()])
        do {
            let store = try StateStore(folder: folder.path, catalogue: factory.catalogue)
            let sink = HistorySink(name: "history", store: store, retention: HistoryRetention(age: nil, bytes: nil))
            try sink.open()
            #expect(try sink.ownCheckpoints() == [])
            try sink.write(first, from: 0)
            #expect(try sink.commit([factory.checkpoint(first)]))
            // Written and not committed: the process dies.
            try sink.write(second, from: 0)
        }
        let store = try StateStore(folder: folder.path, catalogue: factory.catalogue)
        let sink = HistorySink(name: "history", store: store, retention: HistoryRetention(age: nil, bytes: nil))
        try sink.open()
        let position = try #require(try sink.ownCheckpoints()?.first).position
        #expect(position == first.end)
        try sink.write(first, from: position)
        try sink.write(second, from: position)
        _ = try sink.commit([factory.checkpoint(second)])
        #expect(try store.history().events(EventQuery()).events.map(\.sequence) == [3, 2, 1])
    }

    @Test func openingForgetsWhatWasNotCommitted() throws {
        var factory = BatchFactory()
        let store = try StateStore(folder: folder.path, catalogue: factory.catalogue)
        let sink = HistorySink(name: "history", store: store, retention: HistoryRetention(age: nil, bytes: nil))
        try sink.open()
        let batch = factory.batch([.init()])
        try sink.write(batch, from: 0)
        try sink.open()
        _ = try sink.commit([])
        #expect(try store.history().count() == 0)
    }

    @Test func retentionIsKept() throws {
        var factory = BatchFactory()
        let store = try StateStore(folder: folder.path, catalogue: factory.catalogue)
        let sink = HistorySink(name: "history", store: store, retention: HistoryRetention(age: nil, bytes: 1 << 20))
        try sink.open()
        for _ in 0..<30 {
            let batch = factory.batch((0..<500).map { _ in .init(text: #"{"a":"\#(String(repeating: "x", count: 300))"}"#) })
            try sink.write(batch, from: 0)
            _ = try sink.commit([factory.checkpoint(batch)])
        }
        #expect(try store.history().count() < 12_000)
    }
}
