import EventailEvents
import EventailStore
import EventailSystem
import EventailTestSupport
import Testing

@testable import EventailPipeline

@Suite struct JournalTests {
    static func file(_ number: Int, generation: Int = 0) -> FileReference {
        FileReference(
            number: number, identity: FileIdentity(key: "h1.\(number)"), generation: generation, path: "/agents/\(number).jsonl", source: "agents")
    }

    static func batch(_ file: FileReference, _ range: Range<Int64>, events: Int) -> EventBatch {
        let batch = EventBatch(file: file, buffer: ByteBuffer(capacity: 1), start: range.lowerBound, end: range.upperBound, readTime: 0)
        batch.events = ContiguousArray(repeating: Event(), count: events)
        batch.nextLine = range.upperBound
        batch.fingerprint = Fingerprint(length: 7, hash: UInt64(range.upperBound))
        return batch
    }

    @Test func givesEachEventItsNumberAndComesBackWithAllEntries() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (Self.file(1), Self.file(2))
        var journal = try Journal(folder: folder.file("journal"), firstUnusedSequence: 1)
        let batches = [Self.batch(first, 0..<10, events: 2), Self.batch(second, 0..<5, events: 0), Self.batch(first, 10..<30, events: 3)]
        for (index, batch) in batches.enumerated() { #expect(try journal.append(batch, firstLine: batch.start + 1) == Int64(index)) }
        #expect(batches.map(\.firstSequence) == [1, 3, 3])

        for _ in 0..<2 {
            #expect(journal.head == 3)
            #expect(journal.nextSequence == 6)
            let entries = try journal.entries(from: 0)
            #expect(entries.map(\.start) == [0, 0, 10])
            #expect(entries.map(\.end) == [10, 5, 30])
            #expect(entries.map(\.firstSequence) == [1, 3, 3])
            #expect(entries.map(\.identity.key) == ["h1.1", "h1.2", "h1.1"])
            #expect(entries.map(\.nextLine) == [10, 5, 30])
            #expect(entries.last?.fingerprint == Fingerprint(length: 7, hash: 30))
            #expect(try journal.entries(from: 2).map(\.index) == [2])
            #expect(try journal.entries(from: 3).isEmpty)
            journal = try Journal(folder: folder.file("journal"), firstUnusedSequence: 1)
        }
    }

    @Test func dropsARecordThatWasCutAtAnyByte() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("journal")
        let journal = try Journal(folder: path, firstUnusedSequence: 1)
        _ = try journal.append(Self.batch(Self.file(1), 0..<10, events: 1), firstLine: 1)
        let segment = try #require(try FileSystem.names(in: path).first)
        let whole = try FileSystem.read("\(path)/\(segment)").count
        _ = try journal.append(Self.batch(Self.file(2), 0..<10, events: 1), firstLine: 1)
        let bytes = try FileSystem.read("\(path)/\(segment)")
        for length in whole..<bytes.count {
            let copy = folder.file("cut-\(length)")
            try FileSystem.makeFolder(copy)
            try FileSystem.replace("\(copy)/\(segment)", with: Array(bytes[..<length]))
            let reopened = try Journal(folder: copy, firstUnusedSequence: 1)
            #expect(reopened.head == 1)
            // What is written behind the cut is whole again, the file's definition included.
            _ = try reopened.append(Self.batch(Self.file(2), 0..<20, events: 1), firstLine: 1)
            #expect(try Journal(folder: copy, firstUnusedSequence: 1).entries(from: 0).map(\.end) == [10, 20])
        }
    }

    /// What a kill leaves between making a segment's file and writing into it.
    @Test func beginsASegmentWithoutItsHeaderAgain() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("journal")
        try FileSystem.makeFolder(path)
        for length in [0, 5, Journal.magic.count + 7] {
            try FileSystem.replace(Journal.path(path, 0), with: Array((Journal.magic + [0, 0, 0, 0, 0, 0, 0, 0])[..<length]))
            let journal = try Journal(folder: path, firstUnusedSequence: 1)
            #expect(try journal.append(Self.batch(Self.file(1), 0..<10, events: 2), firstLine: 1) == 0)
            #expect(try journal.entries(from: 0).count == 1)
            let reopened = try Journal(folder: path, firstUnusedSequence: 1)
            #expect(reopened.head == 1)
            #expect(reopened.nextSequence == 3)
        }
    }

    @Test func refusesAFlippedByte() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("journal")
        let journal = try Journal(folder: path, firstUnusedSequence: 1)
        _ = try journal.append(Self.batch(Self.file(1), 0..<10, events: 1), firstLine: 1)
        _ = try journal.append(Self.batch(Self.file(1), 10..<20, events: 1), firstLine: 1)
        let segment = try #require(try FileSystem.names(in: path).first)
        var bytes = try FileSystem.read("\(path)/\(segment)")
        bytes[bytes.count - 30] ^= 1
        try FileSystem.replace("\(path)/\(segment)", with: bytes)
        #expect(try Journal(folder: path, firstUnusedSequence: 1).head == 1)
    }

    @Test(arguments: [("0", StoreError.Kind.older), ("2", .newer), ("one", nil)])
    func refusesAnotherVersion(version: String, kind: StoreError.Kind?) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("journal")
        try Journal.checkVersion(in: path)
        _ = try Journal(folder: path, firstUnusedSequence: 1).append(Self.batch(Self.file(1), 0..<10, events: 1), firstLine: 1)
        try Journal.checkVersion(in: path)
        try FileSystem.replace(Journal.path(path, 0), with: Array("eventail-journal-\(version)\n01234567".utf8))
        guard let kind else { return try Journal.checkVersion(in: path) }
        let error = #expect(throws: StoreError.self) { try Journal.checkVersion(in: path) }
        #expect(error?.kind == kind && error?.file == Journal.path(path, 0))
    }

    @Test func givesNoIndexTwiceAfterDamage() throws {
        for damage in ["header", "cut", "gone"] {
            let folder = try TemporaryFolder()
            let path = folder.file("journal")
            let journal = try Journal(folder: path, firstUnusedSequence: 1)
            #expect(journal.missing == nil)
            for index in Int64(0)..<5 { _ = try journal.append(Self.batch(Self.file(1), index..<index + 1, events: 1), firstLine: 1) }
            let segment = "\(path)/\(try #require(try FileSystem.names(in: path).first))"
            var bytes = try FileSystem.read(segment)
            switch damage {
            case "header": bytes[0] ^= 1
            case "cut": bytes.removeLast(100)
            default: bytes = []
            }
            try FileSystem.replace(segment, with: bytes)
            var reopened = try Journal(folder: path, firstUnusedSequence: 6, firstUnusedIndex: 5)
            #expect(reopened.missing == (damage == "cut" ? 3..<5 : 0..<5))
            #expect(reopened.head == 5)
            #expect(try reopened.append(Self.batch(Self.file(1), 5..<6, events: 1), firstLine: 6) == 5)
            // A consumer before the gap goes on behind it.
            for _ in 0..<2 {
                #expect(try reopened.entries(from: damage == "cut" ? 3 : 0).map(\.index) == [5])
                #expect(try reopened.entries(from: 6).isEmpty)
                reopened = try Journal(folder: path, firstUnusedSequence: 7, firstUnusedIndex: 6)
            }
        }
    }

    @Test func startsNewSegmentsAndRemovesThoseThatEverybodyHasPassed() throws {
        let folder = try TemporaryFolder()
        let journal = try Journal(folder: folder.file("journal"), firstUnusedSequence: 100)
        let file = Self.file(1)
        let count = Journal.entriesPerSegment + 10
        for index in 0..<count { _ = try journal.append(Self.batch(file, index..<index + 1, events: 1), firstLine: index + 1) }
        #expect(journal.nextSequence == 100 + count)
        #expect(try journal.entries(from: Journal.entriesPerSegment - 1).count == 1)
        #expect(try journal.entries(from: Journal.entriesPerSegment).count == 10)
        try journal.prune(before: Journal.entriesPerSegment - 1)
        #expect(journal.tail == 0)
        try journal.prune(before: Journal.entriesPerSegment)
        #expect(journal.tail == Journal.entriesPerSegment)
        let reopened = try Journal(folder: folder.file("journal"), firstUnusedSequence: 1)
        #expect(reopened.head == count)
        #expect(reopened.tail == Journal.entriesPerSegment)
        // Who asks for what is gone gets what there is.
        #expect(try reopened.entries(from: 0).first?.index == Journal.entriesPerSegment)
    }
}
