import EventailSystem
import Testing

@testable import EventailJSON

/// What is left of a schema for a shape must decide as the whole schema does.
@Suite struct SchemaResidueTests {
    /// Goal: no case of the official suite is decided otherwise by a residue. Method: the shape of each instance is entered as deep as it goes, or not
    /// at all; every instance of the group that has the same shape is asked.
    @Test(.enabled(if: SharedMaterial.isThere, "EVENTAIL_SHARED names no folder with the shared material"), arguments: [true, false])
    func everyCaseOfTheSuiteIsDecidedAlike(_ isDeep: Bool) throws {
        let folder = try #require(SharedMaterial.folder) + "/conformance/json-schema"
        let runner = SchemaRunner()
        var asked = 0, settled = 0
        for file in try SharedMaterial.files(folder) where !file.hasPrefix("remotes/") {
            let suite = TapeParser()
            let document = try suite.parse(try FileSystem.read("\(folder)/\(file)")).get()
            for group in document.root.items {
                let registry = SchemaRegistry()
                registry.addBase(uri: "http://localhost:1234/", folder: "\(folder)/remotes")
                try registry.add(JSONCopy.text(try #require(group["schema"])), uri: "http://localhost:1234/of-this-test.json")
                let schema = try registry.compile("http://localhost:1234/of-this-test.json", assertFormats: file.hasPrefix("optional/format/"))
                let instances = (group["tests"]?.items ?? []).compactMap { $0["data"].map(JSONCopy.text) }
                for example in instances {
                    let parser = TapeParser(capacity: 4096)
                    let document = try parser.parse(example).get()
                    guard document.root.isObject else { continue }
                    var pointers: [JSONPointer] = []
                    if isDeep { Self.pointers(document.root, [], &pointers) }
                    let shapes = LineShapes(FieldPlan(pointers))
                    guard shapes.learn(document) == 0, shapes.find(document) == 0 else { continue }
                    let residue = runner.residue(of: schema, document, shapes, shape: 0)
                    if let residue, residue.checks.count == 0 { settled += 1 }
                    for instance in instances {
                        let other = try parser.parse(instance).get()
                        guard other.root.isObject, shapes.find(other) == 0 else { continue }
                        let whole = runner.accepts(other, at: 1, schema)
                        let rest = residue.map { runner.accepts(other, shapes, $0.all) } ?? false
                        #expect(whole == rest, "\(file): \(group["description"]?.string ?? ""): \(String(decoding: instance, as: UTF8.self))")
                        asked += 1
                    }
                }
            }
        }
        #expect(asked > 300)
        #expect(settled > 50)
    }

    /// The pointers of all members of objects that are not in arrays.
    private static func pointers(_ element: Element, _ steps: [String], _ found: inout [JSONPointer]) {
        for (name, value) in element.members {
            found.append(JSONPointer(steps: steps + [name]))
            if value.isObject { pointers(value, steps + [name], &found) }
        }
    }

    @Test func onlyWhatDependsOnValuesIsLeft() throws {
        let registry = SchemaRegistry()
        let text = #"""
            {"type":"object","required":["a","b"],"properties":{"a":{"type":"string","minLength":1},"b":{"type":"number"},"c":{"type":"integer"},
            "d":{"anyOf":[{"enum":["x","y"]},{"type":"number","minimum":0}]},"e":{"type":"boolean"}},
            "anyOf":[{"required":["z"]},{"required":["a"]}],"additionalProperties":false}
            """#
        try registry.add(Array(text.utf8), uri: "test:schema")
        let schema = try registry.compile("test:schema")
        let runner = SchemaRunner(), parser = TapeParser()
        let shapes = LineShapes(FieldPlan([]))
        func kinds(_ line: String) throws -> [SchemaResidue.Check.Kind]? {
            let document = try parser.parse(Array(line.utf8)).get()
            let shape = shapes.learn(document)
            #expect(shapes.find(document) == shape)
            guard let residue = runner.residue(of: schema, document, shapes, shape: shape) else { return nil }
            return (0..<residue.checks.count).map { residue.checks[$0].kind }
        }
        #expect(try kinds(#"{"a":"1","b":1,"e":true}"#) == [.filled])
        #expect(try kinds(#"{"a":"1","b":1,"c":1}"#) == [.filled, .whole])
        #expect(try kinds(#"{"a":"1","b":1,"d":"x"}"#) == [.filled, .word])
        #expect(try kinds(#"{"a":"1","b":1,"d":7}"#) == [.filled, .number])
        #expect(try kinds(#"{"a":"1"}"#) == nil)
        #expect(try kinds(#"{"a":"1","b":1,"new":1}"#) == nil)
        #expect(try kinds(#"{"a":"1","b":"1"}"#) == nil)
    }
}
