/// What the compiler knows of each keyword of draft 2020-12.
enum SchemaKeyword {
    /// What a keyword's value is made of.
    enum Shape { case schema, schemas, schemaMap, other }

    static let shapes: [String: Shape] = [
        "not": .schema, "if": .schema, "then": .schema, "else": .schema, "items": .schema, "contains": .schema, "additionalProperties": .schema,
        "propertyNames": .schema, "unevaluatedItems": .schema, "unevaluatedProperties": .schema, "contentSchema": .schema,
        "allOf": .schemas, "anyOf": .schemas, "oneOf": .schemas, "prefixItems": .schemas,
        "properties": .schemaMap, "patternProperties": .schemaMap, "$defs": .schemaMap, "definitions": .schemaMap, "dependentSchemas": .schemaMap,
    ]

    static let validation: Set<String> = [
        "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
        "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "required", "dependentRequired",
    ]
    static let applicators: Set<String> = [
        "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "prefixItems", "items", "contains", "properties",
        "patternProperties", "additionalProperties", "propertyNames",
    ]
    static let unevaluated: Set<String> = ["unevaluatedItems", "unevaluatedProperties"]
    static let references: Set<String> = ["$ref", "$dynamicRef"]

    /// Keywords that are judged together, in the order in which their violations help most.
    static let groups: [[String]] = [
        ["type"], ["const"], ["enum"], ["required"], ["minimum"], ["exclusiveMinimum"], ["maximum"], ["exclusiveMaximum"], ["multipleOf"],
        ["minLength"], ["maxLength"], ["pattern"], ["format"], ["properties", "patternProperties", "additionalProperties"], ["propertyNames"],
        ["dependentRequired"], ["minProperties"], ["maxProperties"], ["items", "prefixItems"], ["contains", "minContains", "maxContains"],
        ["minItems"], ["maxItems"], ["uniqueItems"], ["$ref"], ["$dynamicRef"], ["allOf"], ["if", "then", "else"], ["dependentSchemas"],
        ["anyOf"], ["oneOf"], ["not"],
    ]

    /// The vocabulary of each keyword that checks or applies something; all others are annotations here.
    static let vocabularies: [String: Vocabulary] = {
        var found: [String: Vocabulary] = ["format": .core]
        for name in validation { found[name] = .validation }
        for name in applicators { found[name] = .applicators }
        for name in unevaluated { found[name] = .unevaluated }
        for name in references { found[name] = .core }
        return found
    }()
    enum Vocabulary { case core, validation, applicators, unevaluated }
}

/// Which vocabularies a schema's metaschema turns on.
struct SchemaDialect {
    var validation = true
    var applicators = true
    var unevaluated = true
    var assertsFormats = false

    /// Whether a keyword has an effect.
    func has(_ keyword: String) -> Bool {
        switch SchemaKeyword.vocabularies[keyword] {
        case .core: true
        case .validation: validation
        case .applicators: applicators
        case .unevaluated: unevaluated
        case nil: false
        }
    }
}
