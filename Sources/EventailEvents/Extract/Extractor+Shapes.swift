internal import EventailJSON

/// Lines whose shape was met before: the hot path.
extension Extractor {
    /// Makes an event of a line of a known shape. False when it takes the long way: its type is not known or something refuses it.
    @inline(__always)
    func readKnown(_ shape: Int, _ document: Document, _ line: LineBatch.Line, _ number: Int64, _ readTime: Int64, _ context: FileContext) -> Bool {
        let form = known[shape]
        let shapes = known.shapes
        var hasSlots = false
        let type: Int
        if form.nameMember >= 0 {
            let name = unsafe document.utf8(shapes.place(form.nameMember))
            type = unsafe plan.words.number(name.baseAddress.unsafelyUnwrapped, name.count, in: form.typeTable)
        } else {
            shapes.fill(slots, shape: shape)
            hasSlots = true
            type = longType(form, document)
        }
        if type < 0 { return false }
        let recipe = known.recipe(shape, type, document, runner)
        if let residue = recipe.residue {
            if !runner.accepts(document, shapes, residue) { return false }
        } else if recipe.rule.schema >= 0 {
            if !runner.accepts(document, at: 1, plan.schemas[Int(recipe.rule.schema)]) { return false }
        }
        if recipe.needsSlots, !hasSlots { shapes.fill(slots, shape: shape) }
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

    private func longType(_ form: KnownShapes.Known, _ document: Document) -> Int {
        for number in form.forms where form.isSure || takes(.init(), plan.forms[number].wordChecks, document, slots) {
            return type(plan.forms[number], document)
        }
        return -1
    }

    /// `fill` of a type's rule, with what the shape has settled left out.
    @inline(__always)
    private func fill(_ event: inout Event, _ recipe: LineRecipe, _ document: Document, _ readTime: Int64, _ context: FileContext) {
        let rule = recipe.rule
        event.meaning = rule.meaning
        event.accounting = rule.accounting
        event.usage = rule.usage
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
        if rule.replay >= 0, isReplayed(rule, event, context) { event.accounting = .rollup }
        if !rule.told.isEmpty { tell(rule.told, scope, context) }
        if addRoles(recipe, scope, context) { event.waitsForHuman = true }
        switch recipe.status {
        case .nothing: break
        case .constant(let code): event.status = Status(rawValue: code) ?? .unknown
        case .open: event.status = status(rule.status, scope)
        }
        switch recipe.severity {
        case .nothing: event.severity = severity(.init(), event.status, scope)
        case .constant, .open: event.severity = severity(rule.severity, event.status, scope)
        }
        switch recipe.priority {
        case .nothing: break
        case .constant, .open: if let code = code(rule.priority, scope), let priority = Priority(rawValue: code) { event.priority = priority }
        }
        if !rule.usageKey.isEmpty, rule.accounting == .leaf { addUsageKey(rule, scope) }
        event.valueCount = UInt16(clamping: values.count - firstValue)
        if !rule.parts.isEmpty { addParts(&event, rule, scope) }
    }

    @inline(__always)
    private func time(_ recipe: LineRecipe, _ scope: LineScope) -> Int64? {
        if recipe.timeMember >= 0 {
            if let time = time(.place(known.shapes.place(recipe.timeMember)), recipe.timeUnit, scope.document) { return time }
            if !recipe.needsSlots { known.shapes.fill(slots, shape: latestShape) }
        }
        return time(recipe.rule.time, scope)
    }

    @inline(__always)
    private func addRoles(_ recipe: LineRecipe, _ scope: LineScope, _ context: FileContext) -> Bool {
        let document = scope.document, shapes = known.shapes
        var waitsForHuman = false
        var index = 0
        let count = recipe.steps.count
        while index < count {
            let step = recipe.steps[index]
            index += 1
            switch step.kind {
            case .text:
                let found = unsafe document.utf8(shapes.place(step.member))
                if found.count == 0 { continue }
                let start = text.count
                unsafe text.append(padded: found.baseAddress.unsafelyUnwrapped, found.count <= Self.longestText ? found.count : cut(found))
                addValue(step.role, start)
            case .scalarText:
                let start = text.count
                if !addText(shapes.place(step.member), document) { continue }
                addValue(step.role, start)
            case .number:
                let place = shapes.place(step.member)
                let value =
                    switch document.tag(place) {
                    case .signed: Double(document.signed(place))
                    case .unsigned: Double(document.unsigned(place))
                    default: document.double(place)
                    }
                values.append(RoleValue(step.role, number: value))
            case .scalarNumber:
                guard let value = number(shapes.place(step.member), document) else { continue }
                values.append(RoleValue(step.role, number: value))
            case .constantText: add(step.role, plan.constants[Int(step.member)])
            case .constantNumber:
                guard let value = Double(String(decoding: plan.constants[Int(step.member)], as: UTF8.self)) else { continue }
                values.append(RoleValue(step.role, number: value))
            case .rule: if addRole(plan.roles[Int(step.member)], scope, context) { waitsForHuman = true }
            }
            index += Int(step.skip)
        }
        return waitsForHuman
    }
}
