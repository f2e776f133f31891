import EventailEvents
import EventailRedact
import EventailSystem
import EventailTestSupport
import Testing

@Suite struct BatchRedactorTests {
    private let rules = RedactionRules(patterns: [.email, .creditCard], secretKeys: true)

    private func lines(_ batch: EventBatch) -> [String] { batch.events.map { String(decoding: batch.line($0), as: UTF8.self) } }

    @Test func aBatchWithoutAnythingToHideKeepsItsMemory() {
        var factory = BatchFactory()
        let batch = factory.batch([.init(text: #"{"a":1}"#, texts: [(.agent, "planner"), (.task, "12-34")]), .init()])
        let buffer = batch.buffer
        BatchRedactor(rules).redact(batch)
        #expect(batch.buffer === buffer)
    }

    @Test func linesRolesAndPartsAreHiddenAndPlacesStay() {
        var factory = BatchFactory()
        let batch = factory.batch([
            .init(text: #"{"a":"first"}"#, texts: [(.agent, "one")]),
            .init(
                text: #"{"agent":"bob@example.com","password":"hunter22","c":3}"#,
                texts: [(.agent, "bob@example.com"), (.user, "hunter22"), (.errorMessage, "no hunter22 here"), (.callID, "bob@example.com")],
                numbers: [(.costUSD, 2)], parts: [[(.tool, "mail bob@example.com")]]),
            .init(text: #"{"a":"last"}"#, texts: [(.agent, "two")]),
        ])
        let positions = batch.events.map(\.position)
        BatchRedactor(rules).redact(batch)
        #expect(lines(batch) == [#"{"a":"first"}"#, #"{"agent":"[email]","password":"[secret]","c":3}"#, #"{"a":"last"}"#])
        #expect(batch.events.map(\.position) == positions)
        let event = batch.events[1]
        #expect(batch.text(.agent, of: event) == "[email]")
        #expect(batch.text(.user, of: event) == "[secret]")
        #expect(batch.text(.errorMessage, of: event) == "[secret]")
        #expect(batch.text(.callID, of: event) == "bob@example.com")
        #expect(batch.number(.costUSD, of: event) == 2)
        #expect(batch.string(batch.values[Int(batch.parts[0].firstValue)]) == "mail [email]")
        #expect(batch.text(.agent, of: batch.events[0]) == "one" && batch.text(.agent, of: batch.events[2]) == "two")
    }

    /// What a line's sender remembers of the file goes out with the line.
    @Test func whatIsRememberedOfTheFileIsHiddenToo() throws {
        let set = try ProfileSet(catalogue: Catalogue())
        let text = """
            {"timestamp":"2026-01-01T00:00:00Z","type":"session_meta","payload":{"id":"s1","originator":"bob@example.com","model_provider":"openai"}}
            {"timestamp":"2026-01-01T00:00:01Z","type":"turn_context","payload":{"model":"gpt-5"}}

            """
        let batch = try Extractor(profiles: set, choice: .named("codex")).extract(LineBatchReader.batch(of: Array(text.utf8), path: "/a"), FileContext())
        #expect(String(decoding: batch.context(before: 1), as: UTF8.self).contains("bob@example.com"))
        BatchRedactor(rules).redact(batch)
        let hidden = String(decoding: batch.context(before: 1), as: UTF8.self)
        #expect(hidden.contains("[email]") && hidden.contains("openai") && !hidden.contains("bob"))
    }

    @Test func refusedLinesAreHiddenToo() {
        var factory = BatchFactory()
        func refused(_ reason: RejectionReason, _ message: String) -> Rejection {
            Rejection(reason: reason, position: 0, line: 1, start: 0, length: 27, bytesInFile: 28, location: "/x", message: message)
        }
        let batch = factory.batch(
            [.init(text: #"{"mail":"bob@example.com"} "#), .init(text: #"{"a":2}"#)], refused: [refused(.notJSON, "not bob@example.com"), refused(.schema, "wrong")])
        BatchRedactor(rules).redact(batch)
        for rejection in batch.rejections {
            #expect(batch.buffer.text(rejection.start..<rejection.start + rejection.length) == #"{"mail":"[email]"} "#)
        }
        #expect(batch.rejections.map(\.message) == ["not [email]", "wrong"])
        #expect(lines(batch) == [#"{"mail":"[email]"} "#, #"{"a":2}"#])
    }
}
