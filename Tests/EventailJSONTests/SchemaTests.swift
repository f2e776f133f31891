import Testing

@testable import EventailJSON

/// Each keyword with values that keep it and values that do not; own cases, no shared material.
@Suite struct SchemaTests {
    private static let keywords: [(schema: String, good: [String], bad: [String])] = [
        (#"{"type":"integer"}"#, ["1", "1.0", "-3", "1e400", "18446744073709551616"], ["1.5", "\"1\"", "null", "[]", "true"]),
        (#"{"type":["string","null"]}"#, ["\"\"", "null"], ["0", "{}"]),
        (#"{"type":["number","integer"]}"#, ["1.5", "1"], ["null"]),
        (#"{"enum":["a","a long text of more than sixteen bytes",1,null,[1],{"a":1.0}]}"#, ["\"a\"", "\"a long text of more than sixteen bytes\"", "1.0", "null", "[1.0]", #"{"a":1}"#], ["\"b\"", "\"a long text of more than Sixteen bytes\"", "2", "false", "[]", "{}"]),
        (#"{"const":false}"#, ["false"], ["0", "true", "null"]),
        (#"{"const":"é"}"#, ["\"é\""], ["\"e\u{301}\""]),
        (#"{"enum":["a","b"],"const":"a"}"#, ["\"a\""], ["\"b\"", "\"c\""]),
        (#"{"minimum":2,"exclusiveMaximum":4}"#, ["2", "3.9", "\"x\""], ["1", "4", "4.0", "1e400"]),
        (#"{"maximum":18446744073709551616}"#, ["18446744073709551616", "1", "18446744073709551615", "1.8446744073709552e19"], ["18446744073709551617", "1e300"]),
        (#"{"exclusiveMinimum":9223372036854775807}"#, ["9223372036854775808", "1e30"], ["9223372036854775807", "-1"]),
        (#"{"minimum":0.5,"exclusiveMinimum":0.5}"#, ["0.6", "1"], ["0.5", "0"]),
        (#"{"multipleOf":0.01}"#, ["19.99", "0", "0.07", "4.35", "1e20", "100000000000000000000000"], ["19.999", "0.001"]),
        (#"{"multipleOf":0.0001}"#, ["0.0075"], ["0.00751"]),
        (#"{"multipleOf":3}"#, ["9", "9.0", "-3", "300000000000000000000000"], ["10", "0.3", "300000000000000000000001"]),
        (#"{"multipleOf":1e-8}"#, ["12391239123", "1e-8"], ["1e-9"]),
        (#"{"minLength":2,"maxLength":3}"#, ["\"éé\"", "\"🐲🐲🐲\"", "1"], ["\"é\"", "\"abcd\"", "\"🐲\""]),
        (#"{"pattern":"^a.c$"}"#, ["\"abc\"", "\"a🐲c\""], ["\"abc\\n\"", "\"a\\nc\"", "\"ac\""]),
        (#"{"pattern":"^[\\w-]+\\p{Lu}\\u{1F432}$"}"#, ["\"a-bÉ🐲\""], ["\"éÉ🐲\""]),
        (#"{"properties":{"a":{"type":"string"}},"required":["a","b"]}"#, [#"{"a":"x","b":1}"#, "1"], [#"{"a":1,"b":1}"#, #"{"a":"x"}"#, "{}"]),
        (#"{"properties":{"a":true},"patternProperties":{"^x":{"type":"null"}},"additionalProperties":false}"#, [#"{"a":1,"xy":null}"#], [#"{"xy":1}"#, #"{"b":1}"#]),
        (#"{"additionalProperties":{"type":"integer"}}"#, [#"{"a":1}"#], [#"{"a":"1"}"#]),
        (#"{"propertyNames":{"maxLength":2}}"#, [#"{"ab":1}"#], [#"{"abc":1}"#]),
        (#"{"minProperties":1,"maxProperties":2}"#, [#"{"a":1}"#], ["{}", #"{"a":1,"b":1,"c":1}"#]),
        (#"{"dependentRequired":{"a":["b"]}}"#, ["{}", #"{"a":1,"b":1}"#, #"{"b":1}"#], [#"{"a":1}"#]),
        (#"{"dependentSchemas":{"a":{"required":["b"]}}}"#, ["{}", #"{"b":1,"a":1}"#], [#"{"a":1}"#]),
        (#"{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}"#, ["[]", #"["a",1,2]"#], ["[1]", #"["a","b"]"#]),
        (#"{"contains":{"type":"integer"},"minContains":2,"maxContains":3}"#, ["[1,2]", "[1,\"a\",2,3]"], ["[1]", "[1,2,3,4]", "[]"]),
        (#"{"contains":{"type":"integer"},"minContains":0}"#, ["[]"], []),
        (#"{"minItems":1,"maxItems":2}"#, ["[1]"], ["[]", "[1,2,3]"]),
        (#"{"uniqueItems":true}"#, ["[1,\"1\",true,[1],{}]", "[{\"a\":1},{\"a\":2}]", "[1e400,1e401]"], ["[1,1.0]", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]", "[1e400,10e399]", "[18446744073709551616,1.8446744073709552e19]"]),
        (#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, ["1", "\"\""], ["0", "3"]),
        (#"{"anyOf":[{"type":"number","minimum":0},{"type":"null"}]}"#, ["1", "null"], ["-1", "\"\""]),
        (#"{"oneOf":[{"minimum":1},{"maximum":2}]}"#, ["0", "3"], ["1", "2"]),
        (#"{"oneOf":[{"type":"string","minLength":1},{"type":"null"}]}"#, ["\"a\"", "null"], ["\"\"", "1"]),
        (#"{"not":{"type":["string","null"]}}"#, ["1"], ["\"\"", "null"]),
        (#"{"if":{"type":"string"},"then":{"minLength":1},"else":{"type":"null"}}"#, ["\"a\"", "null"], ["\"\"", "1"]),
        (#"{"type":"object","allOf":[{"if":{"properties":{"t":{"enum":["a","b"]}},"required":["t"]},"then":{"required":["x"]}},{"if":{"properties":{"t":{"const":"a"}},"required":["t"]},"then":{"required":["y"]},"else":{"required":["z"]}}]}"#,
         [#"{"t":"a","x":1,"y":1}"#, #"{"t":"b","x":1,"z":1}"#, #"{"t":"c","z":1}"#, #"{"z":1}"#, #"{"t":1,"z":1}"#], [#"{"t":"a","x":1}"#, #"{"t":"b","x":1}"#, "{}", #"{"t":"c"}"#]),
        (#"{"properties":{"a":true},"unevaluatedProperties":false}"#, [#"{"a":1}"#], [#"{"b":1}"#]),
        (#"{"prefixItems":[true],"contains":{"const":7},"unevaluatedItems":false}"#, ["[1,7]"], ["[1,2,7]"]),
        (##"{"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}},"required":["v"]}},"$ref":"#/$defs/n"}"##, [##"{"v":1,"next":{"v":2}}"##], [##"{"v":1,"next":{}}"##]),
        (##"{"format":"ipv4","contentEncoding":"base64","unknown":{"$ref":"#/nowhere"}}"##, ["\"x\""], []),
        ("true", ["1"], []), ("false", [], ["1", "{}"]),
    ]

    static func compile(_ text: String, assertFormats: Bool = false) throws(SchemaError) -> Schema {
        let registry = SchemaRegistry()
        try registry.add(Array(text.utf8), uri: "test:schema")
        return try registry.compile("test:schema", assertFormats: assertFormats)
    }

    @Test(arguments: keywords.indices) func keywordsDecide(row: Int) throws {
        let (text, good, bad) = Self.keywords[row]
        let schema = try Self.compile(text)
        let runner = SchemaRunner()
        for (instance, expected) in good.map({ ($0, true) }) + bad.map({ ($0, false) }) {
            let parser = TapeParser(capacity: 4096)
            let document = try parser.parse(Array(instance.utf8)).get()
            #expect(runner.accepts(document, at: 1, schema) == expected, "\(text) on \(instance)")
            #expect(runner.violations(document, at: 1, schema).isEmpty == expected, "\(text) on \(instance)")
        }
    }

    @Test func everyEffectiveKeywordIsInTheTable() {
        let effective = Set(SchemaKeyword.vocabularies.keys)
        for keyword in effective where keyword != "$dynamicRef" {
            #expect(Self.keywords.contains { $0.schema.contains("\"\(keyword)\"") }, "\(keyword)")
        }
        let grouped = Set(SchemaKeyword.groups.flatMap { $0 }).union(SchemaKeyword.unevaluated)
        #expect(grouped == effective)
    }

    @Test func moreThanSixtyFourRequiredMembersAreAllAskedFor() throws {
        let names = (0..<150).map { "\"member number \($0)\"" }
        let schema = try Self.compile("{\"required\":[\(names.joined(separator: ","))]}")
        let runner = SchemaRunner()
        for missing in [0, 63, 64, 127, 128, 149, 150] {
            let members = names.indices.filter { $0 != missing }.map { "\(names[$0]):0" }
            let parser = TapeParser(capacity: 4096)
            let document = try parser.parse(Array("{\(members.joined(separator: ","))}".utf8)).get()
            #expect(runner.accepts(document, at: 1, schema) == (missing == 150))
        }
    }

    private static let wrongSchemas: [(String, String)] = [
        (#"{"type":"strnig"}"#, "/type"), (#"{"properties":{"a":{"minLength":-1}}}"#, "/properties/a/minLength"), (#"{"pattern":"("}"#, "/pattern"),
        (##"{"pattern":"a**"}"##, "/pattern"), (##"{"pattern":"(?i)a"}"##, "/pattern"), (##"{"$ref":"#/$defs/x"}"##, "/$ref"), (##"{"$ref":"other.json"}"##, "/$ref"),
        (#"{"items":[{}]}"#, "/items"), (#"{"required":"a"}"#, "/required"), (#"{"multipleOf":0}"#, "/multipleOf"), (#"{"anyOf":[]}"#, "/anyOf"),
        (##"{"allOf":[{"$ref":"#"}]}"##, ""), (##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##, "/$defs/a"),
        (#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#, "/$schema"), ("[1", ""), ("7", ""),
    ]

    @Test(arguments: wrongSchemas) func refusesSchemasThatAreWrong(text: String, location: String) {
        do throws(SchemaError) {
            _ = try Self.compile(text)
            Issue.record("accepted \(text)")
        } catch {
            #expect(error.location == location, "\(error)")
            #expect(!error.remedy.isEmpty)
        }
    }

    /// A schema, a value that does not keep it, and the violation that must come first.
    struct Explanation: Sendable {
        let schema: String, instance: String
        let violation: Violation
        init(_ schema: String, _ instance: String, _ place: String, _ keyword: String, _ location: String, _ message: String) {
            self.schema = schema
            self.instance = instance
            violation = Violation(instanceLocation: place, keyword: keyword, schemaLocation: location, message: message)
        }
    }

    private static let explanations: [Explanation] = [
        Explanation(#"{"properties":{"payload":{"properties":{"n":{"type":"number"}},"required":["task_id"]}}}"#, #"{"payload":{"n":"x","task_id":1}}"#, "/payload/n", "type", "test:schema#/properties/payload/properties/n/type", "must be a number, is a string"),
        Explanation(#"{"properties":{"a/b":{"items":{"minimum":1}}}}"#, #"{"a/b":[1,0]}"#, "/a~1b/1", "minimum", "test:schema#/properties/a~1b/items/minimum", "must be at least 1, is 0"),
        Explanation(#"{"required":["a","b"]}"#, #"{"a":1}"#, "", "required", "test:schema#/required", "must have \"b\""),
        Explanation(#"{"enum":["x","y"]}"#, "\"z\"", "", "enum", "test:schema#/enum", "must be one of \"x\", \"y\", is \"z\""),
        Explanation(#"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"b":1}"#, "/b", "additionalProperties", "test:schema#/additionalProperties", "is not known here; known are \"a\""),
        Explanation(#"{"anyOf":[{"type":"null"},{"type":"object","properties":{"x":{"type":"string"}}}]}"#, #"{"x":1}"#, "/x", "type", "test:schema#/anyOf/1/properties/x/type", "must be a string, is the number 1"),
        Explanation(#"{"anyOf":[{"type":"null"},{"type":"string"}]}"#, "1", "", "anyOf", "test:schema#/anyOf", "keeps none of the 2 alternatives: must be a string, is the number 1; or must be null, is the number 1"),
        Explanation(#"{"if":{"required":["t"]},"then":{"properties":{"t":{"const":"a"}}}}"#, #"{"t":"b"}"#, "/t", "const", "test:schema#/then/properties/t/const", "must be \"a\", is \"b\""),
        Explanation(##"{"$ref":"#/$defs/a","$defs":{"a":{"maxLength":1}}}"##, "\"ab\"", "", "maxLength", "test:schema#/$defs/a/maxLength", "must have at most 1 characters, has 2"),
        Explanation(#"{"properties":{"a":true},"unevaluatedProperties":false}"#, #"{"a":1,"b":2}"#, "/b", "unevaluatedProperties", "test:schema#/unevaluatedProperties", "is not allowed here: no schema that applies knows it"),
        Explanation(#"{"properties":{"a":false}}"#, #"{"a":1}"#, "/a", "false", "test:schema#/properties/a", "is not allowed here"),
    ]

    @Test(arguments: explanations) func tellsWhereAndWhy(row: Explanation) throws {
        let parser = TapeParser(capacity: 4096)
        let document = try parser.parse(Array(row.instance.utf8)).get()
        let violations = SchemaRunner().violations(document, at: 1, try Self.compile(row.schema))
        #expect(violations.first == row.violation)
    }

    @Test func violationsStayWithinTheLimit() throws {
        let parser = TapeParser(capacity: 4096)
        let document = try parser.parse(Array("[1,2,3,4,5,6,7,8,9,10,11,12]".utf8)).get()
        #expect(SchemaRunner().violations(document, at: 1, try Self.compile(#"{"items":{"type":"string"}}"#), limit: 3).count == 3)
    }

    @Test func aPatternThatTakesTooLongIsRefusedAndSaysSo() throws {
        let parser = TapeParser(capacity: 4096)
        let document = try parser.parse(Array("\"\(String(repeating: "a", count: 40))!\"".utf8)).get()
        for text in [#"{"pattern":"^(?=a)(a|a)*$"}"#, #"{"not":{"pattern":"^(?=a)(a|a)*$"}}"#] {
            let schema = try Self.compile(text)
            let runner = SchemaRunner()
            #expect(!runner.accepts(document, at: 1, schema))
            #expect(runner.violations(document, at: 1, schema).contains { $0.message.contains("steps") })
        }
    }

    @Test func nestingThatPassesManySchemasEndsWithoutAStackOverflow() throws {
        let depth = 1000
        let schema = try Self.compile(##"{"$defs":{"a":{"anyOf":[{"not":{"$ref":"#/$defs/b"}},{"$ref":"#/$defs/c"}]},"b":{"allOf":[{"minItems":2},{"$ref":"#/$defs/c"}]},"c":{"items":{"$ref":"#/$defs/a"},"maxItems":9}},"$ref":"#/$defs/a"}"##)
        let parser = TapeParser(capacity: 4096)
        let document = try parser.parse(Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)).get()
        #expect(SchemaRunner().accepts(document, at: 1, schema))
    }

    private static let formats: [(String, [String], [String])] = [
        ("date", ["2024-02-29"], ["2023-02-29", "2024-2-29"]), ("time", ["08:30:06.5Z", "23:59:60Z"], ["08:30:06", "24:00:00Z"]),
        ("duration", ["P4DT12H30M5S", "P2W", "PT1S", "P1Y"], ["P", "PT", "P1S", "P1W1D", "P1Y2W", "1D"]),
        ("email", ["joe@example.com", "\"a b\"@example.com", "a@[127.0.0.1]"], ["2962", "a..b@example.com", "@x", "a@"]),
        ("hostname", ["www.example.com", "a", "xn--4gbwdl.xn--wgbh1c"], ["-a", "a_b", "", "a..b", "xn--X", "ab--cd"]),
        ("idn-hostname", ["실례.테스트", "example"], ["〮실례", "a\u{302E}b", ""]), ("uuid", ["2EB8AA08-aa98-11ea-b4aa-73b441d16380"], ["2eb8aa08aa9811eab4aa73b441d16380"]),
        ("json-pointer", ["", "/a~0"], ["a", "/~"]), ("relative-json-pointer", ["0", "1/a", "2#"], ["-1", "01", "/a", "0##"]),
        ("regex", ["^a+$"], ["^(abc]", "\\a", "\\Z"]), ("uri-reference", ["/abc", "#f", ""], ["\\\\x", "a b"]), ("iri", ["http://ƒøø.ßår/?∂éœ=πîx"], ["/abc"]),
        ("uri-template", ["http://x/{term:1}/{+a,b*}"], ["http://x/{term", "{}"]),
    ]

    @Test(arguments: formats) func formatsAreAssertedWhenAsked(format: String, good: [String], bad: [String]) throws {
        let schema = try Self.compile("{\"format\":\"\(format)\"}", assertFormats: true)
        for (text, expected) in good.map({ ($0, true) }) + bad.map({ ($0, false) }) {
            let parser = TapeParser(capacity: 4096)
            let document = try parser.parse(Array(JSONText.quoted(text).utf8)).get()
            #expect(SchemaRunner().accepts(document, at: 1, schema) == expected, "\(format) \(text)")
        }
    }
}
