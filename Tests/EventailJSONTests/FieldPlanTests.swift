import EventailJSON
import Testing

@Suite struct FieldPlanTests {
    /// Looks each pointer up by itself and compares.
    private func compare(_ pointers: [JSONPointer], _ text: String) {
        let plan = FieldPlan(pointers)
        let slots = FieldSlots(plan)
        let parser = TapeParser()
        guard case .success(let document) = parser.parse(Array(text.utf8)) else {
            Issue.record("not JSON: \(text)")
            return
        }
        plan.fill(slots, document, at: document.root.index)
        for (slot, pointer) in pointers.enumerated() {
            let expected = pointer.find(from: document.root)?.index ?? 0
            #expect(slots[slot] == expected, "\(pointer) in \(text)")
            #expect(slots.kind(slot) == .absent ? expected == 0 : expected != 0)
        }
    }

    @Test func findsNestedValues() {
        let pointers = ["/a", "/a/b", "/a/b/c", "/list/0", "/list/2/x", "/list/10", "/missing/x", "/", "/a~1b", "", "/averyveryverylongkeythatislong"]
            .compactMap { JSONPointer($0) }
        compare(pointers, #"{"a":{"b":{"c":1},"z":[{"c":2}]},"list":[1.5,-2,{"x":null}],"":true,"a/b":"x","averyveryverylongkeythatislong":2}"#)
        compare(pointers, #"{"a":[{"b":1}],"list":{"0":1,"2":{"x":5}},"averyveryXerylongkeythatislong":2}"#)
        compare(pointers, "[{\"a\":1}]")
        compare(pointers, "7")
    }

    @Test func theLastOfEqualKeysCounts() {
        let pointers = ["/a", "/a/b", "/a/c", "/a/b/d"].compactMap { JSONPointer($0) }
        compare(pointers, #"{"a":{"b":{"d":1},"c":2},"a":{"c":3}}"#)
        compare(pointers, #"{"a":{"b":{"d":1},"b":{}},"x":0}"#)
        compare(pointers, #"{"a":{"b":{"d":1}},"a":5}"#)
    }

    @Test func agreesWithASlowWalkOnRandomDocuments() {
        var random = SystemRandomNumberGenerator()
        let names = ["a", "b", "type", "event_type", "payload", "executionId", "cache_read_input_tokens", "cache_rEad_input_tokens", "ü", "", "0", "1", "timestamp", "time_stamp"]
        func value(_ depth: Int) -> String {
            switch Int.random(in: 0..<(depth > 3 ? 5 : 8), using: &random) {
            case 0: return "1"
            case 1: return "-2.5"
            case 2: return "\"text\""
            case 3: return "null"
            case 4: return "true"
            case 5: return "[" + (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth + 1) }.joined(separator: ",") + "]"
            default:
                let members = (0..<Int.random(in: 0..<8, using: &random)).map { _ in "\"\(names.randomElement(using: &random) ?? "")\":\(value(depth + 1))" }
                return "{" + members.joined(separator: ",") + "}"
            }
        }
        var pointers: Set<JSONPointer> = []
        for _ in 0..<200 {
            let steps = (0..<Int.random(in: 0..<4, using: &random)).map { _ in names.randomElement(using: &random) ?? "" }
            pointers.insert(JSONPointer(steps: steps))
        }
        for _ in 0..<300 { compare(Array(pointers), value(0)) }
    }

    @Test func pointersAreRead() {
        #expect(JSONPointer("")?.steps == [])
        #expect(JSONPointer("/a/b~1c/~0d/")?.steps == ["a", "b/c", "~d", ""])
        #expect(JSONPointer("a") == nil)
        #expect(JSONPointer("/a~2") == nil)
        #expect(JSONPointer("/a~") == nil)
        #expect(JSONPointer("/a~1b/~0")?.description == "/a~1b/~0")
    }

    @Test func wordsAreFound() {
        let words = ["", "a", "ab", "abcdefgh", "abcdefghi", "abcdefgh1234567Xabcdefgh", "abcdefgh1234567Yabcdefgh", "abcdefgh12345678"]
        let table = WordTables([words.enumerated().map { (Array($0.element.utf8), Int32($0.offset)) }])
        func number(_ word: String) -> Int {
            let bytes = Array(word.utf8) + [UInt8](repeating: 0x41, count: 8)
            return unsafe bytes.withUnsafeBufferPointer { unsafe table.number($0.baseAddress.unsafelyUnwrapped, word.utf8.count, in: 0) }
        }
        for (index, word) in words.enumerated() { #expect(number(word) == index) }
        for word in ["b", "abcdefgh1234567Zabcdefgh", "abcdefg", "abcdefghj"] { #expect(number(word) == -1) }
    }
}
