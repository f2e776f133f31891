internal import EventailJSON

/// Reads the values of roles and the conditions of forms and parts from YAML.
struct SourceReader {
    /// Whether `$key` and `$/pointer` mean something here.
    let isInPart: Bool

    /// A role's rule: one source or a list of them. Nil for `none`.
    func rule(_ node: YAMLNode, for key: RoleKey) throws(YAMLError) -> [SourceDescription]? {
        if case .string("none") = node.scalar { return nil }
        var sources: [SourceDescription] = []
        for item in node.items { sources += try source(item, for: key) }
        return sources
    }

    private func source(_ node: YAMLNode, for key: RoleKey) throws(YAMLError) -> [SourceDescription] {
        guard node.isMapping else { return [SourceDescription(try place(node, for: key))] }
        return try described(node, for: key)
    }

    /// `/a/b`, `=text`, `@role`, `$key` or `$/a/b`.
    private func place(_ node: YAMLNode, for key: RoleKey) throws(YAMLError) -> SourceDescription.Place {
        let text = try node.text("where a value is")
        if text.hasPrefix("=") {
            let constant = String(text.dropFirst())
            switch key {
            case .status, .severity, .priority:
                guard key.code(constant) != nil else { throw YAMLError(node, "\(constant) is none of the canonical words of \(key)") }
            case .time: throw YAMLError(node, "time cannot be constant")
            default:
                guard !key.isNumber || Double(constant) != nil else { throw YAMLError(node, "\(constant) is not a number") }
            }
            return .constant(constant)
        }
        if text.hasPrefix("@") {
            guard let role = Role(name: String(text.dropFirst())), !role.isNumber else {
                throw YAMLError(node, "\(text.dropFirst()) is no role that is text")
            }
            return .role(role)
        }
        if text.hasPrefix("$") {
            guard isInPart else { throw YAMLError(node, "\(text) means something in parts only") }
            if text == "$key" { return .key }
            guard let pointer = JSONPointer(String(text.dropFirst())) else { throw YAMLError(node, "must be $key or $/a/b, is \(text)") }
            return .line(pointer)
        }
        return .pointer(try pointer(node))
    }

    func pointer(_ node: YAMLNode) throws(YAMLError) -> JSONPointer {
        let text = try node.text("a JSON Pointer")
        guard text.hasPrefix("/") || text.isEmpty, let pointer = JSONPointer(text) else {
            throw YAMLError(node, "must be a JSON Pointer such as /payload/agent, is \"\(text)\"")
        }
        guard pointer.steps.count <= FieldPlan.mostSteps else { throw YAMLError(node, "has more than \(FieldPlan.mostSteps) steps") }
        return pointer
    }

    func pointers(_ node: YAMLNode) throws(YAMLError) -> [JSONPointer] {
        var pointers: [JSONPointer] = []
        for item in node.items { pointers.append(try pointer(item)) }
        return pointers
    }

    private func described(_ node: YAMLNode, for key: RoleKey) throws(YAMLError) -> [SourceDescription] {
        var places: [SourceDescription.Place] = []
        var options = SourceDescription(.key)
        for member in try node.mapping("a value") {
            let value = member.value
            switch member.key {
            case "at": for item in value.items { places.append(try place(item, for: key)) }
            case "sum": places.append(.sum(try pointer(value), of: try node["of"].map { node throws(YAMLError) in try pointer(node) } ?? JSONPointer(steps: [])))
            case "of": if node["sum"] == nil { options.each = try pointer(value) }
            case "join":
                var parts: [SourceDescription] = []
                for item in value.items { parts += try source(item, for: .role(.id)) }
                places.append(.join(parts, with: try node["with"].map { node throws(YAMLError) in try node.text("with") } ?? "/"))
            case "with": break
            case "all": places.append(.all(try pointers(value)))
            case "plus": options.plus = try pointers(value)
            case "minus": options.minus = try pointers(value)
            case "json": options.json = try pointer(value)
            case "inverted": options.isInverted = try value.bool("inverted")
            case "unit": try unit(value, key, &options)
            case "words": options.words = try words(value, for: key)
            case "steps": options.steps = try steps(value, for: key)
            case "exit_code":
                if case .bool(true) = value.scalar { options.exitCode = .number } else { options.exitCode = .behind(try value.text("exit_code")) }
            default:
                throw YAMLError(
                    line: member.line, column: member.column,
                    message: "\(member.key) is not known here; known are at, all, exit_code, inverted, join, json, minus, of, plus, steps, sum, unit, with, words")
            }
        }
        guard !places.isEmpty else { throw YAMLError(node, "says no place: one of at, sum, join or all is needed") }
        return places.map { place in
            var source = options
            source.place = place
            return source
        }
    }

    private func unit(_ node: YAMLNode, _ key: RoleKey, _ options: inout SourceDescription) throws(YAMLError) {
        let unit = try node.text("unit")
        if key == .time {
            let units: [String: Int64] = ["s": 1_000_000_000, "ms": 1_000_000, "us": 1000, "ns": 1, "auto": 0, "unix": 0, "iso": 0]
            guard let known = units[unit] else { throw YAMLError(node, "the unit of a time must be s, ms, us, ns or auto, is \(unit)") }
            options.timeUnit = known
        } else {
            let units = ["s": 1000, "ms": 1, "us": 1e-3, "ns": 1e-6, "cents": 0.01, "usd": 1]
            guard let known = units[unit] else { throw YAMLError(node, "the unit must be s, ms, us, ns, usd or cents, is \(unit)") }
            options.factor = known
        }
    }

    /// The producer's words, lower case, to canonical ones.
    func words(_ node: YAMLNode, for key: RoleKey) throws(YAMLError) -> [String: UInt8] {
        var words: [String: UInt8] = [:]
        for member in try node.mapping("words") {
            let canonical = try member.value.text("a canonical word")
            guard let code = key.code(canonical) else { throw YAMLError(member.value, "\(canonical) is none of the canonical words of \(key)") }
            words[member.key.lowercased()] = code
        }
        return words
    }

    private func steps(_ node: YAMLNode, for key: RoleKey) throws(YAMLError) -> [(from: Double, code: UInt8)] {
        var steps: [(from: Double, code: UInt8)] = []
        for member in try node.mapping("steps") {
            guard let from = Double(member.key) else {
                throw YAMLError(line: member.line, column: member.column, message: "a step must be a number, is \(member.key)")
            }
            let canonical = try member.value.text("a canonical word")
            guard let code = key.code(canonical) else { throw YAMLError(member.value, "\(canonical) is none of the canonical words of \(key)") }
            steps.append((from, code))
        }
        return steps.sorted { $0.from > $1.from }
    }

    // MARK: conditions

    func conditions(_ node: YAMLNode) throws(YAMLError) -> [ConditionDescription] {
        var conditions: [ConditionDescription] = []
        for member in try node.mapping("when") {
            let place = YAMLNode(.scalar(member.key, plain: false), line: member.line, column: member.column)
            conditions.append(try condition(member.value, try pointer(place)))
        }
        return conditions
    }

    private func condition(_ node: YAMLNode, _ pointer: JSONPointer) throws(YAMLError) -> ConditionDescription {
        if node.isMapping {
            let members = try node.mapping("a condition")
            guard members.count == 1, let member = members.first, member.key == "in" || member.key == "not" else {
                throw YAMLError(node, "a condition is a word such as string, a list of these, {in: [...]} or {not: [...]}")
            }
            var words: [String] = []
            for item in member.value.items { words.append(try item.text("a word")) }
            return ConditionDescription(pointer: pointer, kinds: .string, words: words, isNegated: member.key == "not")
        }
        var kinds: FieldKind = []
        for item in node.items {
            guard case .scalar(let word, _) = item.content, let kind = Self.kinds[word.lowercased()] else {
                throw YAMLError(item, "\(item.kind) is no condition; known are \(Self.kinds.keys.sorted().joined(separator: ", "))")
            }
            kinds.formUnion(kind)
        }
        return ConditionDescription(pointer: pointer, kinds: kinds)
    }

    private static let kinds: [String: FieldKind] = [
        "present": [.null, .no, .yes, .number, .string, .object, .array], "value": [.no, .yes, .number, .string, .object, .array],
        "absent": .absent, "null": .null, "string": .string, "number": .number, "boolean": [.no, .yes], "true": .yes, "false": .no,
        "object": .object, "array": .array,
    ]
}
