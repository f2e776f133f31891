/// Compiles the keywords of one schema into one node.
final class NodeBuilder {
    let compiler: SchemaCompiler
    let place: SchemaPlace
    let keywords: KeywordList
    var node = Node()
    var steps: [Step] = []
    private(set) var decider: Decider?

    init(_ compiler: SchemaCompiler, _ place: SchemaPlace, _ keywords: KeywordList, source: Int32) {
        self.compiler = compiler
        self.place = place
        self.keywords = keywords
        node.resource = compiler.registry.resource(of: place)
        node.source = source
    }

    private static let scalarKeywords = [
        "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "format",
    ]

    func build() throws(SchemaError) -> Node {
        if let value = keywords["type"] { try type(value) }
        if keywords.only(Self.scalarKeywords) != nil {
            try numberChecks()
            try stringChecks()
        }
        for keyword in ["enum", "const"] { if let value = keywords[keyword] { try constants(keyword, value) } }
        if simplifies, node.allowed == .object, keywords["type"] != nil { decider = Decider.found(in: keywords) }
        try objectChecks()
        try arrayChecks()
        try applicators()
        try unevaluated()
        node.firstStep = Int32(compiler.draft.steps.count)
        node.stepCount = Int32(steps.count)
        compiler.draft.steps += steps
        for step in steps { node.deeper.formUnion(step.types) }
        if node.dispatch >= 0 { node.deeper.insert(.object) }
        if compiler.usesDynamicScope { node.needsFrame = true }
        node.deeper.formIntersection(node.allowed)
        return node
    }

    var simplifies: Bool { !compiler.isTelling }

    func refusal(_ keyword: String, _ problem: String, _ remedy: String) -> SchemaError { compiler.refusal(place, keyword, problem, remedy) }

    func child(_ element: Element) throws(SchemaError) -> Int32 { try compiler.node(SchemaPlace(place.document, element)) }

    func children(_ keyword: String, _ element: Element) throws(SchemaError) -> [Int32] {
        if !element.isArray || element.items.isEmpty && keyword != "prefixItems" { throw refusal(keyword, "\(keyword) is no list of schemas", "write an array of at least one schema") }
        var found: [Int32] = []
        for item in element.items { found.append(try child(item)) }
        return found
    }

    /// A keyword's whole number, not negative; cut to what an `Int32` holds, which no document exceeds.
    func size(_ keyword: String) throws(SchemaError) -> Int32? {
        guard let value = keywords[keyword] else { return nil }
        if value.tag == .unsigned || value.tag == .number, value.double ?? 0 > 0 { return Int32.max }
        guard let whole = value.int64, whole >= 0 else { throw refusal(keyword, "\(keyword) is no whole number from 0", "write one") }
        return Int32(min(whole, Int64(Int32.max)))
    }

    // MARK: types and constants

    private func type(_ value: Element) throws(SchemaError) {
        var names: [String] = []
        for item in value.isArray ? value.items : [value] { names.append(item.string ?? "") }
        var allowed = ValueTypes()
        for name in names {
            switch name {
            case "null": allowed.insert(.null)
            case "boolean": allowed.formUnion(.booleans)
            case "integer": allowed.formUnion(.numbers)
            case "number": allowed.formUnion(.numbers)
            case "string": allowed.insert(.string)
            case "array": allowed.insert(.array)
            case "object": allowed.insert(.object)
            default:
                throw refusal("type", "\(JSONText.brief(value)) is no type", "use null, boolean, integer, number, string, array, object or a list of these")
            }
        }
        node.allowed.formIntersection(allowed)
        if names.contains("integer") && !names.contains("number") {
            node.wholeOnly = true
            node.deeper.insert(.number)
        }
    }

    private func constants(_ keyword: String, _ value: Element) throws(SchemaError) {
        if keyword == "enum" && !value.isArray { throw refusal(keyword, "enum is no array", "write the values allowed in an array") }
        let values = keyword == "enum" ? value.items : [value]
        var types = ValueTypes()
        var texts: [[UInt8]] = []
        var others: [Constant] = []
        var otherTypes = ValueTypes()
        let usesTable = node.string < 0 || !compiler.draft.strings[node.string.asInt].hasTable
        for value in values {
            var type = compilerType(value.tag)
            if !type.isDisjoint(with: .numbers) { type = .numbers }
            types.formUnion(type)
            if type == .string, usesTable, let text = value.string {
                let bytes = Array(text.utf8)
                if !texts.contains(bytes) { texts.append(bytes) }
            } else if !type.isDisjoint(with: [.numbers, .array, .object, .string]) {
                others.append(Constant(document: place.document, index: Int32(value.index)))
                otherTypes.formUnion(type)
            }
        }
        node.allowed.formIntersection(types)
        if !texts.isEmpty {
            if node.string < 0 { node.string = Int32(compiler.draft.strings.count); compiler.draft.strings.append(StringCheck()) }
            let table = compiler.table(texts.map { ($0, KeySlot()) })
            compiler.draft.strings[node.string.asInt].table = table
            compiler.draft.strings[node.string.asInt].hasTable = true
            node.deeper.insert(.string)
        }
        if !others.isEmpty {
            compiler.draft.constantChecks.append(ConstantsCheck(first: Int32(compiler.draft.constants.count), count: Int32(others.count)))
            compiler.draft.constants += others
            steps.append(Step(kind: Step.constants, types: otherTypes, first: Int32(compiler.draft.constantChecks.count - 1)))
        }
    }

    private func compilerType(_ tag: Tag) -> ValueTypes {
        switch tag {
        case .null: .null
        case .no: .no
        case .yes: .yes
        case .string: .string
        case .array: .array
        case .object: .object
        default: .numbers
        }
    }

    // MARK: strings

    private func stringChecks() throws(SchemaError) {
        var check = StringCheck()
        var isNeeded = false
        if let size = try size("minLength"), size > 0 { check.minimum = size; isNeeded = true }
        if let size = try size("maxLength") { check.maximum = size; isNeeded = true }
        if let pattern = keywords["pattern"] {
            guard let text = pattern.string else { throw refusal("pattern", "pattern is no text", "write a regular expression") }
            check.firstPattern = Int32(compiler.draft.lists.count)
            check.patternCount = 1
            compiler.draft.lists.append(try compiler.expression(text, place, "pattern"))
            isNeeded = true
        }
        if let format = keywords["format"] {
            guard let text = format.string else { throw refusal("format", "format is no text", "write the name of a format") }
            check.format = StringFormat.number(text)
            isNeeded = isNeeded || check.format != 0
        }
        if !isNeeded { return }
        node.string = Int32(compiler.draft.strings.count)
        compiler.draft.strings.append(check)
        node.deeper.insert(.string)
    }

    // MARK: numbers

    private func numberChecks() throws(SchemaError) {
        var bounds = NumberBounds()
        var isNeeded = false
        for keyword in ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"] {
            guard let value = keywords[keyword] else { continue }
            if !value.isNumber { throw refusal(keyword, "\(keyword) is no number", "write a number") }
            if keyword.hasSuffix("inimum") { bounds.raiseLow(value, excludes: keyword.hasPrefix("e")) } else { bounds.lowerHigh(value, excludes: keyword.hasPrefix("e")) }
            isNeeded = true
        }
        if let value = keywords["multipleOf"] {
            guard value.isNumber, let double = value.double, double > 0, bounds.setDivisor(value) else {
                throw refusal("multipleOf", "multipleOf is no number above 0 of at most 19 digits", "write one")
            }
            isNeeded = true
        }
        if !isNeeded { return }
        if let low = bounds.low { bounds.check.low = compiler.text(low) }
        if let high = bounds.high { bounds.check.high = compiler.text(high) }
        node.number = Int32(compiler.draft.numbers.count)
        compiler.draft.numbers.append(bounds.check)
        node.deeper.formUnion(.numbers)
    }

    // MARK: arrays

    private func arrayChecks() throws(SchemaError) {
        var check = ArrayCheck()
        var isNeeded = false
        if let value = keywords["prefixItems"] {
            let nodes = try children("prefixItems", value)
            check.firstPrefix = Int32(compiler.draft.lists.count)
            check.prefixCount = Int32(nodes.count)
            compiler.draft.lists += nodes
            isNeeded = compiler.tracks || nodes.contains { $0 != NodeIndex.anything }
        }
        if let value = keywords["items"] {
            check.items = try child(value)
            check.itemsIsSaid = true
            isNeeded = isNeeded || compiler.tracks || check.items != NodeIndex.anything
        }
        if let value = keywords["contains"] {
            check.contains = try child(value)
            check.hasContains = true
            check.minimumContains = try size("minContains") ?? 1
            check.maximumContains = try size("maxContains") ?? Int32.max
            isNeeded = true
        }
        if let size = try size("minItems"), size > 0 { check.minimum = size; isNeeded = true }
        if let size = try size("maxItems") { check.maximum = size; isNeeded = true }
        if let value = keywords["uniqueItems"] {
            guard let yes = value.bool else { throw refusal("uniqueItems", "uniqueItems is neither true nor false", "write one of these") }
            check.unique = yes
            isNeeded = isNeeded || yes
        }
        if !isNeeded { return }
        node.array = Int32(compiler.draft.arrays.count)
        compiler.draft.arrays.append(check)
        node.deeper.insert(.array)
    }

    private func unevaluated() throws(SchemaError) {
        for keyword in ["unevaluatedProperties", "unevaluatedItems"] {
            guard let value = keywords[keyword] else { continue }
            compiler.sawUnevaluated = true
            let rest = try child(value)
            node.needsFrame = true
            if keyword == "unevaluatedProperties" {
                node.unevaluatedProperties = rest
                node.tracksProperties = true
                node.deeper.insert(.object)
            } else {
                node.unevaluatedItems = rest
                node.tracksItems = true
                node.deeper.insert(.array)
            }
        }
    }
}
