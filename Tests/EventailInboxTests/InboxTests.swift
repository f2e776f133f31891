import EventailEvents
import EventailSystem
import EventailTestSupport
import Testing

@testable import EventailInbox

@Suite struct InboxTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func entry(_ position: String, part: String = "", line: String = #"{"a":1}"#) -> InboxEntry {
        InboxEntry(
            verdict: .profile("superagent"), path: "/logs/a.jsonl", fileKey: "h1.2", offset: 7, place: InboxPlace(part: part, position: position),
            line: Array(line.utf8))
    }

    private func limits(segment: Int64 = 1 << 20, total: Int64 = 1 << 30) -> Inbox.Limits {
        var limits = Inbox.Limits()
        limits.segmentBytes = segment
        limits.totalBytes = total
        return limits
    }

    private func names() throws -> [String] { try FileSystem.names(in: folder.path).sorted() }

    @Test func tellsHowFarItHasReceivedAfterAReopening() throws {
        let inbox = try Inbox(folder: folder.path, limits: limits())
        #expect(inbox.positions.isEmpty)
        try inbox.append([entry("1-0"), entry("1-1")])
        try inbox.append([entry("17", part: "3"), entry("2-0")])
        #expect(try Inbox(folder: folder.path).positions == ["": "2-0", "3": "17"])
    }

    @Test func removesAnEntryThatACrashCut() throws {
        let inbox = try Inbox(folder: folder.path, limits: limits())
        try inbox.append([entry("1-0"), entry("1-1")])
        let whole = try FileSystem.read(inbox.path(1))
        for cut in 0...whole.count {
            try FileSystem.replace(inbox.path(1), with: Array(whole[..<cut]))
            let again = try Inbox(folder: folder.path)
            let left = whole[..<cut].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            #expect(try FileSystem.read(inbox.path(1)).count == left)
            #expect(again.positions[""] == (left == whole.count ? "1-1" : left > 0 ? "1-0" : nil))
            #expect(again.bytes == Int64(left))
        }
    }

    @Test func knowsItsPlaceWhenANewSegmentIsEmpty() throws {
        let inbox = try Inbox(folder: folder.path, limits: limits(segment: 10))
        try inbox.append([entry("1-0", part: "a=b%\t")])
        try inbox.append([entry("1-1", part: "a=b%\t")])
        #expect(try names() == ["00000001.inbox", "00000001.positions", "00000002.inbox", "00000002.positions"])
        try FileSystem.replace(inbox.path(2), with: [])
        #expect(try Inbox(folder: folder.path).positions == ["a=b%\t": "1-0"])
        // A crash before the segment itself was there.
        try FileSystem.remove(inbox.path(2))
        #expect(try Inbox(folder: folder.path).positions == ["a=b%\t": "1-0"])
    }

    @Test func removesWhatEveryConsumerHasButTheNewest() throws {
        let inbox = try Inbox(folder: folder.path, limits: limits(segment: 10, total: 100))
        for number in 0..<3 { try inbox.append([entry("\(number)")]) }
        #expect(inbox.isFull)
        let second = inbox.path(2)
        try inbox.clean { path, _ in path < second }
        #expect(try names().first == "00000002.inbox")
        try inbox.clean { _, _ in true }
        #expect(try names() == ["00000003.inbox", "00000003.positions"])
        #expect(!inbox.isFull && inbox.removed == 2)
    }

    @Test func aReceiverThatBeginsAtTheEndKnowsItAfterACrash() throws {
        let inbox = try Inbox(folder: folder.path, limits: limits())
        try inbox.start(at: ["": "9-9"])
        #expect(try Inbox(folder: folder.path).positions == ["": "9-9"])
    }

    /// Method: the staged batch is settled with each length of it standing in the segment already, as a crash may leave it.
    @Test func aStagedBatchIsTakenOnceWhereverACrashComes() throws {
        let inbox = try Inbox(folder: folder.path, limits: limits())
        try inbox.append([entry("1-0")])
        let before = try FileSystem.read(inbox.path(1))
        try inbox.stage([entry("2-0"), entry("2-1", line: "{}"), entry("2-2")], token: "t1")
        #expect(inbox.staged?.places.map(\.position) == ["2-0", "2-1", "2-2"])
        let staged = try FileSystem.read(folder.file("staged"))
        try inbox.settle(without: [InboxPlace(position: "2-1")])
        #expect(inbox.staged == nil && inbox.positions[""] == "2-2")
        let after = try FileSystem.read(inbox.path(1))
        for cut in before.count...after.count {
            try FileSystem.replace(inbox.path(1), with: Array(after[..<cut]))
            try FileSystem.replace(folder.file("staged"), with: staged)
            let again = try Inbox(folder: folder.path)
            #expect(again.staged == StagedBatch(token: "t1", places: ["2-0", "2-1", "2-2"].map { InboxPlace(position: $0) }))
            try again.settle(without: [InboxPlace(position: "2-1")])
            #expect(try FileSystem.read(inbox.path(1)) == after)
            #expect(try Inbox(folder: folder.path).staged == nil)
        }
    }

    @Test func aStagedBatchThatIsRefusedLeavesNothing() throws {
        let inbox = try Inbox(folder: folder.path, limits: limits())
        try inbox.stage([entry("2-0")], token: "t1")
        try inbox.settle(without: [InboxPlace(position: "2-0")])
        #expect(try FileSystem.read(inbox.path(1)).isEmpty && inbox.staged == nil)
    }

    @Test func aFullInboxOfOneDeliveredSegmentHasRoomAgain() throws {
        let inbox = try Inbox(folder: folder.path, limits: limits(total: 10))
        try inbox.append([entry("5")])
        #expect(inbox.isFull)
        try inbox.clean { _, _ in true }
        #expect(!inbox.isFull)
        #expect(try Inbox(folder: folder.path).positions == ["": "5"])
    }
}
