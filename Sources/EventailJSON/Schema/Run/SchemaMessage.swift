/// The sentence of a violation: what was expected and what is there.
enum SchemaMessage {
    static func text(_ keyword: String, _ schema: Element, _ value: Element, _ machine: SchemaMachine) -> String {
        let expected = schema[keyword]
        let said = expected.map(JSONText.brief) ?? ""
        let described = JSONText.described(value)
        switch keyword {
        case "type": return "must be \(types(expected)), is \(kind(value))"
        case "const": return "must be \(said), is \(described)"
        case "enum": return "must be \(choices(expected?.items ?? [])), is \(described)"
        case "required": return "must have \(list(missing(expected?.items ?? [], value)))"
        case "minimum": return "must be at least \(said), is \(JSONText.brief(value))"
        case "exclusiveMinimum": return "must be more than \(said), is \(JSONText.brief(value))"
        case "maximum": return "must be at most \(said), is \(JSONText.brief(value))"
        case "exclusiveMaximum": return "must be less than \(said), is \(JSONText.brief(value))"
        case "multipleOf": return "must be a multiple of \(said), is \(JSONText.brief(value))"
        case "minLength", "maxLength":
            let count = unsafe SchemaMachine.codePoints(value.document.utf8(value.index))
            return "must have at \(keyword == "minLength" ? "least" : "most") \(said) characters, has \(count)"
        case "pattern": return "must match \(expected?.string.map(JSONText.quoted) ?? ""), is \(described)"
        case "format": return "must be a valid \(expected?.string ?? ""), is \(described)"
        case "minItems", "maxItems", "minProperties", "maxProperties":
            let what = keyword.hasSuffix("Items") ? "items" : "members"
            return "must have at \(keyword.hasPrefix("min") ? "least" : "most") \(said) \(what), has \(value.document.count(value.index))"
        case "uniqueItems": return "must have no two equal items"
        case "contains": return contains(schema)
        case "dependentRequired": return dependents(expected?.members ?? [], value)
        case "not": return "must not keep the schema that is under not"
        default: return "does not keep \(keyword)"
        }
    }

    static func unknownMember(_ name: String, _ schema: Element) -> String {
        let known = (schema["properties"]?.members ?? []).map(\.key)
        return "is not known here" + (known.isEmpty ? "" : "; known are " + list(known))
    }

    private static func kind(_ value: Element) -> String {
        switch value.tag {
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        case .null: "null"
        case .yes, .no: "a boolean"
        default: "the number \(JSONText.number(value))"
        }
    }

    private static func types(_ expected: Element?) -> String {
        guard let expected else { return "" }
        let names = (expected.isArray ? expected.items : [expected]).compactMap(\.string)
        return names.map { ["array", "integer", "object"].contains($0) ? "an \($0)" : $0 == "null" ? "null" : "a \($0)" }.joined(separator: " or ")
    }

    private static func choices(_ values: [Element]) -> String {
        if values.count == 1 { return JSONText.brief(values[0]) }
        return "one of " + values.prefix(12).map(JSONText.brief).joined(separator: ", ") + (values.count > 12 ? " and \(values.count - 12) more" : "")
    }

    private static func missing(_ names: [Element], _ value: Element) -> [String] { names.compactMap(\.string).filter { value[$0] == nil } }

    private static func list(_ names: [String]) -> String {
        names.prefix(12).map(JSONText.quoted).joined(separator: ", ") + (names.count > 12 ? " and \(names.count - 12) more" : "")
    }

    private static func contains(_ schema: Element) -> String {
        let low = schema["minContains"].map(JSONText.brief) ?? "1"
        let high = schema["maxContains"].map { " and at most \(JSONText.brief($0))" } ?? ""
        return "must have at least \(low)\(high) items that keep the schema under contains"
    }

    private static func dependents(_ rules: [(key: String, value: Element)], _ value: Element) -> String {
        for rule in rules where value[rule.key] != nil {
            let names = missing(rule.value.items, value)
            if !names.isEmpty { return "has \(JSONText.quoted(rule.key)), so it must have \(list(names))" }
        }
        return "lacks a member that another asks for"
    }
}
