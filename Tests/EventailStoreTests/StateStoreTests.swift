import EventailEvents
import EventailStore
import EventailSystem
import EventailTestSupport
import Testing

@Suite struct StateStoreTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("state") }

    init() throws { folder = try TemporaryFolder() }

    @Test func whatIsCommittedIsThereAfterOpeningAgain() throws {
        var factory = BatchFactory()
        let batch = factory.batch([.init(), .init()])
        let epoch: String
        do {
            let store = try StateStore(folder: path, catalogue: factory.catalogue)
            epoch = store.epoch
            var transaction = StoreTransaction()
            transaction.add(batch, from: 0)
            transaction.set(factory.checkpoint(batch), of: "history")
            transaction.set(factory.checkpoint(batch), of: "console")
            transaction.set("sequence", 1000)
            transaction.add([StoredChange(kind: 3, key: [0, 1], value: [9]), StoredChange(kind: 3, key: [0, 2], value: [])])
            try store.commit(transaction)
        }
        let store = try StateStore(folder: path)
        #expect(store.epoch == epoch)
        #expect(store.notices.isEmpty)
        #expect(try store.consumers() == ["console", "history"])
        #expect(try store.checkpoints(of: "console") == [factory.checkpoint(batch)])
        #expect(try store.number("sequence") == 1000)
        #expect(try store.newestSequence() == 2)
        #expect(try store.history().count() == 2)
        let keyed = try store.keyedState()
        #expect(try keyed.value(kind: 3, key: [0, 1]) == [9])
        #expect(try keyed.value(kind: 3, key: [0, 2]) == [])
        #expect(try keyed.value(kind: 4, key: [0, 1]) == nil)
        #expect(try store.verify() == [])
    }
}
