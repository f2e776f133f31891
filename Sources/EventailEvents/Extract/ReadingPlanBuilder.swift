internal import EventailJSON

/// Compiles profiles into the tables of a `ReadingPlan`.
struct ReadingPlanBuilder {
    /// The pointers that one field plan looks for, each with its slot.
    struct Scope {
        var pointers: [JSONPointer] = []
        private var slots: [JSONPointer: Int] = [:]

        mutating func slot(_ pointer: JSONPointer) -> Int {
            if let slot = slots[pointer] { return slot }
            slots[pointer] = pointers.count
            pointers.append(pointer)
            return pointers.count - 1
        }
    }

    /// How many pointers all forms' conditions together may use.
    static let mostConditionPointers = 128

    var profiles: [Profile] = []
    var line = Scope()
    var partScopes: [Scope] = []
    var tables: [[(word: [UInt8], number: Int32)]] = []
    var forms: ContiguousArray<ReadingPlan.Form> = []
    var namings: [[Int]] = []
    var checks: ContiguousArray<ReadingPlan.Check> = []
    var wordChecks: ContiguousArray<ReadingPlan.WordCheck> = []
    var types: ContiguousArray<ReadingPlan.TypeRule> = []
    var roles: ContiguousArray<ReadingPlan.RoleRule> = []
    var sources: ContiguousArray<ReadingPlan.Source> = []
    var complex: [ReadingPlan.Complex] = []
    var parts: [ReadingPlan.Part] = []
    var told: [ReadingPlan.Told] = []
    var carries: [ReadingPlan.Carry] = []
    var constants: [[UInt8]] = []
    var schemas: [Schema] = []
    var typePointers: [String] = []

    private let catalogue: Catalogue
    /// The part that is being compiled; nil in the line.
    private var part: Int?
    private var description = ProfileDescription()
    private var profileNumber: Int32 = 0
    private var humanTable: Int32 = -1
    /// Where the present profile's lists of the line's sources are.
    private var stretches: [ObjectIdentifier: ReadingPlan.Stretch] = [:]
    /// The rules of the present profile's types.
    private var rules: [ObjectIdentifier: Int] = [:]
    /// The tables of the present profile's words.
    private var wordTables: [RoleKey: Int32] = [:]
    private var firstCarry = 0
    private var replayCarry: Int32 = -1

    static func build(_ profiles: [Profile], _ catalogue: Catalogue) throws(ProfileError) -> ReadingPlan {
        var builder = ReadingPlanBuilder(catalogue: catalogue)
        builder.profiles = profiles
        // Pointers of conditions come first, so that their kinds lie together.
        for profile in profiles {
            for form in profile.description.forms {
                for condition in form.conditions { _ = builder.line.slot(condition.pointer) }
            }
            guard builder.line.pointers.count <= mostConditionPointers else {
                throw ProfileError(file: profile.file, message: "the conditions of all profiles use more than \(mostConditionPointers) pointers")
            }
        }
        for (number, profile) in profiles.enumerated() { builder.add(profile, Int32(number)) }
        guard builder.line.pointers.count <= FieldPlan.mostPointers else {
            throw ProfileError(file: profiles[0].file, message: "all profiles together use more than \(FieldPlan.mostPointers) pointers")
        }
        return ReadingPlan(builder)
    }

    private init(catalogue: Catalogue) { self.catalogue = catalogue }

    private mutating func add(_ profile: Profile, _ number: Int32) {
        description = profile.description
        wordTables = [:]
        stretches = [:]
        rules = [:]
        profileNumber = number
        humanTable = description.humanTools.isEmpty ? -1 : table(description.humanTools.enumerated().map { ($0.element, $0.offset) })
        firstCarry = carries.count
        for carry in description.carry { carries.append(.init(profile: profile.name, name: carry.role.name, isOnce: carry.isOnce)) }
        replayCarry = description.replay == nil ? -1 : Int32(carries.count)
        if description.replay != nil { carries.append(.init(profile: profile.name, name: "replay", isOnce: false)) }
        for form in description.forms { add(form, profile) }
    }

    private mutating func add(_ form: FormDescription, _ profile: Profile) {
        var made = ReadingPlan.Form(profile: profileNumber)
        (made.checks, made.wordChecks) = conditions(form.conditions)
        var names: [(String, Int)] = []
        for (name, type) in form.types.sorted(by: { $0.key < $1.key }) {
            let known = rules[ObjectIdentifier(type)] ?? rule(type, name, profile)
            rules[ObjectIdentifier(type)] = known
            names.append((name, known))
        }
        func known(_ name: String) -> Int { names.first { $0.0 == name }?.1 ?? -1 }
        made.acceptsUnknownTypes = form.acceptsUnknownTypes
        made.other = Int32(rule(form.other, nil, profile))
        var missingName: String?
        switch form.naming {
        case .constant(let name):
            made.naming = .constant
            made.name = Int32(known(name) >= 0 ? known(name) : rule(form.other, name, profile))
        case .join(let pointers, let missing):
            missingName = missing
            made.naming = pointers.count == 1 ? .single : .join
            made.name = name(pointers)
        case .first(let pointers, let missing):
            missingName = missing
            made.naming = pointers.count == 1 ? .single : .first
            made.name = name(pointers)
        }
        if let missingName { made.missing = Int32(known(missingName) >= 0 ? known(missingName) : rule(form.other, missingName, profile)) }
        made.typeTable = table(names)
        forms.append(made)
        typePointers.append(form.naming.pointers.first?.description ?? "")
    }

    private mutating func name(_ pointers: [JSONPointer]) -> Int32 {
        let slots = pointers.map { line.slot($0) }
        if slots.count == 1 { return Int32(slots[0]) }
        namings.append(slots)
        return Int32(namings.count - 1)
    }

    private mutating func rule(_ type: TypeDescription, _ name: String?, _ profile: Profile) -> Int {
        var made = ReadingPlan.TypeRule(meaning: type.meaning, accounting: type.accounting, usage: type.usage, profile: profileNumber)
        if let name { made.number = catalogue.number(profile: profile.name, type: name) }
        if let schema = type.schema {
            made.schema = Int32(schemas.firstIndex { $0 === schema } ?? schemas.count)
            if Int(made.schema) == schemas.count { schemas.append(schema) }
        }
        made.time = add(type.roles[.time], .time)
        made.status = add(type.roles[.status], .status)
        made.severity = add(type.roles[.severity], .severity)
        made.priority = add(type.roles[.priority], .priority)
        made.roles = roleRules(type.roles, withCarry: true)
        made.usageKey = add(type.usageKey, .role(.id))
        made.replay = replayCarry
        if let replay = description.replay {
            made.replayWithin = replay.within
            made.marksReplay = name.map { replay.types.contains($0) } ?? false
        }
        var told: [ReadingPlan.Told] = []
        for (index, carry) in description.carry.enumerated() where carry.types.isEmpty || name.map({ carry.types.contains($0) }) == true {
            told.append(.init(carry: Int32(firstCarry + index), sources: add(carry.sources, .role(carry.role))))
        }
        made.told = .init(first: Int32(self.told.count), count: Int32(told.count))
        self.told += told
        var parts: [ReadingPlan.Part] = []
        for part in type.parts { parts.append(compile(part)) }
        made.parts = .init(first: Int32(self.parts.count), count: Int32(parts.count))
        self.parts += parts
        types.append(made)
        return types.count - 1
    }

    private mutating func compile(_ part: PartDescription) -> ReadingPlan.Part {
        let container = line.slot(part.container)
        partScopes.append(Scope())
        self.part = partScopes.count - 1
        var made = ReadingPlan.Part(container: container, fields: partScopes.count - 1, meaning: part.meaning)
        for condition in part.conditions { _ = slot(condition.pointer) }
        (made.checks, made.wordChecks) = conditions(part.conditions)
        made.status = add(part.roles[.status], .status)
        made.roles = roleRules(part.roles, withCarry: false)
        self.part = nil
        return made
    }

    private mutating func roleRules(_ roles: [RoleKey: SourceList], withCarry: Bool) -> ReadingPlan.Stretch {
        var made: [ReadingPlan.RoleRule] = []
        var lists = [SourceList?](repeating: nil, count: Role.allCases.count)
        for (key, list) in roles {
            if case .role(let role) = key, role != .usageKey, role != .status, !list.sources.isEmpty { lists[Int(role.rawValue)] = list }
        }
        for role in Role.allCases {
            let carry = withCarry && role != .usageKey && role != .status ? description.carry.firstIndex { $0.role == role } : nil
            guard carry != nil || lists[Int(role.rawValue)] != nil else { continue }
            var rule = ReadingPlan.RoleRule(role: role, sources: add(lists[Int(role.rawValue)], .role(role)))
            if let carry { rule.carry = Int32(firstCarry + carry) }
            if role == .tool { rule.humanTools = humanTable }
            made.append(rule)
        }
        let stretch = ReadingPlan.Stretch(first: Int32(self.roles.count), count: Int32(made.count))
        self.roles += made
        return stretch
    }

    // MARK: sources

    /// The sources of a list, compiled once for all types of a profile that share it.
    private mutating func add(_ list: SourceList?, _ key: RoleKey) -> ReadingPlan.Stretch {
        guard let list else { return ReadingPlan.Stretch() }
        if part == nil, let known = stretches[ObjectIdentifier(list)] { return known }
        let made = add(list.sources, key)
        if part == nil { stretches[ObjectIdentifier(list)] = made }
        return made
    }

    private mutating func add(_ described: [SourceDescription], _ key: RoleKey) -> ReadingPlan.Stretch {
        let made = compile(described, key)
        let stretch = ReadingPlan.Stretch(first: Int32(sources.count), count: Int32(made.count))
        sources += made
        return stretch
    }

    private mutating func compile(_ described: [SourceDescription], _ key: RoleKey) -> [ReadingPlan.Source] {
        var made: [ReadingPlan.Source] = []
        for source in described { made.append(compile(source, key)) }
        return made
    }

    private mutating func compile(_ source: SourceDescription, _ key: RoleKey) -> ReadingPlan.Source {
        var made: ReadingPlan.Source
        switch source.place {
        case .pointer(let pointer) where source.isPlain: made = .init(kind: .place, index: Int32(slot(pointer)))
        case .line(let pointer) where source.isPlain: made = .init(kind: .line, index: Int32(line.slot(pointer)))
        case .constant(let text):
            constants.append(Array(text.utf8))
            made = .init(kind: .constant, index: Int32(constants.count - 1))
            if let code = key.code(text) { made.yes = Int16(code) }
            return made
        default:
            complex.append(compileComplex(source, key))
            made = .init(kind: .complex, index: Int32(complex.count - 1))
        }
        guard key == .status || key == .severity || key == .priority else { return made }
        made.table = wordTable(key, source.words)
        let booleans = source.words ?? description.words[key] ?? [:]
        if key == .status, source.words == nil {
            made.yes = Int16(booleans["true"] ?? Status.success.rawValue)
            made.no = Int16(booleans["false"] ?? Status.failure.rawValue)
        } else {
            made.yes = booleans["true"].map { Int16($0) } ?? -1
            made.no = booleans["false"].map { Int16($0) } ?? -1
        }
        return made
    }

    /// The table of the words that a source knows: everybody's, the profile's, its own.
    private mutating func wordTable(_ key: RoleKey, _ own: [String: UInt8]?) -> Int32 {
        if own == nil, let known = wordTables[key] { return known }
        var words = key.commonWords
        words.merge(description.words[key] ?? [:]) { $1 }
        words.merge(own ?? [:]) { $1 }
        let made = table(words.sorted { $0.key < $1.key }.map { ($0.key, Int($0.value)) })
        if own == nil { wordTables[key] = made }
        return made
    }

    private mutating func compileComplex(_ source: SourceDescription, _ key: RoleKey) -> ReadingPlan.Complex {
        let place: ReadingPlan.Complex.Place
        switch source.place {
        case .pointer(let pointer): place = .source(.init(kind: .place, index: Int32(slot(pointer))))
        case .line(let pointer): place = .source(.init(kind: .line, index: Int32(line.slot(pointer))))
        case .constant(let text):
            constants.append(Array(text.utf8))
            place = .source(.init(kind: .constant, index: Int32(constants.count - 1)))
        case .key: place = .key
        case .role(let role): place = .role(role)
        case .join(let parts, let separator): place = .join(compile(parts, .role(.id)), with: Array(separator.utf8))
        case .sum(let container, let pointer): place = .sum(slot(container), of: pointer)
        case .all(let pointers): place = .all(pointers.map { slot($0) })
        }
        var made = ReadingPlan.Complex(place: place)
        made.plus = source.plus.map { slot($0) }
        made.minus = source.minus.map { slot($0) }
        made.each = source.each
        made.json = source.json
        made.factor = source.factor
        made.timeUnit = source.timeUnit
        made.isInverted = source.isInverted
        made.steps = source.steps
        made.exitCode = source.exitCode
        return made
    }

    private mutating func slot(_ pointer: JSONPointer) -> Int {
        if let part { return partScopes[part].slot(pointer) }
        return line.slot(pointer)
    }

    private mutating func table(_ words: [(String, Int)]) -> Int32 {
        let list = words.map { (word: Array($0.0.utf8), number: Int32($0.1)) }
        if let same = tables.firstIndex(where: { $0.elementsEqual(list) { $0.word == $1.word && $0.number == $1.number } }) { return Int32(same) }
        tables.append(list)
        return Int32(tables.count - 1)
    }

    private mutating func conditions(_ described: [ConditionDescription]) -> (ReadingPlan.Stretch, ReadingPlan.Stretch) {
        var refused: [Int: UInt64] = [:]
        var made: [ReadingPlan.WordCheck] = []
        for condition in described {
            let slot = slot(condition.pointer)
            refused[slot / 8, default: 0] |= UInt64(~condition.kinds.rawValue) << UInt64(slot % 8 * 8)
            if let words = condition.words {
                made.append(.init(slot: Int32(slot), table: table(words.enumerated().map { ($0.element, $0.offset) }), isNegated: condition.isNegated))
            }
        }
        let first = Int32(checks.count), firstWord = Int32(wordChecks.count)
        checks += refused.sorted { $0.key < $1.key }.map { .init(word: Int32($0.key), refused: $0.value) }
        wordChecks += made
        return (.init(first: first, count: Int32(checks.count) - first), .init(first: firstWord, count: Int32(made.count)))
    }
}
