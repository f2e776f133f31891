internal import EventailJSON

/// The JSON Schema (draft 2020-12) of a configuration file, made from the field tables, for editors (`eventail config schema`).
///
/// It takes what the reader takes but for what a schema cannot tell: which profiles exist, unique names, rules between settings.
public enum ConfigurationSchema {
    public static var json: [UInt8] {
        var writer = JSONWriter(reserving: 32 << 10)
        writer.object { json in
            json.field("$schema", "https://json-schema.org/draft/2020-12/schema")
            json.field("$id", "urn:eventail:configuration")
            json.field("title", "Eventail configuration")
            json.member("$defs") { json in
                json.member("reference") { json in
                    json.field("description", "Text that holds ${NAME}, ${NAME:-default} or ${file:/path}.")
                    json.field("type", "string")
                    json.field("pattern", "\\$\\{")
                }
                json.member("size") { json in
                    json.field("description", "A size: " + Units.sizeForm + ".")
                    alternatives(&json, [("integer", nil), ("string", "^[0-9]+(\\.[0-9]+)? *([kK]B|[MGT]B|[KMGT]iB|B)?$|\\$\\{")])
                }
                json.member("duration") { json in
                    json.field("description", "A duration: " + Units.durationForm + ".")
                    alternatives(&json, [("string", "^0$|^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h|d))+$|\\$\\{")])
                }
            }
            members(&json, ConfigurationFields.root)
        }
        writer.newline()
        return writer.bytes
    }

    private static func alternatives(_ json: inout JSONWriter, _ types: [(type: String, pattern: String?)]) {
        json.field("anyOf", array: { json in
            for (type, pattern) in types {
                json.object { json in
                    json.field("type", type)
                    if let pattern { json.field("pattern", pattern) }
                }
            }
        })
    }

    private static func members(_ json: inout JSONWriter, _ part: SettingPart) {
        json.field("type", array: { json in
            json.value("object")
            json.value("null")
        })
        json.member("properties") { json in
            for field in part.fields {
                json.member(field.key) { json in
                    json.field("description", field.help + (field.isLater ? " Not available in this version." : ""))
                    writeDefault(&json, field)
                    nullable(&json, field.type)
                }
            }
        }
        json.field("additionalProperties", false)
        let required = part.fields.filter { if case .required = $0.fallback { true } else { false } }
        if !required.isEmpty {
            json.field("required", array: { json in for field in required { json.value(field.key) } })
        }
    }

    private static func writeDefault(_ json: inout JSONWriter, _ field: Field) {
        switch field.fallback {
        case .required, .unset, .part: break
        case .texts(let texts): json.field("default", array: { json in for text in texts { json.value(text) } })
        case .scalar(let text):
            switch field.type {
            case .boolean: json.field("default", text == "true")
            case .integer: json.field("default", Int64(text))
            default: json.field("default", text)
            }
        }
    }

    /// Null stands for an absent key everywhere.
    private static func nullable(_ json: inout JSONWriter, _ type: FieldType) {
        switch type {
        case .free: break
        case .part(let part): members(&json, part)
        default:
            json.field("anyOf", array: { json in
                json.object { write(&$0, type) }
                json.object { $0.field("type", "null") }
            })
        }
    }

    private static func write(_ json: inout JSONWriter, _ type: FieldType) {
        switch type {
        case .text, .secret, .path, .profile:
            json.field("type", array: { json in for type in ["string", "number", "boolean"] { json.value(type) } })
        case .name: alternatives(&json, [("string", "^[A-Za-z0-9_.-]{1,64}$|\\$\\{"), ("number", nil)])
        case .url(let schemes): alternatives(&json, [("string", "^(" + schemes.joined(separator: "|") + ")://|\\$\\{")])
        case .address: alternatives(&json, [("string", "^(\\[[^\\]]+\\]|[^:\\[\\] /]+):[0-9]{1,5}$|\\$\\{")])
        case .boolean: reference(&json) { $0.field("type", "boolean") }
        case .integer(let range):
            reference(&json) { json in
                json.field("type", "integer")
                json.field("minimum", range.lowerBound)
                json.field("maximum", range.upperBound)
            }
        case .number(let range):
            reference(&json) { json in
                json.field("type", "number")
                json.field("minimum", range.lowerBound)
                json.field("maximum", range.upperBound)
            }
        case .size: json.field("$ref", "#/$defs/size")
        case .duration: json.field("$ref", "#/$defs/duration")
        case .choice(let words): reference(&json) { json in json.field("enum", array: { json in for word in words { json.value(word) } }) }
        case .list(let element):
            json.field("anyOf", array: { json in
                json.object { json in
                    json.field("type", "array")
                    json.member("items") { write(&$0, element) }
                }
                switch element {
                case .part, .variants, .list, .map: break
                default: json.object { write(&$0, element) }
                }
            })
        case .map(let element):
            json.field("type", "object")
            json.member("additionalProperties") { write(&$0, element) }
        case .part(let part): members(&json, part)
        case .variants(let variants): write(&json, variants)
        case .free: break
        }
    }

    private static func write(_ json: inout JSONWriter, _ variants: Variants) {
        json.field("type", "object")
        json.field("allOf", array: { json in
            for (index, kind) in variants.kinds.enumerated() {
                var isDefault = false
                if index == 0, case .scalar? = kind.part["type"]?.fallback { isDefault = true }
                json.object { json in
                    json.member("if") { json in
                        json.member("properties") { json in json.member("type") { $0.field("const", kind.type) } }
                        // Without the key the condition holds for the kind that is the default.
                        if !isDefault { json.field("required", array: { $0.value("type") }) }
                    }
                    json.member("then") { json in
                        json.field("description", kind.help + (kind.isLater ? " Not available in this version." : ""))
                        members(&json, kind.part)
                    }
                }
            }
        })
        json.member("properties") { json in
            json.member("type") { json in json.field("enum", array: { json in for kind in variants.kinds { json.value(kind.type) } }) }
        }
        if let field = variants.kinds[0].part["type"], case .required = field.fallback { json.field("required", array: { $0.value("type") }) }
    }

    private static func reference(_ json: inout JSONWriter, _ body: (inout JSONWriter) -> Void) {
        json.field("anyOf", array: { json in
            json.object(body)
            json.object { $0.field("$ref", "#/$defs/reference") }
        })
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ body: (inout JSONWriter) -> Void) { field(name, object: body) }
}
