/// Turns the schemas that are reachable from one into a program.
///
/// An answering program is simplified on the way: references that add nothing are followed, alternatives that types decide
/// become type masks, `if` chains on one member become a dispatch. A telling program keeps every keyword.
/// *Owns* the draft. *Thread*: the registry's.
final class SchemaCompiler {
    let registry: SchemaRegistry
    let isTelling: Bool
    let assertFormats: Bool
    /// Whether `unevaluated…` is used anywhere, so that trivial checks still must leave marks.
    let tracks: Bool
    let usesDynamicScope: Bool
    var draft = ProgramDraft()
    var sawUnevaluated = false
    var sawDynamic = false
    private var finished: Set<Int32> = []
    private var expressionOfPattern: [String: Int32] = [:]
    private var dialects: [Int32: SchemaDialect] = [:]
    private var dynamicPlaces: [(index: Int, anchor: String)] = []
    private var depth = 0

    private init(_ registry: SchemaRegistry, assertFormats: Bool, isTelling: Bool, tracks: Bool, usesDynamicScope: Bool) {
        self.registry = registry
        self.assertFormats = assertFormats
        self.isTelling = isTelling
        self.tracks = tracks
        self.usesDynamicScope = usesDynamicScope
    }

    /// Compiles the schemas at some places into one program, with a root each; again with marks or dynamic scope when the first time shows that they
    /// are needed.
    static func program(
        _ registry: SchemaRegistry, _ places: [SchemaPlace], assertFormats: Bool, isTelling: Bool
    ) throws(SchemaError) -> (SchemaProgram, roots: [Int32]) {
        var tracks = false, dynamic = false
        while true {
            let compiler = SchemaCompiler(registry, assertFormats: assertFormats, isTelling: isTelling, tracks: tracks, usesDynamicScope: dynamic)
            var roots: [Int32] = []
            for place in places { roots.append(try compiler.node(place)) }
            try compiler.finishDynamicReferences()
            if compiler.sawUnevaluated == tracks && compiler.sawDynamic == dynamic {
                if isTelling { try compiler.refuseEndlessReferences() }
                compiler.draft.documents = registry.documents
                compiler.draft.usesDynamicScope = dynamic
                return (SchemaProgram(compiler.draft), roots)
            }
            tracks = tracks || compiler.sawUnevaluated
            dynamic = dynamic || compiler.sawDynamic
        }
    }

    // MARK: nodes

    /// The node of the schema at `place`, compiled once.
    func node(_ place: SchemaPlace) throws(SchemaError) -> Int32 {
        let schema = registry.element(place)
        if let yes = schema.bool { return yes ? NodeIndex.anything : NodeIndex.nothing }
        if let known = draft.nodeOfPlace[place] { return known }
        if !schema.isObject { throw refusal(place, "", "a schema is neither an object nor true nor false", "write one of these") }
        depth += 1
        defer { depth -= 1 }
        if depth > 2000 { throw refusal(place, "", "schemas refer to each other more than 2000 deep", "make the chain of references shorter") }

        let keywords = try keywords(place, schema)
        if !isTelling, !usesDynamicScope, keywords.count == 1, let reference = keywords["$ref"] {
            let target = try node(try target(place, "$ref", reference))
            draft.nodeOfPlace[place] = target
            return target
        }
        let index = reserve(place)
        draft.nodeOfPlace[place] = index
        let builder = NodeBuilder(self, place, keywords, source: draft.nodes[Int(index)].source)
        let built = try builder.build()
        draft.nodes[Int(index)] = built
        finished.insert(index)
        if isTelling {
            var parts: [SchemaPart] = []
            for group in SchemaKeyword.groups {
                guard let chosen = keywords.only(group) else { continue }
                let part = try NodeBuilder(self, place, chosen, source: built.source).build()
                draft.nodes.append(part)
                parts.append(SchemaPart(keyword: group.first { chosen[$0] != nil } ?? group[0], node: Int32(draft.nodes.count - 1)))
            }
            draft.parts[Int(built.source)] = parts
        }
        return index
    }

    /// A node that another is made of, without a place of its own.
    func add(_ node: Node) -> Int32 {
        draft.nodes.append(node)
        finished.insert(Int32(draft.nodes.count - 1))
        return Int32(draft.nodes.count - 1)
    }

    private func reserve(_ place: SchemaPlace) -> Int32 {
        let uri = registry.resources[registry.resource(of: place).asInt].uri
        // Only refusals are told with their place.
        draft.sources.append(SchemaSource(place: place, location: isTelling ? uri + "#" + registry.pointer(of: place) : uri))
        draft.parts.append([])
        var node = Node()
        node.deeper = .all
        node.source = Int32(draft.sources.count - 1)
        draft.nodes.append(node)
        return Int32(draft.nodes.count - 1)
    }

    /// The type masks of a node; everything is possible while it is not finished.
    func masks(_ node: Int32) -> (allowed: ValueTypes, deeper: ValueTypes) {
        if node == NodeIndex.anything { return (.all, []) }
        if node == NodeIndex.nothing { return ([], []) }
        return finished.contains(node) ? (draft.nodes[node.asInt].allowed, draft.nodes[node.asInt].deeper) : (.all, .all)
    }

    func isFinished(_ node: Int32) -> Bool { finished.contains(node) }

    // MARK: keywords in force

    private func keywords(_ place: SchemaPlace, _ schema: Element) throws(SchemaError) -> KeywordList {
        let dialect = try dialect(registry.resource(of: place))
        var found = KeywordList()
        for (name, value) in schema.members where dialect.has(name) {
            if name == "format" && !assertFormats && !dialect.assertsFormats { continue }
            found[name] = value
        }
        // These mean nothing without the keyword that they belong to.
        if found["if"] == nil { found["then"] = nil; found["else"] = nil }
        if found["contains"] == nil { found["minContains"] = nil; found["maxContains"] = nil }
        return found
    }

    private func dialect(_ resource: Int32) throws(SchemaError) -> SchemaDialect {
        if let known = dialects[resource] { return known }
        var dialect = SchemaDialect()
        let owner = registry.resources[resource.asInt]
        if let meta = owner.metaSchema, meta != MetaSchemas.official {
            let place = try registry.locate(meta, base: "", from: owner.uri, at: "/$schema")
            if let vocabularies = registry.element(place)["$vocabulary"] {
                let base = "https://json-schema.org/draft/2020-12/vocab/"
                dialect = SchemaDialect(validation: false, applicators: false, unevaluated: false)
                for (name, isRequired) in vocabularies.members {
                    switch name {
                    case base + "validation": dialect.validation = true
                    case base + "applicator": dialect.applicators = true
                    case base + "unevaluated": dialect.unevaluated = true
                    case base + "format-assertion": dialect.assertsFormats = true
                    case base + "core", base + "meta-data", base + "format-annotation", base + "content": continue
                    default:
                        if isRequired.bool == true {
                            throw SchemaError(uri: meta, location: "/$vocabulary", problem: "the vocabulary \(name) is required but not known", remedy: "use draft 2020-12's own vocabularies")
                        }
                    }
                }
            }
        }
        dialects[resource] = dialect
        return dialect
    }

    // MARK: references

    func target(_ place: SchemaPlace, _ keyword: String, _ value: Element) throws(SchemaError) -> SchemaPlace {
        guard let text = value.string else { throw refusal(place, keyword, "\(keyword) is no text", "write a URI reference") }
        let resource = registry.resources[registry.resource(of: place).asInt]
        return try registry.locate(text, base: resource.uri, from: resource.uri, at: registry.pointer(of: place) + "/" + keyword)
    }

    /// The step of a `$dynamicRef`: a plain call unless it leads to a `$dynamicAnchor` of the same name (core 8.2.3.2).
    func dynamicStep(_ place: SchemaPlace, _ value: Element) throws(SchemaError) -> Step {
        let target = try target(place, "$dynamicRef", value)
        let fragment = URIReference(value.string ?? "").fragment.map(String.init) ?? ""
        let node = try node(target)
        guard !fragment.isEmpty, registry.element(target)["$dynamicAnchor"]?.string == fragment else { return Step(kind: Step.call, first: node) }
        sawDynamic = true
        draft.dynamics.append(DynamicReference(otherwise: node))
        dynamicPlaces.append((draft.dynamics.count - 1, fragment))
        return Step(kind: Step.dynamic, first: Int32(draft.dynamics.count - 1))
    }

    /// Compiles the targets that dynamic references may have in every resource that the program enters.
    private func finishDynamicReferences() throws(SchemaError) {
        var before = -1
        while before != draft.nodes.count {
            before = draft.nodes.count
            let anchors = Set(dynamicPlaces.map(\.anchor))
            for resource in Set(draft.nodes.map(\.resource)).sorted() {
                for anchor in anchors.sorted() {
                    if let place = registry.resources[resource.asInt].dynamicAnchors[anchor] { _ = try node(place) }
                }
            }
        }
        let entered = Set(draft.nodes.map(\.resource)).sorted()
        for (index, anchor) in dynamicPlaces {
            draft.dynamics[index].firstTarget = Int32(draft.targets.count)
            for resource in entered {
                guard let place = registry.resources[resource.asInt].dynamicAnchors[anchor] else { continue }
                draft.targets.append(DynamicTarget(resource: resource, node: try node(place)))
            }
            draft.dynamics[index].targetCount = Int32(draft.targets.count) - draft.dynamics[index].firstTarget
        }
    }

    // MARK: endless references

    /// Refuses schemas that come back to themselves without going into the value.
    private func refuseEndlessReferences() throws(SchemaError) {
        var state = [UInt8](repeating: 0, count: draft.nodes.count)
        for start in draft.nodes.indices where state[start] == 0 {
            var stack: [(node: Int, next: [Int32])] = [(start, inPlace(start))]
            state[start] = 1
            while let top = stack.last {
                guard let target = top.next.last else {
                    state[top.node] = 2
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next.removeLast()
                if target < 0 || state[target.asInt] == 2 { continue }
                if state[target.asInt] == 1 {
                    let source = draft.sources[draft.nodes[target.asInt].source.asInt]
                    throw refusal(source.place, "", "the schema refers to itself without end", "let the reference apply to a member or an item instead")
                }
                state[target.asInt] = 1
                stack.append((target.asInt, inPlace(target.asInt)))
            }
        }
    }

    /// The nodes that a node applies to the same value.
    private func inPlace(_ index: Int) -> [Int32] {
        let node = draft.nodes[index]
        var found: [Int32] = []
        for step in draft.steps[node.firstStep.asInt..<(node.firstStep + node.stepCount).asInt] {
            switch step.kind {
            case Step.call, Step.not: found.append(step.first)
            case Step.anyOf, Step.oneOf: found += draft.lists[step.first.asInt..<(step.first + step.second).asInt]
            case Step.condition: found += [step.first, step.second, step.third]
            case Step.dynamic: found.append(draft.dynamics[step.first.asInt].otherwise)
            default: break
            }
        }
        if node.object >= 0 {
            let check = draft.objects[node.object.asInt]
            found += draft.dependents[check.firstDependent.asInt..<(check.firstDependent + check.dependentCount).asInt].map(\.node)
        }
        return found
    }

    // MARK: shared pieces

    func expression(_ pattern: String, _ place: SchemaPlace, _ keyword: String) throws(SchemaError) -> Int32 {
        if let known = expressionOfPattern[pattern] { return known }
        do throws(RegularExpression.Refusal) {
            draft.expressions.append(try RegularExpression.shared(pattern))
        } catch {
            throw refusal(place, keyword, "\(JSONText.quoted(pattern)) is no regular expression: \(error.reason)", "write it as ECMA-262 does")
        }
        expressionOfPattern[pattern] = Int32(draft.expressions.count - 1)
        return Int32(draft.expressions.count - 1)
    }

    func text(_ bytes: [UInt8]) -> TextRange {
        draft.bytes += bytes
        return TextRange(start: Int32(draft.bytes.count - bytes.count), count: Int32(bytes.count))
    }

    /// Places a key table's slots, with the text of long keys.
    func table(_ keys: [(bytes: [UInt8], slot: KeySlot)]) -> KeyTable {
        let keys = keys.map { key in
            var slot = key.slot
            if key.bytes.count > 16 { slot.text = text(key.bytes).start }
            return (key.bytes, slot)
        }
        var (table, slots) = KeyTable.build(keys)
        table.first = Int32(draft.slots.count)
        draft.slots += slots
        return table
    }

    func refusal(_ place: SchemaPlace, _ keyword: String, _ problem: String, _ remedy: String) -> SchemaError {
        let location = registry.pointer(of: place) + (keyword.isEmpty ? "" : "/" + keyword)
        return SchemaError(uri: registry.resources[registry.resource(of: place).asInt].uri, location: location, problem: problem, remedy: remedy)
    }
}
