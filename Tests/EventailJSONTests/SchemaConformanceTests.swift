import EventailSystem
import Testing

@testable import EventailJSON

/// The official test suite of draft 2020-12: every group of every file, none left out.
@Suite struct SchemaConformanceTests {
    @Test(.enabled(if: SharedMaterial.isThere, "EVENTAIL_SHARED names no folder with the shared material"))
    func everyCaseIsDecidedAsTheSuiteSays() throws {
        let folder = try #require(SharedMaterial.folder) + "/conformance/json-schema"
        var passed = 0, failed: [String] = []
        let runner = SchemaRunner()
        for file in try SharedMaterial.files(folder) where !file.hasPrefix("remotes/") {
            let suite = TapeParser()
            guard case .success(let document) = suite.parse(try FileSystem.read("\(folder)/\(file)")) else { failed.append("\(file) is no JSON"); continue }
            for group in document.root.items {
                let name = "\(file): \(group["description"]?.string ?? "")"
                let registry = SchemaRegistry()
                registry.addBase(uri: "http://localhost:1234/", folder: "\(folder)/remotes")
                let text = JSONCopy.text(try #require(group["schema"]))
                let schema: Schema
                do throws(SchemaError) {
                    try registry.add(text, uri: "http://localhost:1234/of-this-test.json")
                    schema = try registry.compile("http://localhost:1234/of-this-test.json", assertFormats: file.hasPrefix("optional/format/"))
                } catch {
                    failed.append("\(name): \(error)")
                    continue
                }
                for test in group["tests"]?.items ?? [] {
                    let parser = TapeParser(capacity: 4096)
                    guard case .success(let instance) = parser.parse(JSONCopy.text(try #require(test["data"]))) else { failed.append("\(name): data"); continue }
                    let accepted = runner.accepts(instance, at: 1, schema)
                    let violations = runner.violations(instance, at: 1, schema)
                    if accepted == test["valid"]?.bool && violations.isEmpty == accepted {
                        passed += 1
                    } else {
                        failed.append("\(name): \(test["description"]?.string ?? ""): accepted \(accepted), \(violations)")
                    }
                }
            }
        }
        print("JSON Schema conformance: \(passed) passed, \(failed.count) failed")
        #expect(failed.isEmpty, "\(failed.joined(separator: "\n"))")
        #expect(passed >= 1195)
    }
}

/// Writes an element as JSON text again.
enum JSONCopy {
    static func text(_ element: Element) -> [UInt8] {
        var json = JSONWriter()
        write(element, &json)
        return json.bytes
    }

    private static func write(_ element: Element, _ json: inout JSONWriter) {
        switch element.tag {
        case .object:
            json.beginObject()
            for (name, value) in element.members {
                json.key(name)
                write(value, &json)
            }
            json.endObject()
        case .array:
            json.beginArray()
            for item in element.items { write(item, &json) }
            json.endArray()
        case .string: json.value(element.string ?? "")
        case .null: json.null()
        case .yes: json.value(true)
        case .no: json.value(false)
        case .signed: json.value(element.document.signed(element.index))
        case .double: json.raw(Array(element.document.double(element.index).description.utf8))
        default: json.raw(Array(JSONText.number(element).utf8))
        }
    }
}
