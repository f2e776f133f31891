internal import EventailJSON

/// Lines whose shape was met before: the hot path.
extension Extractor {
    /// Makes an event of a line of a known shape. False when it takes the long way: its type is not known or something refuses it.
    @inline(__always)
    func readKnown(_ shape: Int, _ document: Document, _ line: LineBatch.Line, _ number: Int64, _ readTime: Int64, _ context: FileContext) -> Bool {
        var entry = unsafe known[shape]
        var hasSlots = false
        let type: Int
        if unsafe entry.nameCount == 1 {
            let name = unsafe document.utf8(known.shapes.place(entry.names.0))
            type = unsafe plan.words.number(name.baseAddress.unsafelyUnwrapped, name.count, in: Int(entry.typeTable))
        } else if unsafe entry.nameCount > 1 {
            unsafe type = joinedType(entry, document)
        } else {
            known.shapes.fill(slots, shape: shape)
            hasSlots = true
            type = longType(known.forms[shape], document)
        }
        if type < 0 { return false }
        if unsafe entry.latestType != type { unsafe entry = known.bring(shape, type, document, runner) }
        guard let recipe = unsafe entry.latest else { return false }
        // The recipe lives as long as the shape is known: keeping it for the line's time would cost more than some of its steps.
        return unsafe recipe._withUnsafeGuaranteedRef { recipe in
            if recipe.hasResidue {
                if !runner.accepts(document, known.shapes, recipe.checks) { return false }
            } else if recipe.rule.schema >= 0 {
                if !runner.accepts(document, at: 1, plan.schemas[Int(recipe.rule.schema)]) { return false }
            }
            if recipe.needsSlots, !hasSlots { known.shapes.fill(slots, shape: shape) }
            var event = Event()
            event.position = line.position
            event.line = number
            event.start = line.start
            event.length = line.length
            event.type = recipe.rule.number
            fill(&event, recipe, document, readTime, context)
            events.append(event)
            return true
        }
    }

    private func joinedType(_ entry: KnownShapes.Entry, _ document: Document) -> Int {
        word.count = 0
        let count = unsafe entry.nameCount
        for index in 0..<count {
            if index > 0 { word.append(0x2F) }
            let member = unsafe index == 0 ? entry.names.0 : index == 1 ? entry.names.1 : entry.names.2
            unsafe add(document.utf8(known.shapes.place(member)))
        }
        word.reserve(16)
        return unsafe plan.words.number(word.base, word.count, in: Int(entry.typeTable))
    }

    private func longType(_ forms: KnownShapes.Forms, _ document: Document) -> Int {
        for number in forms.numbers where forms.isSure || takes(.init(), plan.forms[number].wordChecks, document, slots) {
            return type(plan.forms[number], document)
        }
        return -1
    }

    /// `fill` of a type's rule, with what the shape has settled left out.
    @inline(__always)
    private func fill(_ event: inout Event, _ recipe: LineRecipe, _ document: Document, _ readTime: Int64, _ context: FileContext) {
        event.meaning = recipe.rule.meaning
        event.accounting = recipe.rule.accounting
        event.usage = recipe.rule.usage
        let firstValue = values.count
        event.firstValue = UInt32(truncatingIfNeeded: firstValue)
        event.firstPart = UInt32(truncatingIfNeeded: parts.count)
        let scope = LineScope(document: document, slots: slots, firstValue: firstValue)
        if let time = time(recipe, scope) {
            event.time = time
        } else {
            event.time = readTime
            event.timeMissing = true
        }
        if recipe.rule.replay >= 0, isReplayed(recipe.rule, event, context) { event.accounting = .rollup }
        if !recipe.rule.told.isEmpty { tell(recipe.rule.told, scope, context) }
        if addRoles(recipe, scope, context) { event.waitsForHuman = true }
        event.status = status(recipe, scope)
        if case .nothing = recipe.severity {
            event.severity = severity(.init(), event.status, scope)
        } else {
            let said = code(recipe.severity, recipe.rule.severity, recipe, scope)
            event.severity = said.flatMap { Severity(rawValue: $0) } ?? severity(.init(), event.status, scope)
        }
        if case .nothing = recipe.priority {
        } else if let code = code(recipe.priority, recipe.rule.priority, recipe, scope), let priority = Priority(rawValue: code) {
            event.priority = priority
        }
        if !recipe.rule.usageKey.isEmpty, recipe.rule.accounting == .leaf { addUsageKey(recipe.rule, scope) }
        event.valueCount = UInt16(clamping: values.count - firstValue)
        if !recipe.rule.parts.isEmpty { addParts(&event, recipe.rule, scope) }
    }

    @inline(__always)
    private func status(_ recipe: LineRecipe, _ scope: LineScope) -> Status {
        switch recipe.status {
        case .nothing: return .none
        case .constant(let code): return Status(rawValue: code) ?? .unknown
        case .member(let member, let source):
            let code = code(plan.sources[Int(source)], .place(known.shapes.place(member)), scope.document)
            if code >= 0 { return Status(rawValue: UInt8(code)) ?? .unknown }
            fillSlots(recipe)
        case .open: break
        }
        return status(recipe.rule.status, scope)
    }

    /// The code of a word of severity or priority.
    @inline(__always)
    private func code(_ word: LineRecipe.Word, _ sources: ReadingPlan.Stretch, _ recipe: LineRecipe, _ scope: LineScope) -> UInt8? {
        switch word {
        case .nothing: return nil
        case .constant(let code): return code
        case .member(let member, let source):
            let code = code(plan.sources[Int(source)], .place(known.shapes.place(member)), scope.document)
            if code >= 0 { return UInt8(code) }
            fillSlots(recipe)
        case .open: break
        }
        return code(sources, scope)
    }

    /// What a recipe does without until something takes the long way after all.
    private func fillSlots(_ recipe: LineRecipe) {
        if !recipe.needsSlots { known.shapes.fill(slots, shape: latestShape) }
    }

    @inline(__always)
    private func time(_ recipe: LineRecipe, _ scope: LineScope) -> Int64? {
        if recipe.timeMember >= 0 {
            if let time = time(.place(known.shapes.place(recipe.timeMember)), recipe.timeUnit, scope.document) { return time }
            fillSlots(recipe)
        }
        return time(recipe.rule.time, scope)
    }

    @inline(__always)
    private func addRoles(_ recipe: LineRecipe, _ scope: LineScope, _ context: FileContext) -> Bool {
        let document = scope.document
        var waitsForHuman = false
        var index = 0
        let count = recipe.steps.count
        values.reserve(count)
        while index < count {
            let step = recipe.steps[index]
            index &+= 1
            switch step.kind {
            case .text:
                let found = unsafe document.utf8(known.shapes.place(step.member))
                if found.count == 0 { continue }
                let start = text.count
                unsafe text.append(padded: found.baseAddress.unsafelyUnwrapped, found.count <= Self.longestText ? found.count : cut(found))
                values.appendReserved(RoleValue(step.role, offset: start, length: text.count &- start))
            case .scalarText:
                let start = text.count
                if !addText(known.shapes.place(step.member), document) { continue }
                addValue(step.role, start)
            case .number:
                let place = known.shapes.place(step.member)
                let value =
                    switch document.tag(place) {
                    case .signed: Double(document.signed(place))
                    case .unsigned: Double(document.unsigned(place))
                    default: document.double(place)
                    }
                values.appendReserved(RoleValue(step.role, number: value))
            case .scalarNumber:
                guard let value = number(known.shapes.place(step.member), document) else { continue }
                values.append(RoleValue(step.role, number: value))
            case .constantText: add(step.role, plan.constants[Int(step.member)])
            case .constantNumber:
                guard let value = Double(String(decoding: plan.constants[Int(step.member)], as: UTF8.self)) else { continue }
                values.append(RoleValue(step.role, number: value))
            case .rule:
                if addRole(plan.roles[Int(step.member)], scope, context) { waitsForHuman = true }
                // It may have given more than one value.
                values.reserve(count)
            }
            index &+= Int(step.skip)
        }
        return waitsForHuman
    }
}
