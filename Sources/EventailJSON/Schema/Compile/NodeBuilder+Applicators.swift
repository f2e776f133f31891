extension NodeBuilder {
    func applicators() throws(SchemaError) {
        if let value = keywords["$ref"] { call(try compiler.node(try compiler.target(place, "$ref", value))) }
        if let value = keywords["$dynamicRef"] { steps.append(try compiler.dynamicStep(place, value)) }
        if keywords["if"] != nil { try condition(keywords) }
        if let value = keywords["allOf"] { try allOf(value) }
        if let value = keywords["anyOf"] { anyOf(try children("anyOf", value)) }
        if let value = keywords["oneOf"] { oneOf(try children("oneOf", value)) }
        if let value = keywords["not"] { not(try child(value)) }
        if let decider { try dispatch(decider) }
    }

    // MARK: all of

    private func allOf(_ value: Element) throws(SchemaError) {
        if !value.isArray || value.items.isEmpty { throw refusal("allOf", "allOf is no list of schemas", "write an array of at least one schema") }
        for item in value.items {
            if let branches = simplifies ? Decider.conditionOnly(item) : nil { try condition(branches) } else { call(try child(item)) }
        }
    }

    /// Applies a node to the same value. What its type masks decide becomes part of this node's masks; its checks too, where there is room.
    func call(_ target: Int32, types: ValueTypes = .all) {
        if !simplifies { steps.append(Step(kind: Step.call, first: target)); return }
        let (allowed, deeper) = compiler.masks(target)
        node.allowed.formIntersection(allowed.union(ValueTypes.all.subtracting(types)))
        let needed = deeper.intersection(types).intersection(node.allowed)
        if needed.isEmpty || inline(target, needed) { return }
        steps.append(Step(kind: Step.call, types: needed, first: target))
    }

    private func inline(_ target: Int32, _ types: ValueTypes) -> Bool {
        guard compiler.isFinished(target) else { return false }
        let other = compiler.draft.nodes[target.asInt]
        if other.needsFrame || compiler.tracks { return false }
        let numbers = !types.isDisjoint(with: .numbers)
        if numbers, node.number >= 0 && other.number >= 0 { return false }
        // A check of numbers would also run for those that `types` leaves out.
        if numbers, !types.isSuperset(of: other.deeper.intersection(.numbers).intersection(node.allowed)) { return false }
        if types.contains(.string), node.string >= 0 && other.string >= 0 { return false }
        if types.contains(.array), node.array >= 0 && other.array >= 0 { return false }
        if types.contains(.object) {
            if node.object >= 0 && other.object >= 0 || other.dispatch >= 0 && (node.dispatch >= 0 || node.object >= 0 || decider != nil) { return false }
            if decider != nil, other.object >= 0 { return false }
        }
        if numbers {
            if other.number >= 0 { node.number = other.number; node.deeper.formUnion(types.intersection(.numbers)) }
            if other.wholeOnly { node.wholeOnly = true; node.deeper.insert(.number) }
        }
        if types.contains(.string), other.string >= 0 { node.string = other.string; node.deeper.insert(.string) }
        if types.contains(.array), other.array >= 0 { node.array = other.array; node.deeper.insert(.array) }
        if types.contains(.object) {
            if other.object >= 0 { node.object = other.object; node.deeper.insert(.object) }
            if other.dispatch >= 0 { node.dispatch = other.dispatch; node.deeper.insert(.object) }
        }
        for var step in compiler.draft.steps[other.firstStep.asInt..<(other.firstStep + other.stepCount).asInt] {
            step.types.formIntersection(types)
            if !step.types.isEmpty { steps.append(step) }
        }
        return true
    }

    // MARK: alternatives

    private func list(_ nodes: [Int32]) -> (first: Int32, count: Int32) {
        compiler.draft.lists += nodes
        return (Int32(compiler.draft.lists.count - nodes.count), Int32(nodes.count))
    }

    private func anyOf(_ nodes: [Int32]) {
        if !simplifies || compiler.tracks {
            let (first, count) = list(nodes)
            steps.append(Step(kind: Step.anyOf, first: first, second: count))
            return
        }
        var possible = ValueTypes(), sure = ValueTypes()
        for node in nodes {
            let (allowed, deeper) = compiler.masks(node)
            possible.formUnion(allowed)
            sure.formUnion(allowed.subtracting(deeper))
        }
        node.allowed.formIntersection(possible)
        let needed = node.allowed.subtracting(sure)
        let left = nodes.filter { !compiler.masks($0).allowed.isDisjoint(with: needed) }
        if needed.isEmpty { return }
        if left.count == 1 { return call(left[0], types: needed) }
        let (first, count) = list(left)
        steps.append(Step(kind: Step.anyOf, types: needed, first: first, second: count))
    }

    private func oneOf(_ nodes: [Int32]) {
        var seen = ValueTypes()
        var areApart = simplifies && !compiler.tracks
        for node in nodes {
            let allowed = compiler.masks(node).allowed
            if !allowed.isDisjoint(with: seen) { areApart = false }
            seen.formUnion(allowed)
        }
        // Where types keep the alternatives apart, at most one can hold.
        if areApart { return anyOf(nodes) }
        let (first, count) = list(nodes)
        steps.append(Step(kind: Step.oneOf, first: first, second: count))
    }

    private func not(_ target: Int32) {
        if !simplifies { steps.append(Step(kind: Step.not, first: target)); return }
        let (allowed, deeper) = compiler.masks(target)
        node.allowed.subtract(allowed.subtracting(deeper))
        let needed = deeper.intersection(allowed).intersection(node.allowed)
        if !needed.isEmpty { steps.append(Step(kind: Step.not, types: needed, first: target)) }
    }

    // MARK: conditions

    private func condition(_ branches: KeywordList) throws(SchemaError) {
        if let decider, decider.takes(branches) { return }
        guard let test = branches["if"] else { return }
        let condition = try child(test)
        var then = NodeIndex.anything, otherwise = NodeIndex.anything
        if let branch = branches["then"] { then = try child(branch) }
        if let branch = branches["else"] { otherwise = try child(branch) }
        if simplifies, !compiler.tracks {
            if then == NodeIndex.anything && otherwise == NodeIndex.anything { return }
            if condition == NodeIndex.anything { return call(then) }
            if condition == NodeIndex.nothing { return call(otherwise) }
        }
        steps.append(Step(kind: Step.condition, first: condition, second: then, third: otherwise))
    }

    /// Lays out which schemas each value of the deciding member calls for.
    private func dispatch(_ decider: Decider) throws(SchemaError) {
        var texts: [[UInt8]] = []
        for rule in decider.rules { for text in rule.texts where !texts.contains(text) { texts.append(text) } }
        var branches: [(texts: [[UInt8]], then: Int32, otherwise: Int32)] = []
        for rule in decider.rules {
            var then = NodeIndex.anything, otherwise = NodeIndex.anything
            if let branch = rule.branches["then"] { then = try child(branch) }
            if let branch = rule.branches["else"] { otherwise = try child(branch) }
            branches.append((rule.texts, then, otherwise))
        }
        let nodeList = { [compiler] (nodes: [Int32]) in
            let kept = nodes.filter { node in
                let (allowed, deeper) = compiler.masks(node)
                return !allowed.contains(.object) || deeper.contains(.object)
            }
            compiler.draft.lists += kept
            return NodeList(first: Int32(compiler.draft.lists.count - kept.count), count: Int32(kept.count))
        }
        var dispatch = Dispatch()
        dispatch.otherwise = nodeList(branches.map(\.otherwise))
        let keys = texts.map { text in
            compiler.draft.nodeLists.append(nodeList(branches.map { $0.texts.contains(text) ? $0.then : $0.otherwise }))
            return (bytes: text, slot: KeySlot(node: Int32(compiler.draft.nodeLists.count - 1)))
        }
        dispatch.table = compiler.table(keys)
        node.dispatch = Int32(compiler.draft.dispatches.count)
        compiler.draft.dispatches.append(dispatch)
    }
}

/// A member whose text decides which of several `if` schemas apply: `if` asks for it and lists values, nothing else.
struct Decider {
    let name: String
    private(set) var rules: [(texts: [[UInt8]], branches: KeywordList)] = []

    /// The member that most conditions of a schema (its own `if` and those in `allOf`) look at; nil when none does.
    static func found(in keywords: KeywordList) -> Decider? {
        if keywords["if"] == nil && keywords["allOf"] == nil { return nil }
        var conditions: [KeywordList] = []
        if keywords["if"] != nil { conditions.append(keywords) }
        for item in keywords["allOf"]?.items ?? [] { if let branches = conditionOnly(item) { conditions.append(branches) } }
        var found: [(name: String, texts: [[UInt8]], branches: KeywordList)] = []
        for branches in conditions { if let test = branches["if"], let (name, texts) = tested(test) { found.append((name, texts, branches)) } }
        let names = Set(found.map(\.name)).sorted()
        guard let best = names.max(by: { name, other in found.count { $0.name == name } < found.count { $0.name == other } }) else { return nil }
        var decider = Decider(name: best)
        for condition in found where condition.name == best { decider.rules.append((condition.texts, condition.branches)) }
        return decider
    }

    private init(name: String) { self.name = name }

    func takes(_ branches: KeywordList) -> Bool { branches["if"].flatMap(Self.tested)?.name == name }

    /// The keywords of a schema that is nothing but `if`, `then` and `else`.
    static func conditionOnly(_ schema: Element) -> KeywordList? {
        guard schema.isObject, schema["if"] != nil else { return nil }
        var found = KeywordList()
        for (name, value) in schema.members {
            if name == "if" || name == "then" || name == "else" { found[name] = value } else if name != "$comment" && name != "title" && name != "description" { return nil }
        }
        return found
    }

    private static func tested(_ test: Element) -> (name: String, texts: [[UInt8]])? {
        guard let properties = test["properties"], properties.members.count == 1, let property = properties.members.first,
            let required = test["required"]?.items, required.count == 1, required[0].string == property.key,
            test.members.allSatisfy({ ["properties", "required", "$comment"].contains($0.key) || $0.key == "type" && $0.value.string == "object" })
        else { return nil }
        guard property.value.members.count == 1, let rule = property.value.members.first, rule.key == "const" || rule.key == "enum" else { return nil }
        var texts: [[UInt8]] = []
        for value in rule.key == "const" ? [rule.value] : rule.value.items {
            guard let text = value.string else { return nil }
            texts.append(Array(text.utf8))
        }
        return (property.key, texts)
    }
}
