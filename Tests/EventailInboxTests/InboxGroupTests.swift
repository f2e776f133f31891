import EventailEvents
import EventailSystem
import EventailTestSupport
import Testing

@testable import EventailInbox

@Suite struct InboxGroupTests {
    private func lines(_ bytes: [UInt8]) -> LineBatch {
        let file = FileReference(number: 1, identity: FileIdentity(key: "segment"), generation: 0, path: "/state/inbox/s/1.inbox", source: "s")
        let batch = LineBatch(file: file, buffer: ByteBuffer(bytes), start: 1000, firstLine: 5, readTime: 42)
        var start = 0
        for index in bytes.indices where bytes[index] == 0x0A {
            batch.lines.append(LineBatch.Line(start: UInt32(start), length: UInt32(index - start), position: 1000 + Int64(start)))
            start = index + 1
        }
        batch.end = 1000 + Int64(start)
        batch.fingerprint = Fingerprint(length: 9, hash: 9)
        return batch
    }

    private func entry(_ verdict: InboxEntry.Verdict = .profile("codex"), path: String = "/a", key: String = "h1", context: [UInt8] = [], offset: Int64, line: String = "{}") -> InboxEntry {
        InboxEntry(
            verdict: verdict, path: path, fileKey: key, context: context, offset: offset, time: offset * 10, place: InboxPlace(position: "\(offset)"),
            line: Array(line.utf8))
    }

    private func groups(_ entries: [InboxEntry]) -> [InboxGroup] {
        var bytes: [UInt8] = []
        for entry in entries { InboxRecord.encode(entry, into: &bytes) }
        return InboxGroup.groups(of: lines(bytes))
    }

    @Test func everyFieldComesBack() {
        let path = "/logs/a\tb\n%09 ü!.jsonl", line = "{\"a\":\"x\ty\"}\t "
        let one = groups([entry(.profile("!odd\t"), path: path, key: "h1.2~3\t", context: [0, 9, 10, 255], offset: 4711, line: line)])
        #expect(one.count == 1)
        #expect(one.first?.verdict == .profile("!odd\t") && one.first?.path == path && one.first?.fileKey == "h1.2~3\t")
        #expect(one.first?.context == [0, 9, 10, 255] && one.first?.entries == [BatchOrigin.Entry(position: 4711, time: 47110)])
        if let lines = one.first?.lines, let only = lines.lines.first {
            #expect(lines.buffer.text(Int(only.start)..<Int(only.start) + Int(only.length)) == line)
        }
        let refused = groups([entry(.refused(.notJSON, "has no field\n"), offset: 1)])
        #expect(refused.first?.verdict == .refused(.notJSON, "has no field\n"))
    }

    @Test func runsOfOneFileAreGroupsThatCoverAll() {
        let found = groups([
            entry(offset: 1), entry(offset: 2), entry(key: "h2", offset: 1), entry(offset: 3), entry(context: [1], offset: 4), entry(path: "/b", offset: 5),
            entry(.profile("pi"), path: "/b", offset: 6), entry(.refused(.tooLong, "x"), offset: 7),
        ])
        #expect(found.map { $0.entries.map(\.position) } == [[1, 2], [1], [3], [4], [5], [6], [7]])
        #expect(found.map(\.lines.firstLine) == [5, 7, 8, 9, 10, 11, 12])
        var position: Int64 = 1000
        for group in found {
            #expect(group.lines.start == position && group.lines.lines.first?.position == position)
            position = group.lines.end
        }
        #expect(found.last?.lines.fingerprint.length == 9 && found.first?.lines.fingerprint.length == 0)
    }

    @Test func whatIsNoEntryIsRefusedAndTheNextGoesOn() {
        var bytes = Array("nonsense\n".utf8)
        InboxRecord.encode(entry(offset: 3), into: &bytes)
        let found = InboxGroup.groups(of: lines(bytes))
        #expect(found.count == 2)
        if case .refused(.notJSON, _)? = found.first?.verdict {} else { Issue.record("the first line is refused") }
        #expect(found.last?.entries.first?.position == 3)
    }

    @Test func idsTellTheFileOnlyWhenMadeOfIt() {
        #expect(InboxEntry.fileKey(id: "h8.9~1:17", offset: 17, path: "/a") == "h8.9~1")
        #expect(InboxEntry.fileKey(id: "own-17", offset: 17, path: "/a") == "/a")
        #expect(InboxEntry.fileKey(id: ":17", offset: 17, path: "/a") == "/a")
    }
}
