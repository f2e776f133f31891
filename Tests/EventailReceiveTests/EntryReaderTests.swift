import EventailEvents
import EventailInbox
import EventailSystem
import Testing

@testable import EventailReceive

@Suite struct EntryReaderTests {
    private let place = InboxPlace(position: "5-0")

    private func fields(_ change: (inout EntryReader.Fields) -> Void = { _ in }) -> EntryReader.Fields {
        var fields = EntryReader.Fields()
        fields.id = Array("h8.1:17".utf8)
        fields.profile = Array("pi".utf8)
        fields.file = Array("/logs/a.jsonl".utf8)
        fields.offset = Array("17".utf8)
        fields.time = Array("2026-01-01T00:00:00Z".utf8)
        fields.context = [1, 0]
        fields.data = Array("{}".utf8)
        change(&fields)
        return fields
    }

    private func entry(_ change: (inout EntryReader.Fields) -> Void = { _ in }) -> InboxEntry {
        EntryReader(mostLineBytes: 100).entry(fields(change), at: place, of: "stream")
    }

    @Test func anEntryOfASidecarIsTakenWhole() {
        let entry = entry()
        #expect(
            entry
                == InboxEntry(
                    verdict: .profile("pi"), path: "/logs/a.jsonl", fileKey: "h8.1", context: [1, 0], offset: 17, time: 1_767_225_600_000_000_000, place: place,
                    line: Array("{}".utf8)))
    }

    @Test func whatIsMissingIsSaidAndTheFieldsAreKept() {
        let all = [(name: Array("data".utf8), value: Array("x\"\n".utf8))]
        let cases: [(RejectionReason, (inout EntryReader.Fields) -> Void)] = [
            (.notJSON, { $0.data = nil }), (.unknownProfile, { $0.profile = nil }), (.unknownProfile, { $0.profile = [] }), (.schema, { $0.file = nil }),
            (.schema, { $0.offset = nil }), (.schema, { $0.offset = Array("-1".utf8) }), (.notJSON, { $0.data = Array("{\n}".utf8) }),
        ]
        for (reason, change) in cases {
            let entry = entry { fields in
                change(&fields)
                fields.all = all
            }
            if case .refused(reason, _) = entry.verdict {} else { Issue.record("\(entry.verdict) is not \(reason)") }
            #expect(entry.line == Array(#"{"data":"x\"\n"}"#.utf8) && entry.path == "stream 5-0")
        }
    }

    @Test func aLongLineIsRefusedAndItsBeginningKept() {
        let entry = entry { $0.data = Array(repeating: 0x20, count: 101) }
        if case .refused(.tooLong, _) = entry.verdict {} else { Issue.record("it is too long") }
        #expect(entry.path == "/logs/a.jsonl" && entry.line.count == 101)
    }

    @Test func optionalFieldsMayBeAbsent() {
        let entry = entry { fields in
            fields.id = nil
            fields.time = nil
            fields.context = nil
        }
        #expect(entry.fileKey == "/logs/a.jsonl" && entry.time == 0 && entry.context.isEmpty)
    }
}
