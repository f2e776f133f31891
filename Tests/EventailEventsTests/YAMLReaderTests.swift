import EventailEvents
import Testing

@Suite struct YAMLReaderTests {
    @Test func scalarsFollowTheCoreSchema() throws {
        let cases: [(String, YAMLScalar)] = [
            ("null", .null), ("~", .null), ("", .null), ("true", .bool(true)), ("False", .bool(false)), ("yes", .string("yes")),
            ("on", .string("on")), ("12", .integer(12)), ("-7", .integer(-7)), ("+7", .integer(7)), ("007", .integer(7)), ("0x1F", .integer(31)),
            ("0o17", .integer(15)), ("1.5", .float(1.5)), (".5", .float(0.5)), ("5.", .float(5)), ("1e3", .float(1000)), ("-.inf", .float(-.infinity)),
            ("1_000", .string("1_000")), ("1:30", .string("1:30")), ("0x", .string("0x")), ("-", .string("-")), (".", .string(".")), ("1e", .string("1e")),
            ("9223372036854775808", .float(9223372036854775808)), ("5m", .string("5m")),
        ]
        for (text, expected) in cases {
            #expect(YAMLScalar(plain: text) == expected, "\(text)")
        }
        let quoted = try YAMLReader.read("a: '12'\nb: \"true\"\nc: |\n  12\n")
        #expect(quoted["a"]?.scalar == .string("12"))
        #expect(quoted["b"]?.scalar == .string("true"))
        #expect(quoted["c"]?.scalar == .string("12\n"))
    }

    @Test func placesAreCountedFromOne() throws {
        let root = try YAMLReader.read("a: 1\nb:\n  - x\n  - {key: y}\n")
        #expect(root["a"]?.line == 1 && root["a"]?.column == 4)
        let list = try #require(root["b"]).sequence("b")
        #expect(list[1].line == 4 && list[1].column == 5)
        let member = try list[1].mapping("entry")[0]
        #expect(member.key == "key" && member.line == 4 && member.column == 6)
        #expect(member.value.line == 4 && member.value.column == 11)
    }

    @Test func aliasesRepeatTheirAnchor() throws {
        let root = try YAMLReader.read("base: &base {x: 1, y: [2]}\nuse: *base\n")
        #expect(try root["use"]?.json() == Array(#"{"x":1,"y":[2]}"#.utf8))
        #expect(root["use"]?.line == 2)
    }

    @Test func aliasesThatGrowWithoutEndAreRefused() {
        var text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for level in 1..<9 {
            text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        #expect(throws: YAMLError.self) { try YAMLReader.read(text) }
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3\n", 3, 1), ("a: [1, 2\n", 2, 1), ("a: *missing\n", 1, 4), ("--- \na: 1\n---\nb: 2\n", 4, 1), ("a: !mine x\n", 1, 4),
        ("? [a]\n: 1\n", 1, 3), ("a: \"\\q\"\n", 1, 5),
    ])
    func mistakesAreToldWithTheirPlace(_ text: String, _ line: Int, _ column: Int) {
        let error = #expect(throws: YAMLError.self) { try YAMLReader.read(text) }
        #expect(error?.line == line, "\(String(describing: error))")
        #expect(error?.column == column, "\(String(describing: error))")
    }

    @Test func bytesThatAreNoUTF8AreRefused() {
        let error = #expect(throws: YAMLError.self) { try YAMLReader.read(Array("a: 1\nb: ".utf8) + [0xFF]) }
        #expect(error?.line == 2)
    }

    @Test func nodesBecomeJSON() throws {
        let root = try YAMLReader.read("{a: null, b: [true, 1.50, 1e3, 0x10, 'x\"y', 18446744073709551616, .5], c: {}}")
        #expect(try String(decoding: root.json(), as: UTF8.self) == #"{"a":null,"b":[true,1.50,1e3,16,"x\"y",18446744073709551616,0.5],"c":{}}"#)
        #expect(throws: YAMLError.self) { try YAMLReader.read("a: .inf").json() }
    }

    @Test func wrongKindsAreTold() throws {
        let root = try YAMLReader.read("a: [1]\nb: x\n")
        let error = #expect(throws: YAMLError.self) { try root["b"]?.integer("b") }
        #expect(error?.message == "b must be a whole number, is the text \"x\"")
        #expect(throws: YAMLError.self) { try root["a"]?.text("a") }
    }

    @Test func emptyTextIsNull() throws {
        #expect(try YAMLReader.read("").isNull)
        #expect(try YAMLReader.read("# only a comment\n").isNull)
    }
}
