/// Checks what was written against the field tables and fills in defaults.
///
/// It does not stop at the first mistake: `problems` holds all of them, in the order of the file. *Thread*: one.
struct SettingReader {
    private(set) var problems: [ConfigurationProblem] = []
    private let substitution: Substitution
    private let scalars: ScalarReader

    init(environment: @escaping @Sendable (String) -> String?) {
        substitution = Substitution(environment: environment)
        scalars = ScalarReader(environment: environment)
    }

    mutating func report(_ position: SettingPosition, _ key: String, _ wrong: String, _ right: String) {
        problems.append(ConfigurationProblem(position: position, key: key, wrong: wrong, right: right))
    }

    /// Reads a mapping with known keys; the answer has every key of the part, in the table's order.
    mutating func read(_ node: SettingNode, part: SettingPart, at key: String) -> SettingValue {
        guard case .members(let members) = node.content else {
            if node.isNull { return defaults(of: part, missingAt: node.position, key) }
            report(node.position, key, "\(part.name) is a mapping, this is \(node.kind)", "write {\(part.keys.first ?? "key"): value}")
            return defaults(of: part, missingAt: nil, key)
        }
        for member in members where part[member.key] == nil {
            report(
                member.position, join(key, member.key), "is not a key of \(part.name)", Suggestion.sentence(for: member.key, among: part.keys))
        }
        return .members(part.fields.map { field in
            let value: SettingValue
            if let member = members.last(where: { $0.key == field.key }), !member.value.isNull {
                value = read(member.value, field, at: join(key, field.key), keyPosition: member.position)
            } else {
                value = fallback(of: field, missingAt: node.position, join(key, field.key))
            }
            return SettingMember(key: field.key, value: value)
        })
    }

    private mutating func read(_ node: SettingNode, _ field: Field, at key: String, keyPosition: SettingPosition) -> SettingValue {
        let before = problems.count
        let fallback = fallback(of: field, missingAt: nil, key)
        let value = read(node, as: field.type, at: key) ?? fallback
        if field.isLater, value != fallback, problems.count == before {
            report(keyPosition, key, "is not available in this version", "leave it out")
            return fallback
        }
        return value
    }

    /// Reads a value of a type; nil when it is wrong or empty, which then stands for the default.
    private mutating func read(_ node: SettingNode, as type: FieldType, at key: String) -> SettingValue? {
        switch type {
        case .list(let element): return readList(node, of: element, at: key)
        case .part(let part): return read(node, part: part, at: key)
        case .variants(let variants): return readVariant(node, variants, at: key)
        case .map(let element):
            guard case .members(let members) = node.content else {
                report(node.position, key, "is \(node.kind)", "write a mapping: {key: value}")
                return nil
            }
            return .members(members.map { member in
                SettingMember(key: member.key, value: read(member.value, as: element, at: join(key, member.key)) ?? .none)
            })
        case .free: return readFree(node, at: key)
        default:
            guard case .scalar(let written, let style) = node.content else {
                report(node.position, key, "is \(node.kind)", "write a single value")
                return nil
            }
            guard let text = substituted(written, style, node.position, key) else { return nil }
            // A reference to an unset variable with an empty default means that nothing is set.
            if text.isEmpty, style != .literal, written.contains("${") { return nil }
            do throws(ScalarReader.Failure) {
                return try scalars.read(text, as: type)
            } catch {
                report(node.position, key, error.wrong, error.right)
                return nil
            }
        }
    }

    private mutating func readList(_ node: SettingNode, of element: FieldType, at key: String) -> SettingValue? {
        switch node.content {
        case .list(let items):
            var values: [SettingValue] = []
            var names: [String: SettingPosition] = [:]
            for (index, item) in items.enumerated() {
                let itemKey = itemKey(key, index, item)
                if item.isNull {
                    report(item.position, itemKey, "is empty", "write a value or leave the item out")
                    continue
                }
                guard let value = read(item, as: element, at: itemKey) else { continue }
                if case .text(let name) = value["name"] {
                    let position = item["name"]?.position ?? item.position
                    if let first = names[name] {
                        report(position, itemKey + ".name", "\"\(name)\" is the name of another one, on line \(first.line)", "give each its own name")
                    }
                    names[name] = position
                }
                values.append(value)
            }
            return .list(values)
        case .scalar:
            switch element {
            case .part, .variants, .list, .map: break
            // One value stands for a list of one.
            default: return read(node, as: element, at: key).map { .list([$0]) }
            }
        case .members: break
        }
        report(node.position, key, "is \(node.kind)", "write a list: begin each item with \"- \"")
        return nil
    }

    private mutating func readVariant(_ node: SettingNode, _ variants: Variants, at key: String) -> SettingValue? {
        guard case .members = node.content else {
            report(node.position, key, "a \(variants.name) is a mapping, this is \(node.kind)", "write {name: NAME, type: \(variants.kinds[0].type)}")
            return nil
        }
        let types = variants.kinds.map(\.type)
        var type = types[0]
        var position = node.position
        if let written = node["type"], !written.isNull {
            position = written.position
            guard let text = written.text, let name = substituted(text, .plain, position, key + ".type") else {
                if written.text == nil { report(position, key + ".type", "is \(written.kind)", "it can be " + Suggestion.list(types)) }
                return nil
            }
            type = name
        } else if case .required? = variants.kinds[0].part["type"]?.fallback {
            if case .members(let members) = node.content, let near = Suggestion.nearest(to: "type", among: members.map(\.key).filter { $0 != "type" }),
                variants.kinds.allSatisfy({ $0.part[near] == nil }), let member = members.first(where: { $0.key == near })
            {
                report(member.position, "\(key).\(near)", "is not a key of a \(variants.name)", "did you mean \"type\"?")
            } else {
                report(position, key + ".type", "is missing", "it can be " + Suggestion.list(types))
            }
            return nil
        }
        guard let kind = variants.kinds.first(where: { $0.type == type }) else {
            report(position, key + ".type", "there is no \(variants.name) of type \"\(type)\"", Suggestion.sentence(for: type, among: types))
            return nil
        }
        let before = problems.count
        let value = read(node, part: kind.part, at: key)
        if kind.isLater, value["enabled"] != .boolean(false), problems.count == before {
            report(
                position, key + ".type", "a \(variants.name) of type \(type) is not available in this version",
                "use " + Suggestion.list(variants.available) + (kind.part["enabled"] == nil ? "" : ", or set enabled: false"))
        }
        return value
    }

    private mutating func readFree(_ node: SettingNode, at key: String) -> SettingValue {
        switch node.content {
        case .scalar(let text, let style): .text(substituted(text, style, node.position, key) ?? "")
        case .list(let items): .list(items.enumerated().map { readFree($0.element, at: "\(key)[\($0.offset)]") })
        case .members(let members):
            .members(members.map { SettingMember(key: $0.key, value: readFree($0.value, at: join(key, $0.key))) })
        }
    }

    private mutating func substituted(_ text: String, _ style: SettingNode.Style, _ position: SettingPosition, _ key: String) -> String? {
        if style == .literal || !text.contains("$") { return text }
        do throws(Substitution.Failure) {
            return try substitution.apply(to: text)
        } catch {
            report(position, key, error.wrong, error.right)
            return nil
        }
    }

    // MARK: defaults

    /// What an absent field means; a required one is reported when `position` is given.
    private mutating func fallback(of field: Field, missingAt position: SettingPosition?, _ key: String) -> SettingValue {
        switch field.fallback {
        case .required:
            if let position { report(position, key, "is missing", "add \(field.key): \(field.help.prefix(1).lowercased() + field.help.dropFirst())") }
            return Self.blank(of: field.type)
        case .unset: return .none
        case .scalar(let text): return scalar(text, field.type)
        case .texts(let texts):
            guard case .list(let element) = field.type else { preconditionFailure("only a list has a list as default") }
            return .list(texts.map { scalar($0, element) })
        case .part:
            guard case .part(let part) = field.type else { preconditionFailure("only a part has a part as default") }
            return defaults(of: part, missingAt: position, key)
        }
    }

    private mutating func defaults(of part: SettingPart, missingAt position: SettingPosition?, _ key: String) -> SettingValue {
        .members(part.fields.map { SettingMember(key: $0.key, value: fallback(of: $0, missingAt: position, join(key, $0.key))) })
    }

    private func scalar(_ text: String, _ type: FieldType) -> SettingValue {
        do throws(ScalarReader.Failure) {
            return try scalars.read(text, as: type)
        } catch {
            preconditionFailure("a default in the field table is a value of its field: \(text): \(error.wrong)")
        }
    }

    /// What stands for a required value that is missing, so that reading can go on; never seen outside because the problem is.
    private static func blank(of type: FieldType) -> SettingValue {
        switch type {
        case .boolean: .boolean(false)
        case .integer: .integer(0)
        case .size: .size(0)
        case .duration: .duration(.zero)
        case .list: .list([])
        default: .text("")
        }
    }

    private func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// `sinks.stream` for an item with a name, else `sinks[2]`.
    private func itemKey(_ key: String, _ index: Int, _ item: SettingNode) -> String {
        if let name = item["name"]?.text, !name.isEmpty { return "\(key).\(name)" }
        return "\(key)[\(index)]"
    }
}
