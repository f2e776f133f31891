/// Tells why a value does not keep its schema, by running each keyword of a telling program alone.
///
/// It decides nothing itself: what refuses is asked of the machine; it only goes where the refusal is.
struct SchemaExplainer {
    let machine: SchemaMachine
    let program: SchemaProgram
    let limit: Int
    private var path: [String] = []
    private var found: [Violation] = []
    private var depth = 0

    init(machine: SchemaMachine, program: SchemaProgram, limit: Int) {
        self.machine = machine
        self.program = program
        self.limit = max(limit, 1)
    }

    mutating func violations(at index: Int, _ root: Int32) -> [Violation] {
        explain(root, index, location: program.sources.first?.location ?? "#")
        switch machine.memory.limit {
        case .none: break
        case .frames: report("", "#", "is nested so deep that checking it was given up: at most \(MachineMemory.maximumFrames) schemas one within the other")
        case .pattern: report("pattern", "#", "took more than \(ExpressionMatcher.matchLimit) steps to match a pattern, so checking it was given up")
        }
        return Array(found.prefix(limit))
    }

    private mutating func report(_ keyword: String, _ location: String, _ message: String) {
        let pointer = path.map { "/" + JSONPointer.escaped($0) }.joined()
        found.append(Violation(instanceLocation: pointer, keyword: keyword, schemaLocation: location, message: message))
    }

    private func value(_ at: Int) -> Element { Element(document: machine.document, index: at) }

    /// Adds the violations of the value at `at`, which may keep the node after all.
    private mutating func explain(_ index: Int32, _ at: Int, location: String) {
        if index == NodeIndex.nothing { return report("false", location, "is not allowed here") }
        if index < 0 || found.count >= limit || depth > 4096 || machine.accepts(index, at) { return }
        depth += 1
        let node = machine.program.nodes[index]
        let scopes = machine.memory.scopeCount
        if machine.program.usesDynamicScope { machine.memory.enter(resource: node.resource) }
        defer { machine.memory.scopeCount = scopes; depth -= 1 }
        let source = program.sources[node.source.asInt]
        let schema = program.documents[source.place.document.asInt].element(source.place.index.asInt)
        let before = found.count
        for part in program.parts[node.source.asInt] where !machine.accepts(part.node, at) {
            explain(part, schema, at, source.location + "/" + part.keyword)
            if found.count >= limit { return }
        }
        if found.count == before { unevaluated(index, schema, at, source.location) }
    }

    private mutating func explain(_ part: SchemaPart, _ schema: Element, _ at: Int, _ location: String) {
        let node = machine.program.nodes[part.node]
        let step = node.stepCount > 0 ? machine.program.steps[node.firstStep] : nil
        let before = found.count
        switch part.keyword {
        case "properties", "patternProperties", "additionalProperties": members(part.node, schema, at, String(location.dropLast(part.keyword.utf8.count + 1)))
        case "propertyNames": names(part.node, schema, at, location)
        case "items", "prefixItems": items(part.node, at, String(location.dropLast(part.keyword.utf8.count + 1)))
        case "$ref", "allOf":
            for index in node.firstStep..<node.firstStep + node.stepCount {
                explain(machine.program.steps[index].first, at, location: part.keyword == "$ref" ? location : "\(location)/\(index - node.firstStep)")
            }
        case "$dynamicRef":
            if let step { explain(step.kind == Step.dynamic ? machine.dynamicTarget(step.first) : step.first, at, location: location) }
        case "if":
            if let step {
                let holds = machine.accepts(step.first, at)
                explain(holds ? step.second : step.third, at, location: String(location.dropLast(2)) + (holds ? "then" : "else"))
            }
        case "dependentSchemas":
            let check = machine.program.objects[node.object]
            for index in check.firstDependent..<check.firstDependent + check.dependentCount {
                explainDependent(machine.program.dependents[index].node, schema, Int(index - check.firstDependent), at, location)
            }
        case "anyOf", "oneOf": if let step { alternatives(part.keyword, step, at, location) }
        default: report(part.keyword, location, SchemaMessage.text(part.keyword, schema, value(at), machine))
        }
        if found.count == before { report(part.keyword, location, SchemaMessage.text(part.keyword, schema, value(at), machine)) }
    }

    private mutating func explainDependent(_ node: Int32, _ schema: Element, _ position: Int, _ at: Int, _ location: String) {
        let entries = schema["dependentSchemas"]?.members ?? []
        guard position < entries.count, value(at)[entries[position].key] != nil else { return }
        explain(node, at, location: location + "/" + JSONPointer.escaped(entries[position].key))
    }

    // MARK: members and items

    private mutating func members(_ index: Int32, _ schema: Element, _ at: Int, _ location: String) {
        let node = machine.program.nodes[index]
        if node.object < 0 { return }
        let check = machine.program.objects[node.object]
        for (name, member) in value(at).members {
            var evaluated = false
            path.append(name)
            let place = check.table.count > 0 ? machine.find(check.table, member.index - 1) : -1
            if place >= 0, machine.program.slots[place].flags & KeySlot.isProperty != 0 {
                evaluated = true
                explain(machine.program.slots[place].node, member.index, location: location + "/properties/" + JSONPointer.escaped(name))
            }
            let patterns = schema["patternProperties"]?.members ?? []
            for index in 0..<Int(check.patternCount) {
                let pattern = machine.program.patterns[check.firstPattern + Int32(index)]
                if !machine.matches(pattern.expression, member.index - 1) { continue }
                evaluated = true
                explain(pattern.node, member.index, location: location + "/patternProperties/" + JSONPointer.escaped(patterns[index].key))
            }
            if !evaluated, check.additionalIsSaid {
                if check.additional == NodeIndex.nothing {
                    report("additionalProperties", location + "/additionalProperties", SchemaMessage.unknownMember(name, schema))
                } else {
                    explain(check.additional, member.index, location: location + "/additionalProperties")
                }
            }
            path.removeLast()
            if found.count >= limit { return }
        }
    }

    private mutating func names(_ index: Int32, _ schema: Element, _ at: Int, _ location: String) {
        let check = machine.program.objects[machine.program.nodes[index].object]
        for (name, member) in value(at).members where !machine.accepts(check.names, member.index - 1) {
            path.append(name)
            report("propertyNames", location, "has a name that is not allowed: \(JSONText.quoted(name))")
            path.removeLast()
        }
    }

    private mutating func items(_ index: Int32, _ at: Int, _ location: String) {
        let node = machine.program.nodes[index]
        if node.array < 0 { return }
        let check = machine.program.arrays[node.array]
        for (position, item) in value(at).items.enumerated() {
            let isPrefix = position < check.prefixCount.asInt
            let target = isPrefix ? machine.program.lists[check.firstPrefix.asInt + position] : check.items
            path.append(String(position))
            explain(target, item.index, location: location + (isPrefix ? "/prefixItems/\(position)" : "/items"))
            path.removeLast()
            if found.count >= limit { return }
        }
    }

    private mutating func unevaluated(_ index: Int32, _ schema: Element, _ at: Int, _ location: String) {
        let node = machine.program.nodes[index]
        let instance = value(at)
        let keyword = instance.isObject ? "unevaluatedProperties" : "unevaluatedItems"
        let rest = instance.isObject ? node.unevaluatedProperties : node.unevaluatedItems
        for (name, place) in machine.unevaluatedPlaces(index, at) {
            path.append(name)
            if rest == NodeIndex.nothing {
                report(keyword, "\(location)/\(keyword)", "is not allowed here: no schema that applies knows it")
            } else {
                explain(rest, place, location: "\(location)/\(keyword)")
            }
            path.removeLast()
            if found.count >= limit { return }
        }
    }

    // MARK: alternatives

    /// Reports the alternative that comes closest: the one whose first violation lies deepest; when none goes deeper, all in one sentence.
    private mutating func alternatives(_ keyword: String, _ step: Step, _ at: Int, _ location: String) {
        let nodes = (step.first..<step.first + step.second).map { machine.program.lists[$0] }
        let accepted = nodes.indices.filter { machine.accepts(nodes[$0], at) }
        if accepted.count > 1 {
            return report(keyword, location, "keeps more than one of the alternatives: \(accepted.map(String.init).joined(separator: ", "))")
        }
        var attempts: [[Violation]] = []
        for (position, node) in nodes.enumerated() {
            var attempt = SchemaExplainer(machine: machine, program: program, limit: min(limit, 4))
            attempt.path = path
            attempt.depth = depth
            attempt.explain(node, at, location: "\(location)/\(position)")
            if !attempt.found.isEmpty { attempts.append(attempt.found) }
        }
        if attempts.isEmpty { return }
        let own = path.count
        let best = attempts.max { Self.closeness($0, own) < Self.closeness($1, own) } ?? []
        if attempts.count == 1 || Self.closeness(best, own) > 0 { found += best; return }
        let reasons = Set(attempts.compactMap(\.first?.message)).sorted().prefix(4).joined(separator: "; or ")
        report(keyword, location, "keeps none of the \(nodes.count) alternatives: \(reasons)")
    }

    /// How far into the value an alternative was kept; a wrong type or constant speaks against having meant it.
    private static func closeness(_ violations: [Violation], _ depth: Int) -> Int {
        guard let first = violations.first else { return -1 }
        let deeper = first.instanceLocation.utf8.count { $0 == 0x2F } - depth
        let isOther = violations.contains { ["const", "enum", "false"].contains($0.keyword) }
        return first.keyword == "type" && deeper == 0 ? 0 : deeper * 4 + (isOther ? 0 : 2) - (deeper == 0 ? 2 : 0)
    }
}

extension SchemaMachine {
    /// The names and places of members or items that the rest of a node leaves for `unevaluated…`, which refuses them.
    func unevaluatedPlaces(_ index: Int32, _ at: Int) -> [(String, Int)] {
        let element = Element(document: document, index: at)
        let node = program.nodes[index]
        guard element.isObject && node.tracksProperties || element.isArray && node.tracksItems else { return [] }
        let rest = element.isObject ? node.unevaluatedProperties : node.unevaluatedItems
        let top = memory.top
        defer { memory.top = top }
        let marks = memory.allocate((document.count(at) + 63) >> 6)
        if !acceptsWithMarks(index, at, marks) { return [] }
        let places = element.isObject
            ? element.members.map { ($0.key, $0.value.index) } : element.items.enumerated().map { (String($0.offset), $0.element.index) }
        return places.enumerated().filter { !memory.isMarked(marks, $0.offset) && !accepts(rest, $0.element.1) }.map(\.element)
    }
}
