import EventailSystem
import Testing

@testable import EventailJSON

/// Goal: the slow parser agrees with simdjson on everything, and keeps the numbers that simdjson refuses.
/// Method: the same text through both; the tapes must have the same words, strings compared by their bytes.
@Suite struct NumberKeepingParserTests {
    private func slow(_ text: [UInt8]) -> Result<String, ParseError> {
        let parser = NumberKeepingParser(maximumDepth: TapeParser.maximumDepth)
        // The document lives in its parser's memory.
        return withExtendedLifetime(parser) { unsafe text.withUnsafeBufferPointer { unsafe parser.parse($0).map { Self.written($0, 1) } } }
    }

    private func fast(_ text: [UInt8]) -> Result<String, ParseError> {
        let parser = TapeParser(capacity: 4096)
        return withExtendedLifetime(parser) { parser.parse(text).map { Self.written($0, 1) } }
    }

    /// The tape in words, so that both can be compared whatever their string offsets.
    private static func written(_ document: Document, _ start: Int) -> String {
        var text = ""
        var at = start
        while document.tag(at) != Tag(rawValue: 0x72) {
            let tag = document.tag(at)
            switch tag {
            case .string, .number: text += unsafe "\(tag.rawValue):\(Array(document.utf8(at))) "
            case .signed, .unsigned, .double: text += "\(tag.rawValue):\(document.unsigned(at)) "; at += 1
            case .objectEnd, .arrayEnd: text += "\(tag.rawValue):\(document.payload(at) & 0xFFFF_FFFF) "
            default: text += "\(tag.rawValue):\(document.payload(at)) "
            }
            at += 1
        }
        return text
    }

    private static let documents = [
        "0", "-0", "-0.0", "1", "-1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615", "0.1", "1e5", "1E-5",
        "1.5e+300", "4.9e-324", "1e-400", "123456789012345678901.5", "[]", "{}", "[[[]]]", "null", "true", "false", "\"\"", "\"a\"", "\"\\u0000\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\ud83d\\udc32\"", "\"é 数据 🐲\"", "{\"a\":1,\"a\":2}", "{\"\":{}}", " [ 1 , 2 ] \n",
        "{\"a\":[1,2.5,null,{\"b\":\"c\"}],\"d\":true}", "[1,[2,[3,[4]]],{\"x\":[]}]",
    ]

    @Test(arguments: documents) func makesTheSameTapeAsSimdjson(text: String) throws {
        #expect(try slow(Array(text.utf8)).get() == fast(Array(text.utf8)).get())
    }

    private static let refused = [
        "", " ", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "[1,]", "[,1]", "[1 2]", "{\"a\":1,}", "{a:1}", "{\"a\"}", "{\"a\":}",
        "[", "]", "{", "[1", "{\"a\":1", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "\"\u{1}\"", "nul",
        "truee", "1 2", "[1]]", "'a'", "// c", "[1}", "{\"a\":1]", "\u{FEFF}1", "[1]x", "\u{A0}1",
    ]

    @Test(arguments: refused) func refusesWhatSimdjsonRefuses(text: String) {
        #expect(throws: ParseError.self) { try slow(Array(text.utf8)).get() }
        #expect(throws: ParseError.self) { try fast(Array(text.utf8)).get() }
    }

    @Test(arguments: [[0x22, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22], [0x22, 0xFF, 0x22]] as [[UInt8]])
    func refusesWhatIsNoUTF8(bytes: [UInt8]) {
        guard case .failure(.invalidUTF8) = slow(bytes) else { Issue.record("accepted \(bytes)"); return }
    }

    @Test func endsAtTheSameDepthAsSimdjson() {
        for depth in [1000, 1022, 1023, 1024, 1025, 1026] {
            let text = Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
            let (slow, fast) = (slow(text), fast(text))
            switch (slow, fast) {
            case (.success(let left), .success(let right)): #expect(left == right)
            case (.failure(.tooDeep), .failure(.tooDeep)): break
            default: Issue.record("at depth \(depth) the parsers differ")
            }
        }
    }

    @Test func keepsNumbersThatNothingHolds() throws {
        let parser = TapeParser(capacity: 4096)
        let text = "[18446744073709551616,-9223372036854775809,1e400,-1.5E+999,1]"
        let document = try parser.parse(Array(text.utf8)).get()
        let tags = document.root.items.map(\.tag)
        #expect(tags == [.number, .number, .number, .number, .signed])
        #expect(document.root.items.map(JSONText.number) == ["18446744073709551616", "-9223372036854775809", "1e400", "-1.5E+999", "1"])
        #expect(throws: ParseError.self) { try parser.parse(Array("[1e400,]".utf8)).get() }
    }

    @Test(.enabled(if: SharedMaterial.isThere, "EVENTAIL_SHARED names no folder with the shared material"))
    func makesTheSameTapeOfEverySharedDocument() throws {
        let folder = try #require(SharedMaterial.folder)
        for file in try SharedMaterial.files(folder + "/conformance/json-schema") {
            let text = try FileSystem.read("\(folder)/conformance/json-schema/\(file)")
            guard case .success(let right) = fast(text) else { Issue.record("\(file)"); continue }
            #expect(try slow(text).get() == right, "\(file)")
        }
    }

    @Test func everyMutationIsJudgedAlike() {
        // Deterministic changes of one byte in a document that has everything.
        let text = Array("{\"a\":[1,-2.5e3,\"x\\u00e9\\n\",null,true,false],\"b\":{\"c\":\"é\"}}".utf8)
        for position in text.indices {
            for byte: UInt8 in [0x00, 0x20, 0x22, 0x2C, 0x2D, 0x2E, 0x30, 0x39, 0x3A, 0x5B, 0x5C, 0x5D, 0x65, 0x7B, 0x7D, 0x80, 0xC3, 0xFF] {
                var changed = text
                changed[position] = byte
                switch (slow(changed), fast(changed)) {
                case (.success(let left), .success(let right)): #expect(left == right)
                case (.failure, .failure): break
                default: Issue.record("the parsers differ on \(String(decoding: changed, as: UTF8.self))")
                }
            }
        }
    }
}
