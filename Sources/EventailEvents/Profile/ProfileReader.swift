internal import EventailJSON

/// Reads a profile's YAML into a `ProfileDescription`: checks every key, works out inheritance, compiles the schemas.
struct ProfileReader {
    private var profile = ProfileDescription()
    private var schemas: SchemaShelf
    private var roles: [RoleKey: SourceList?] = [:]
    private var types: [String: WrittenType] = [:]
    private var naming: TypeNaming?
    private var acceptsUnknownTypes = false
    private var usage = UsageMode.delta
    private var usageKey: [SourceDescription] = []
    private var schema: String?
    private let reader = SourceReader(isInPart: false)

    /// A type as it is written, before it inherits.
    private struct WrittenType {
        var meaning = Meaning.note
        var accounting = Accounting.leaf
        var usage: UsageMode?
        var usageKey: [SourceDescription]?
        var schema: String?
        var roles: [RoleKey: SourceList?] = [:]
        var parts: [PartDescription] = []
    }

    /// The schemas of a profile that is `isBuiltIn` are known to be right: see `SchemaShelf`.
    static func read(_ bytes: [UInt8], file: String, isBuiltIn: Bool) throws(ProfileError) -> ProfileDescription {
        do {
            let root = try YAMLReader.read(bytes)
            var reader = ProfileReader(schemas: SchemaShelf(explainsLater: isBuiltIn))
            return try reader.profile(root)
        } catch {
            throw ProfileError(file, error)
        }
    }

    private init(schemas: SchemaShelf) { self.schemas = schemas }

    private mutating func profile(_ root: YAMLNode) throws(YAMLError) -> ProfileDescription {
        let known = [
            "profile", "about", "auto", "type", "unknown_types", "forms", "types", "roles", "words", "usage", "carry", "replay", "human_tools", "schema",
            "schemas",
        ]
        try check(root, known, "a profile")
        guard let name = root["profile"] else { throw YAMLError(root, "profile: NAME is missing") }
        profile.name = try name.text("profile")
        guard !profile.name.isEmpty, profile.name.utf8.count <= 64, profile.name.utf8.allSatisfy(Self.isNameByte) else {
            throw YAMLError(name, "a profile's name has small letters, digits and dashes only, at most 64")
        }
        schemas.name = profile.name
        if let node = root["about"] { profile.about = try node.text("about") }
        if let node = root["auto"] { profile.isAutomatic = try node.bool("auto") }
        if let node = root["type"] { naming = try naming(node) }
        if let node = root["unknown_types"] { acceptsUnknownTypes = try unknownTypes(node) }
        if let node = root["schemas"] { try schemas.add(definitions: node) }
        if let node = root["schema"] { schema = try schemas.reference(node) }
        if let node = root["words"] { try words(node) }
        if let node = root["roles"] { roles = try roles(node, reader) }
        if let node = root["usage"] { (usage, usageKey) = try usage(node) }
        if let node = root["human_tools"] {
            for item in try node.sequence("human_tools") { profile.humanTools.append(try item.text("a tool's name")) }
        }
        if let node = root["carry"] { try carry(node) }
        if let node = root["replay"] { try replay(node) }
        if let node = root["types"] { types = try types(node) }
        guard let forms = root["forms"] else { throw YAMLError(root, "forms: is missing; it tells how the profile's lines are recognised") }
        var written: [(form: FormDescription, types: [String: WrittenType], roles: [RoleKey: SourceList?], schema: String?)] = []
        for node in try forms.sequence("forms") {
            try check(node, ["when", "type", "unknown_types", "schema", "roles", "types"], "a form")
            var form = FormDescription()
            if let when = node["when"] { form.conditions = try reader.conditions(when) }
            guard let naming = try node["type"].map({ node throws(YAMLError) in try self.naming(node) }) ?? naming else {
                throw YAMLError(node, "type: is missing, here or in the profile")
            }
            form.naming = naming
            form.acceptsUnknownTypes = try node["unknown_types"].map { node throws(YAMLError) in try unknownTypes(node) } ?? acceptsUnknownTypes
            let ownTypes = try node["types"].map { node throws(YAMLError) in try types(node) } ?? [:]
            let ownRoles = try node["roles"].map { node throws(YAMLError) in try roles(node, reader) } ?? [:]
            var ownSchema = schema
            if let node = node["schema"] { ownSchema = try schemas.reference(node) }
            written.append((form, ownTypes, ownRoles, ownSchema))
        }
        guard !written.isEmpty else { throw YAMLError(forms, "at least one form is needed") }
        let compiled = try schemas.compile()
        var shared: [String: TypeDescription] = [:]
        for (form, ownTypes, ownRoles, ownSchema) in written {
            var form = form
            let inherited = roles.merging(ownRoles) { $1 }
            for (name, type) in ownTypes { form.types[name] = inherit(type, inherited, compiled, ownSchema) }
            for (name, type) in types where ownTypes[name] == nil {
                if ownRoles.isEmpty, ownSchema == schema {
                    let made = shared[name] ?? inherit(type, inherited, compiled, schema)
                    shared[name] = made
                    form.types[name] = made
                } else {
                    form.types[name] = inherit(type, inherited, compiled, ownSchema)
                }
            }
            form.other = inherit(WrittenType(), inherited, compiled, ownSchema)
            profile.forms.append(form)
        }
        return profile
    }

    private func inherit(
        _ type: WrittenType, _ inherited: [RoleKey: SourceList?], _ schemas: [String: Schema], _ schema: String?
    ) -> TypeDescription {
        var roles: [RoleKey: SourceList] = [:]
        roles.reserveCapacity(inherited.count + type.roles.count)
        for (key, list) in inherited { if let list { roles[key] = list } }
        for (key, list) in type.roles { roles[key] = list }
        return TypeDescription(
            meaning: type.meaning, accounting: type.accounting, usage: type.usage ?? usage, usageKey: type.usageKey ?? usageKey,
            schema: (type.schema ?? schema).flatMap { schemas[$0] }, roles: roles, parts: type.parts)
    }

    // MARK: pieces

    private func check(_ node: YAMLNode, _ known: [String], _ what: String) throws(YAMLError) {
        for member in try node.mapping(what) where !known.contains(member.key) {
            throw YAMLError(
                line: member.line, column: member.column, message: "\(member.key) is no key of \(what); known are \(known.joined(separator: ", "))")
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == 0x2D || (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7A)
    }

    private func naming(_ node: YAMLNode) throws(YAMLError) -> TypeNaming {
        if node.isMapping {
            try check(node, ["join", "first", "missing"], "type")
            let missing = try node["missing"].map { node throws(YAMLError) in try node.text("missing") }
            if let join = node["join"] { return .join(try reader.pointers(join), missing: missing) }
            guard let first = node["first"] else { throw YAMLError(node, "type needs join: or first:") }
            return .first(try reader.pointers(first), missing: missing)
        }
        if case .scalar(let text, _) = node.content, text.hasPrefix("=") { return .constant(String(text.dropFirst())) }
        return .join(try reader.pointers(node), missing: nil)
    }

    private func unknownTypes(_ node: YAMLNode) throws(YAMLError) -> Bool {
        let text = try node.text("unknown_types")
        guard text == "note" || text == "reject" else { throw YAMLError(node, "unknown_types must be reject or note, is \(text)") }
        return text == "note"
    }

    private mutating func words(_ node: YAMLNode) throws(YAMLError) {
        try check(node, ["status", "severity", "priority"], "words")
        for member in try node.mapping("words") {
            guard let key = RoleKey(name: member.key) else { continue }
            profile.words[key] = try reader.words(member.value, for: key)
        }
    }

    private func roles(_ node: YAMLNode, _ reader: SourceReader) throws(YAMLError) -> [RoleKey: SourceList?] {
        var roles: [RoleKey: SourceList?] = [:]
        for member in try node.mapping("roles") {
            guard let key = RoleKey(name: member.key) else {
                throw YAMLError(line: member.line, column: member.column, message: "\(member.key) is no role")
            }
            roles.updateValue(try reader.rule(member.value, for: key).map { SourceList($0) }, forKey: key)
        }
        return roles
    }

    private func usage(_ node: YAMLNode) throws(YAMLError) -> (UsageMode, [SourceDescription]) {
        try check(node, ["mode", "key"], "usage")
        var mode = UsageMode.delta
        if let node = node["mode"] {
            let name = try node.text("mode")
            guard let known = UsageMode.allCases.first(where: { "\($0)" == name }) else {
                throw YAMLError(node, "mode must be delta, highwater, cumulative or replace, is \(name)")
            }
            mode = known
        }
        let key = try node["key"].map { node throws(YAMLError) in try reader.rule(node, for: .role(.id)) ?? [] } ?? []
        if mode != .delta, key.isEmpty { throw YAMLError(node, "the mode \(mode) needs a key") }
        return (mode, key)
    }

    private mutating func carry(_ node: YAMLNode) throws(YAMLError) {
        for member in try node.mapping("carry") {
            guard let role = Role(name: member.key), !role.isNumber, role != .targets else {
                throw YAMLError(line: member.line, column: member.column, message: "\(member.key) is no role that can be carried: it must be one text")
            }
            try check(member.value, ["from", "at", "once"], "carry")
            var carry = CarryDescription(role: role)
            if let from = member.value["from"] {
                for item in from.items { carry.types.append(try item.text("a type's name")) }
            }
            guard let at = member.value["at"] else { throw YAMLError(member.value, "at: is missing") }
            carry.sources = try reader.rule(at, for: .role(role)) ?? []
            carry.isOnce = try member.value["once"].map { node throws(YAMLError) in try node.bool("once") } ?? false
            profile.carry.append(carry)
        }
        guard profile.carry.count <= 16 else { throw YAMLError(node, "at most 16 roles can be carried") }
    }

    private mutating func replay(_ node: YAMLNode) throws(YAMLError) {
        try check(node, ["from", "within_ms"], "replay")
        guard let from = node["from"], let within = node["within_ms"] else { throw YAMLError(node, "replay needs from: and within_ms:") }
        var replay = ReplayDescription(types: [], within: try within.integer("within_ms").multipliedReportingOverflow(by: 1_000_000).partialValue)
        for item in from.items { replay.types.append(try item.text("a type's name")) }
        profile.replay = replay
    }

    private mutating func types(_ node: YAMLNode) throws(YAMLError) -> [String: WrittenType] {
        var types: [String: WrittenType] = [:]
        for member in try node.mapping("types") {
            let type = try type(member.value)
            for part in member.key.split(separator: ",") {
                let name = Self.trimmed(part)
                guard types.updateValue(type, forKey: name) == nil else {
                    throw YAMLError(line: member.line, column: member.column, message: "the type \(name) is given twice")
                }
            }
        }
        return types
    }

    private static func trimmed(_ text: Substring) -> String {
        var bytes = text.utf8[...]
        while bytes.first == 0x20 { bytes.removeFirst() }
        while bytes.last == 0x20 { bytes.removeLast() }
        return String(Substring(bytes))
    }

    private mutating func type(_ node: YAMLNode) throws(YAMLError) -> WrittenType {
        var type = WrittenType()
        if node.isNull { return type }
        try check(node, ["meaning", "schema", "accounting", "usage", "roles", "parts"], "a type")
        if let node = node["meaning"] { type.meaning = try meaning(node) }
        if let node = node["schema"] { type.schema = try schemas.reference(node) }
        if let node = node["accounting"] {
            let name = try node.text("accounting")
            guard let known = Accounting.allCases.first(where: { "\($0)" == name }) else {
                throw YAMLError(node, "accounting must be leaf, rollup or estimate, is \(name)")
            }
            type.accounting = known
        }
        if let node = node["usage"] {
            let (mode, key) = try usage(node)
            type.usage = mode
            type.usageKey = key
        }
        if let node = node["roles"] { type.roles = try roles(node, reader) }
        if let node = node["parts"] {
            for item in try node.sequence("parts") { type.parts.append(try part(item)) }
        }
        return type
    }

    private func meaning(_ node: YAMLNode) throws(YAMLError) -> Meaning {
        let name = try node.text("meaning")
        guard let meaning = Meaning(name: name) else {
            throw YAMLError(node, "\(name) is no meaning; known are \(Meaning.allCases.map(\.name).joined(separator: ", "))")
        }
        return meaning
    }

    private func part(_ node: YAMLNode) throws(YAMLError) -> PartDescription {
        try check(node, ["of", "where", "meaning", "roles"], "a part")
        let reader = SourceReader(isInPart: true)
        guard let of = node["of"] else { throw YAMLError(node, "of: is missing; it says which array is taken apart") }
        var part = PartDescription(container: try reader.pointer(of))
        if let node = node["where"] { part.conditions = try reader.conditions(node) }
        if let node = node["meaning"] { part.meaning = try meaning(node) }
        if let node = node["roles"] { part.roles = try roles(node, reader).compactMapValues { $0 } }
        for key in part.roles.keys where key == .time || key == .severity || key == .priority {
            throw YAMLError(node, "a part has no \(key) of its own")
        }
        return part
    }
}
