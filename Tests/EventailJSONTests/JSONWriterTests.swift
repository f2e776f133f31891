import EventailJSON
import Testing

@Suite struct JSONWriterTests {
    private func written(_ text: String) -> String {
        var json = JSONWriter()
        json.value(text)
        return json.string
    }

    @Test func quotesWhatMustBe() {
        #expect(written("a\"\\\n\r\t\u{1}é😀") == "\"a\\\"\\\\\\n\\r\\t\\u0001é😀\"")
    }

    @Test func showsBytesOfNamesAsEscapes() {
        #expect(written("a\u{10F780}b\u{10F7E9}\u{10F7FF}") == "\"a\\udbfd\\udf80b\\udbfd\\udfe9\\udbfd\\udfff\"")
        for text in ["\u{10F77F}", "\u{10F800}", "\u{100000}", "\u{10FFFF}"] { #expect(written(text) == "\"\(text)\"") }
    }
}
