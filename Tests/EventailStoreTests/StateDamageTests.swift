import EventailEvents
@testable import EventailStore
import EventailSystem
import EventailTestSupport
import Testing

@Suite struct StateDamageTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("state") }
    private var file: String { folder.file("state/state.db") }

    init() throws { folder = try TemporaryFolder() }

    /// A state with some content, closed.
    private func fill() throws {
        var factory = BatchFactory()
        let store = try StateStore(folder: path, catalogue: factory.catalogue)
        for _ in 0..<20 {
            var transaction = StoreTransaction()
            let batch = factory.batch((0..<50).map { .init(texts: [(.agent, "scribe"), (.execution, "exec-\($0)")]) })
            transaction.add(batch, from: 0)
            transaction.set(factory.checkpoint(batch), of: "history")
            try store.commit(transaction)
        }
    }

    private func expectFreshStart() throws {
        let store = try StateStore(folder: path)
        #expect(store.notices.count == 1)
        #expect(store.notices.first?.contains(file) == true)
        #expect(try store.checkpoints(of: "history").isEmpty)
        #expect(try FileSystem.names(in: path).contains { $0.hasPrefix("state.db.broken-") })
        #expect(try store.verify() == [])
        var transaction = StoreTransaction()
        transaction.set("x", 1)
        try store.commit(transaction)
    }

    @Test func aFileOfZerosIsPutAside() throws {
        try fill()
        try FileSystem.replace(file, with: [UInt8](repeating: 0, count: 40_000))
        try expectFreshStart()
    }

    @Test func aCutFileIsPutAside() throws {
        try fill()
        let whole = try FileSystem.read(file)
        try FileSystem.replace(file, with: Array(whole.prefix(whole.count / 2 + 100)))
        try expectFreshStart()
    }

    @Test func textInItsPlaceIsPutAside() throws {
        try fill()
        try FileSystem.replace(file, with: Array("not a database at all".utf8))
        try expectFreshStart()
    }

    @Test func flippedPagesAreFound() throws {
        try fill()
        var bytes = try FileSystem.read(file)
        for page in 1..<bytes.count / 8192 { for index in 0..<16 { bytes[page * 8192 + index] ^= 0xFF } }
        try FileSystem.replace(file, with: bytes)
        try expectFreshStart()
    }

    @Test func anEmptyFileIsAFreshStart() throws {
        try FileSystem.makeFolder(path)
        try FileSystem.replace(file, with: [])
        let store = try StateStore(folder: path)
        #expect(store.notices.isEmpty)
    }

    @Test(arguments: [(99, StoreError.Kind.newer), (-1, .older)])
    func aStateOfAnotherVersionIsLeftAlone(version: Int, kind: StoreError.Kind) throws {
        try fill()
        try Database(path: file, .write).execute("PRAGMA user_version=\(version)")
        let error = #expect(throws: StoreError.self) { try StateStore(folder: path) }
        #expect(error?.kind == kind && error?.description.contains(file) == true && error?.description.contains("state_dir") == true)
        #expect(throws: StoreError.self) { try StateStore.looking(at: path) }
        #expect(try FileSystem.names(in: path).allSatisfy { !$0.contains("broken") })
    }

    @Test func aSecondInstanceIsToldWhoHoldsTheLock() throws {
        let first = try StateStore(folder: path)
        let error = #expect(throws: StoreError.self) { try StateStore(folder: path) }
        #expect(error?.kind == .locked)
        #expect(error?.description.contains("process \(ProcessUsage.identifier)") == true)
        #expect(try StateStore.looking(at: path).epoch == first.epoch)
    }

    @Test func lookingChangesNothing() throws {
        try fill()
        let store = try StateStore.looking(at: path)
        #expect(try store.checkpoints(of: "history").count == 1)
        var transaction = StoreTransaction()
        transaction.set("x", 1)
        let error = #expect(throws: StoreError.self) { try store.commit(transaction) }
        #expect(error?.kind == .denied)
        #expect(throws: StoreError.self) { try StateStore.looking(at: folder.file("nowhere")) }
    }

    @Test func aFullDiskLosesNothingAndHealsByItself() throws {
        var factory = BatchFactory()
        let store = try StateStore(folder: path, catalogue: factory.catalogue)
        try store.limitPages(to: 30)
        var committed: Int64 = 0
        var failed: StoreTransaction?
        while failed == nil {
            var transaction = StoreTransaction()
            let batch = factory.batch((0..<50).map { _ in .init(text: "{\"a\":\"\(String(repeating: "x", count: 500))\"}") })
            transaction.add(batch, from: 0)
            transaction.set(factory.checkpoint(batch), of: "history")
            do throws(StoreError) {
                try store.commit(transaction)
                committed += 50
            } catch {
                #expect(error.kind == .full)
                #expect(error.isTemporary)
                failed = transaction
            }
        }
        #expect(try store.history().count() == committed)
        try store.limitPages(to: 1 << 20)
        try store.commit(try #require(failed))
        #expect(try store.history().count() == committed + 50)
        #expect(try store.verify() == [])
    }
}
