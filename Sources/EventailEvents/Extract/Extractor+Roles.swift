internal import EventailJSON
internal import EventailSystem

/// Filling an event: the fast path of plain places; everything else asks `Extractor+Sources`.
extension Extractor {
    /// Whether all conditions hold: kinds by masks, then words.
    @inline(__always)
    func takes(_ checks: ReadingPlan.Stretch, _ wordChecks: ReadingPlan.Stretch, _ document: Document, _ slots: FieldSlots) -> Bool {
        for index in checks.range {
            let check = plan.checks[index]
            if slots.kindWord(Int(check.word)) & check.refused != 0 { return false }
        }
        for index in wordChecks.range {
            let check = plan.wordChecks[index]
            let text = unsafe document.utf8(slots[Int(check.slot)])
            let known = unsafe plan.words.number(text.baseAddress.unsafelyUnwrapped, text.count, in: Int(check.table)) >= 0
            if known == check.isNegated { return false }
        }
        return true
    }

    /// Finds all that a type's rule says of the line in `slots`.
    func fill(_ event: inout Event, _ rule: ReadingPlan.TypeRule, _ document: Document, _ readTime: Int64, _ context: FileContext) {
        event.meaning = rule.meaning
        event.accounting = rule.accounting
        event.usage = rule.usage
        let firstValue = values.count
        event.firstValue = UInt32(truncatingIfNeeded: firstValue)
        event.firstPart = UInt32(truncatingIfNeeded: parts.count)
        let scope = LineScope(document: document, slots: slots, firstValue: firstValue)
        if let time = time(rule.time, scope) {
            event.time = time
        } else {
            event.time = readTime
            event.timeMissing = true
        }
        if rule.replay >= 0, isReplayed(rule, event, context) { event.accounting = .rollup }
        if !rule.told.isEmpty { tell(rule.told, scope, context) }
        for index in rule.roles.range {
            if addRole(plan.roles[index], scope, context) { event.waitsForHuman = true }
        }
        if !rule.status.isEmpty { event.status = status(rule.status, scope) }
        event.severity = severity(rule.severity, event.status, scope)
        if !rule.priority.isEmpty, let code = code(rule.priority, scope), let priority = Priority(rawValue: code) { event.priority = priority }
        if !rule.usageKey.isEmpty, rule.accounting == .leaf { addUsageKey(rule, scope) }
        event.valueCount = UInt16(clamping: values.count - firstValue)
        if !rule.parts.isEmpty { addParts(&event, rule, scope) }
    }

    func addParts(_ event: inout Event, _ rule: ReadingPlan.TypeRule, _ scope: LineScope) {
        for index in rule.parts.range { add(plan.parts[index], scope) }
        event.partCount = UInt16(clamping: parts.count - Int(event.firstPart))
    }

    /// What sources look into: a line, or an entry of it that becomes a part.
    struct LineScope {
        let document: Document
        let slots: FieldSlots
        /// Where the values of the event or part begin.
        let firstValue: Int
        /// The tape index of a part's key, 0 for none.
        var key = 0
    }

    // MARK: roles

    /// Appends a role's value. True when it names a tool that waits for a human.
    func addRole(_ rule: ReadingPlan.RoleRule, _ scope: LineScope, _ context: FileContext?) -> Bool {
        let before = values.count
        if rule.carry >= 0, let context, plan.carries[Int(rule.carry)].isOnce, let value = context.values[Int(rule.carry)] {
            add(rule.role, value)
        } else if rule.role == .targets {
            addTargets(rule.sources, scope)
        } else if rule.role.isNumber {
            if let number = number(rule.sources, scope) { values.append(RoleValue(rule.role, number: number)) }
        } else {
            let start = text.count
            if addText(rule.sources, scope) { addValue(rule.role, start) }
        }
        if rule.carry >= 0, let context, values.count == before, let value = context.values[Int(rule.carry)] { add(rule.role, value) }
        guard rule.humanTools >= 0, values.count > before else { return false }
        let value = values[before]
        text.reserve(16)
        return unsafe plan.words.number(text.base + value.offset, value.length, in: Int(rule.humanTools)) >= 0
    }

    func add(_ role: Role, _ value: [UInt8]) {
        let start = text.count
        text.append(bytes: value)
        addValue(role, start)
    }

    @inline(__always)
    func addValue(_ role: Role, _ start: Int) {
        values.append(RoleValue(role, offset: start, length: text.count - start))
    }

    /// Appends the text of the first source that gives one; false when none does.
    @inline(__always)
    func addText(_ sources: ReadingPlan.Stretch, _ scope: LineScope) -> Bool {
        for index in sources.range {
            let source = plan.sources[index]
            switch source.kind {
            case .place: if addText(scope.slots[Int(source.index)], scope.document) { return true }
            case .line: if addText(slots[Int(source.index)], scope.document) { return true }
            case .constant:
                text.append(bytes: plan.constants[Int(source.index)])
                return true
            case .complex: if addText(value(source, scope), scope.document) { return true }
            }
        }
        return false
    }

    /// Appends a scalar's text; false for what is absent, null, empty or a container.
    @inline(__always)
    func addText(_ place: Int, _ document: Document) -> Bool {
        guard place > 0 else { return false }
        guard document.tag(place) == .string else { return addOther(place, document) }
        let found = unsafe document.utf8(place)
        guard found.count > 0 else { return false }
        unsafe text.append(padded: found.baseAddress.unsafelyUnwrapped, found.count <= Self.longestText ? found.count : cut(found))
        return true
    }

    /// The length of a long text's beginning that ends with a whole character.
    func cut(_ found: UnsafeBufferPointer<UInt8>) -> Int {
        var length = Self.longestText
        while length > 0, unsafe found[length] & 0xC0 == 0x80 { length -= 1 }
        return length
    }

    private func addOther(_ place: Int, _ document: Document) -> Bool {
        switch document.tag(place) {
        case .signed: text.append(number: document.signed(place))
        case .unsigned: text.append(bytes: Array(String(document.unsigned(place)).utf8))
        case .double:
            let number = document.double(place)
            if let whole = Int64(exactly: number) { text.append(number: whole) } else { text.append(bytes: Array(number.description.utf8)) }
        case .number:
            let found = unsafe document.utf8(place)
            unsafe text.append(bytes: Array(found.prefix(Self.longestText)))
        case .yes: text.append(bytes: Array("true".utf8))
        case .no: text.append(bytes: Array("false".utf8))
        default: return false
        }
        return true
    }

    /// The number of the first source that gives one.
    @inline(__always)
    func number(_ sources: ReadingPlan.Stretch, _ scope: LineScope) -> Double? {
        for index in sources.range {
            let source = plan.sources[index]
            let found: Double?
            switch source.kind {
            case .place: found = number(scope.slots[Int(source.index)], scope.document)
            case .line: found = number(slots[Int(source.index)], scope.document)
            case .constant: found = Double(String(decoding: plan.constants[Int(source.index)], as: UTF8.self))
            case .complex: found = number(value(source, scope), scope.document)
            }
            if let found { return found }
        }
        return nil
    }

    /// A number, a boolean, or text that is a number.
    @inline(__always)
    func number(_ place: Int, _ document: Document) -> Double? {
        guard place > 0 else { return nil }
        switch document.tag(place) {
        case .signed: return Double(document.signed(place))
        case .double: return document.double(place)
        case .unsigned: return Double(document.unsigned(place))
        case .yes: return 1
        case .no: return 0
        case .string, .number:
            let found = unsafe document.utf8(place)
            return unsafe found.count <= 64 ? Self.number(String(decoding: found, as: UTF8.self)) : nil
        default: return nil
        }
    }

    /// Decimal text only: no hexadecimal, no infinity.
    static func number(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E || $0 == 0x2D || $0 == 0x2B || $0 | 0x20 == 0x65 }) else { return nil }
        guard let number = Double(text), number.isFinite else { return nil }
        return number
    }

    /// Appends the texts of the first source that gives any.
    private func addTargets(_ sources: ReadingPlan.Stretch, _ scope: LineScope) {
        let before = values.count
        for index in sources.range where values.count == before {
            let source = plan.sources[index]
            switch source.kind {
            case .place: addTargets(scope.slots[Int(source.index)], scope.document, nil)
            case .line: addTargets(slots[Int(source.index)], scope.document, nil)
            case .constant: add(.targets, plan.constants[Int(source.index)])
            case .complex: addTargets(source, scope)
            }
        }
    }

    func addTargets(_ place: Int, _ document: Document, _ each: JSONPointer?) {
        guard place > 0 else { return }
        guard document.tag(place) == .array else {
            let start = text.count
            if addText(place, document) { addValue(.targets, start) }
            return
        }
        let most = values.count + Self.mostTargets
        var entry = place + 1
        while document.tag(entry) != .arrayEnd, values.count < most {
            let found = each.map { $0.find(from: Element(document: document, index: entry))?.index ?? 0 } ?? entry
            let start = text.count
            if addText(found, document) { addValue(.targets, start) }
            entry = document.after(entry)
        }
    }

    // MARK: usage, carry, parts

    /// The key by which repeated usage is known, when the event has any usage.
    func addUsageKey(_ rule: ReadingPlan.TypeRule, _ scope: LineScope) {
        var hasUsage = false
        for index in scope.firstValue..<values.count {
            let role = values[index].role
            if role.rawValue >= Role.tokensInput.rawValue && role.rawValue <= Role.costUSD.rawValue { hasUsage = true }
        }
        guard hasUsage else { return }
        let start = text.count
        text.append(bytes: Array(plan.profiles[Int(rule.profile)].name.utf8))
        let bare = text.count
        for index in rule.usageKey.range {
            let before = text.count
            text.append(0x2F)
            if !addText(.init(first: Int32(index), count: 1), scope) { text.count = before }
        }
        if text.count == bare { text.count = start } else { addValue(.usageKey, start) }
    }

    /// Whether the line is a copy of another session's history. What is remembered is the first mark's time, and a plus once there was a second mark.
    func isReplayed(_ rule: ReadingPlan.TypeRule, _ event: Event, _ context: FileContext) -> Bool {
        let known = context.values[Int(rule.replay)] ?? []
        let isMarked = known.last == 0x2B
        if rule.marksReplay, !isMarked {
            context.remember(Int(rule.replay), known.isEmpty ? Array(String(event.time).utf8) : known + [0x2B])
        }
        guard isMarked, let start = Int64(String(decoding: known.dropLast(), as: UTF8.self)) else { return false }
        return event.time < start &+ rule.replayWithin
    }

    func tell(_ told: ReadingPlan.Stretch, _ scope: LineScope, _ context: FileContext) {
        for index in told.range {
            let carry = Int(plan.told[index].carry)
            if plan.carries[carry].isOnce, context.values[carry] != nil { continue }
            let start = text.count
            if addText(plan.told[index].sources, scope) { context.remember(carry, text.bytes(start..<text.count)) }
            text.count = start
        }
    }

    private func add(_ part: ReadingPlan.Part, _ scope: LineScope) {
        let document = scope.document
        let container = slots[part.container]
        guard container > 0 else { return }
        let isObject = document.tag(container) == .object
        guard isObject || document.tag(container) == .array else { return }
        let entrySlots = partSlots[part.fields]
        var at = container + 1
        let most = parts.count + Self.mostParts
        while document.tag(at) != .arrayEnd, document.tag(at) != .objectEnd, parts.count < most {
            let entry = isObject ? at + 1 : at
            plan.partFields[part.fields].fill(entrySlots, document, at: entry)
            if takes(part.checks, part.wordChecks, document, entrySlots) {
                var made = EventPart()
                made.meaning = part.meaning
                made.firstValue = UInt32(truncatingIfNeeded: values.count)
                let inner = LineScope(document: document, slots: entrySlots, firstValue: values.count, key: isObject ? at : 0)
                for index in part.roles.range {
                    if addRole(plan.roles[index], inner, nil) { made.waitsForHuman = true }
                }
                if !part.status.isEmpty { made.status = status(part.status, inner) }
                made.valueCount = UInt16(clamping: values.count - inner.firstValue)
                parts.append(made)
            }
            at = document.after(entry)
        }
    }
}
