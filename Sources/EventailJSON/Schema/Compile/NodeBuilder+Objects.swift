extension NodeBuilder {
    /// The most members of one object check that can be required or have others depend on them: the bits of a word.
    private static let bits = 64

    private static let keywords = [
        "properties", "required", "patternProperties", "additionalProperties", "propertyNames", "dependentRequired", "dependentSchemas",
        "minProperties", "maxProperties",
    ]

    func objectChecks() throws(SchemaError) {
        if decider == nil, keywords.only(Self.keywords) == nil { return }
        var check = ObjectCheck()
        var keys = KeyList()
        for (name, value) in try map("properties") {
            let node = try child(value)
            keys.change(name) { slot in
                slot.node = node
                slot.flags |= KeySlot.isProperty
            }
        }
        let required = try names("required", keywords["required"])
        var overflow: [String] = []
        for name in required where !keys.giveBit(name) { overflow.append(name) }
        for name in required { check.required |= keys[name].bit }
        if let decider { keys[decider.name].flags |= KeySlot.decides }

        var dependents: [Dependent] = []
        for (trigger, value) in try map("dependentRequired") {
            let needed = try names("dependentRequired", value)
            if needed.isEmpty { continue }
            if keys.giveBit(trigger), needed.allSatisfy({ keys.giveBit($0) }) {
                dependents.append(Dependent(bit: keys[trigger].bit, required: needed.reduce(0) { $0 | keys[$1].bit }, node: NodeIndex.anything))
            } else {
                steps.append(Step(kind: Step.condition, types: .object, first: requiring([trigger]), second: requiring(needed), third: NodeIndex.anything))
            }
        }
        for (trigger, value) in try map("dependentSchemas") {
            let node = try child(value)
            if keys.giveBit(trigger) {
                dependents.append(Dependent(bit: keys[trigger].bit, required: 0, node: node))
            } else {
                steps.append(Step(kind: Step.condition, types: .object, first: requiring([trigger]), second: node, third: NodeIndex.anything))
            }
        }
        for start in stride(from: 0, to: overflow.count, by: Self.bits) {
            steps.append(Step(kind: Step.call, types: .object, first: requiring(Array(overflow[start..<min(start + Self.bits, overflow.count)]))))
        }
        check.firstDependent = Int32(compiler.draft.dependents.count)
        check.dependentCount = Int32(dependents.count)
        compiler.draft.dependents += dependents

        var patterns: [MemberPattern] = []
        for (pattern, value) in try map("patternProperties") {
            patterns.append(MemberPattern(expression: try compiler.expression(pattern, place, "patternProperties"), node: try child(value)))
        }
        check.firstPattern = Int32(compiler.draft.patterns.count)
        check.patternCount = Int32(patterns.count)
        compiler.draft.patterns += patterns
        if let value = keywords["additionalProperties"] {
            check.additional = try child(value)
            check.additionalIsSaid = compiler.tracks || check.additional != NodeIndex.anything
        }
        if let value = keywords["propertyNames"] { check.names = try child(value) }
        check.minimum = try size("minProperties") ?? 0
        check.maximum = try size("maxProperties") ?? Int32.max
        finish(&check, keys)
    }

    private func finish(_ check: inout ObjectCheck, _ keys: KeyList) {
        check.simple = check.patternCount == 0 && !check.additionalIsSaid && check.names == NodeIndex.anything && check.minimum == 0
            && check.maximum == Int32.max && check.dependentCount == 0
        var slots = keys.entries
        if check.simple && !compiler.tracks {
            slots.removeAll { $0.slot.node == NodeIndex.anything && $0.slot.bit == 0 && $0.slot.flags & KeySlot.decides == 0 }
        }
        check.onlyRequired = check.simple && check.required != 0
            && slots.allSatisfy { $0.slot.node == NodeIndex.anything && $0.slot.flags & KeySlot.decides == 0 }
        if check.simple && slots.isEmpty { return }
        check.table = compiler.table(slots)
        node.object = Int32(compiler.draft.objects.count)
        compiler.draft.objects.append(check)
        node.deeper.insert(.object)
    }

    /// A node that asks for members and nothing else.
    private func requiring(_ names: [String]) -> Int32 {
        let inner = NodeBuilder(compiler, place, KeywordList(), source: node.source)
        var keys = KeyList()
        var check = ObjectCheck()
        for name in names where keys.giveBit(name) { check.required |= keys[name].bit }
        inner.finish(&check, keys)
        inner.node.firstStep = Int32(compiler.draft.steps.count)
        return compiler.add(inner.node)
    }

    private func map(_ keyword: String) throws(SchemaError) -> [(key: String, value: Element)] {
        guard let value = keywords[keyword] else { return [] }
        if !value.isObject { throw refusal(keyword, "\(keyword) is no object", "write an object with one entry a name") }
        return value.members
    }

    private func names(_ keyword: String, _ value: Element?) throws(SchemaError) -> [String] {
        guard let value else { return [] }
        var found: [String] = []
        for item in value.items {
            guard let name = item.string else { throw refusal(keyword, "\(keyword) names what is no text", "write a list of member names") }
            found.append(name)
        }
        if !value.isArray { throw refusal(keyword, "\(keyword) is no list of names", "write a list of member names") }
        return found
    }
}

/// The members that an object check knows by name, in the order in which they were named.
///
/// Names are told apart by their bytes: Swift takes canonically equivalent texts as equal, JSON does not.
struct KeyList {
    private(set) var entries: [(bytes: [UInt8], slot: KeySlot)] = []
    private var words: [KeyWords] = []
    /// Only of long lists.
    private var positions: [[UInt8]: Int] = [:]
    private var bits = 0

    private static let mostCompared = 64

    subscript(_ name: String) -> KeySlot {
        get { position(Array(name.utf8)).map { entries[$0].slot } ?? KeySlot() }
        set {
            let bytes = Array(name.utf8)
            if let position = position(bytes) { entries[position].slot = newValue; return }
            words.append(KeyWords(bytes))
            entries.append((bytes, newValue))
            if entries.count == Self.mostCompared { for (index, entry) in entries.enumerated() { positions[entry.bytes] = index } }
            if entries.count > Self.mostCompared { positions[bytes] = entries.count - 1 }
        }
    }

    /// Changes what is noted of a member.
    mutating func change(_ name: String, _ change: (inout KeySlot) -> Void) {
        let bytes = Array(name.utf8)
        if let position = position(bytes) { return change(&entries[position].slot) }
        var slot = KeySlot()
        change(&slot)
        self[name] = slot
    }

    /// Sees to it that the presence of a member is noted; false when all bits are used.
    mutating func giveBit(_ name: String) -> Bool {
        let hasRoom = bits < 64
        let bit: UInt64 = hasRoom ? 1 << UInt64(bits) : 0
        var isNew = false
        if !hasRoom { return self[name].bit != 0 }
        change(name) { slot in
            if slot.bit == 0 {
                slot.bit = bit
                isNew = true
            }
        }
        if isNew { bits += 1 }
        return true
    }

    private func position(_ bytes: [UInt8]) -> Int? {
        if entries.count >= Self.mostCompared { return positions[bytes] }
        let wanted = KeyWords(bytes)
        return words.indices.first { words[$0] == wanted && (bytes.count <= 16 || entries[$0].bytes == bytes) }
    }
}
