internal import EventailJSON

/// The JSON Schemas of one profile, gathered into one document so that they can refer to each other, then compiled together.
struct SchemaShelf {
    var name = ""
    /// Whether the schemas are known to be right, so that what tells of refusals can wait until there is one.
    let explainsLater: Bool
    private var definitions: [(name: String, node: YAMLNode)] = []
    /// References in use and where each stands.
    private var references: [(reference: String, node: YAMLNode)] = []

    private var uri: String { "urn:eventail:profile:\(name)" }

    init(explainsLater: Bool) { self.explainsLater = explainsLater }

    mutating func add(definitions node: YAMLNode) throws(YAMLError) {
        for member in try node.mapping("schemas") { definitions.append((member.key, member.value)) }
    }

    /// What a `schema:` means: a name, a reference, or an inline schema. The answer is a key of what `compile` gives.
    mutating func reference(_ node: YAMLNode) throws(YAMLError) -> String {
        var reference: String
        if case .string(let text) = node.scalar {
            reference = text.hasPrefix("#") ? text : "#/$defs/\(Self.escape(text))"
            if !text.hasPrefix("#"), !definitions.contains(where: { $0.name == text }) {
                throw YAMLError(node, "there is no schema \(text) under schemas:")
            }
        } else {
            let inline = "inline-\(definitions.count)"
            definitions.append((inline, node))
            reference = "#/$defs/\(inline)"
        }
        references.append((reference, node))
        return reference
    }

    /// Compiles every schema in use.
    func compile() throws(YAMLError) -> [String: Schema] {
        guard let first = references.first else { return [:] }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("$schema", "https://json-schema.org/draft/2020-12/schema")
        writer.key("$defs")
        writer.beginObject()
        for (name, node) in definitions {
            writer.key(name)
            writer.raw(try node.json())
        }
        writer.endObject()
        writer.endObject()
        let registry = SchemaRegistry()
        do {
            try registry.add(writer.bytes, uri: uri)
        } catch {
            throw place(error, first.node)
        }
        var wanted: [(reference: String, node: YAMLNode)] = []
        var seen: Set<String> = []
        for each in references where seen.insert(each.reference).inserted { wanted.append(each) }
        do {
            let compiled = try registry.compile(together: wanted.map { uri + $0.reference }, explainsLater: explainsLater)
            return Dictionary(uniqueKeysWithValues: zip(wanted.map(\.reference), compiled))
        } catch {
            throw place(error, (wanted.first { error.uri == uri + $0.reference } ?? first).node)
        }
    }

    /// Turns a place in the gathered document back into one of the profile's file.
    private func place(_ error: SchemaError, _ fallback: YAMLNode) -> YAMLError {
        let message = "in the schema: \(error.location.isEmpty ? "" : error.location + ": ")\(error.problem); \(error.remedy)"
        guard let steps = JSONPointer(error.location)?.steps, steps.count >= 2, steps[0] == "$defs",
            var node = definitions.first(where: { $0.name == steps[1] })?.node
        else { return YAMLError(fallback, message) }
        for step in steps.dropFirst(2) {
            if let child = node[step] {
                node = child
            } else if case .sequence(let items) = node.content, let index = Int(step), items.indices.contains(index) {
                node = items[index]
            }
        }
        return YAMLError(node, message)
    }

    private static func escape(_ name: String) -> String {
        var text = ""
        for byte in name.utf8 {
            switch byte {
            case 0x7E: text += "~0"
            case 0x2F: text += "~1"
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
