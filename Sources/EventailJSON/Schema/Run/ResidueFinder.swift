/// Settles what a line's shape alone decides of a schema, with one line of that shape at hand.
///
/// A node is asked with the types that a member's class stands for: `yes` and `no` hold for every line of the shape, `open` has left checks in
/// `checks`. Whatever is not simple stays a check of the whole node or step, which is always right.
struct ResidueFinder {
    private enum Answer { case yes, no, open }

    private let machine: SchemaMachine
    /// The member at a tape index, and which of them are objects whose members are known.
    private var members: [Int: Int32] = [:]
    private var checks: [SchemaResidue.Check] = []
    private var depth = 0

    /// Nodes one within the other, beyond which a node is left whole.
    private static let mostDepth = 64
    /// Beyond this many checks a residue is no gain.
    private static let mostChecks = 512

    private var program: ProgramTables { machine.program }
    private var document: Document { machine.document }

    init(_ machine: SchemaMachine, _ shapes: LineShapes, shape: Int) {
        self.machine = machine
        for member in 0..<shapes.memberCounts[shape] { members[shapes.place(Int32(member))] = Int32(member) }
    }

    mutating func find(_ program: SchemaProgram, _ root: Int32) -> SchemaResidue? {
        if answer(root, 1) == .no || machine.memory.limit != .none { return nil }
        if checks.count > Self.mostChecks { checks = [SchemaResidue.Check(kind: .node, index: root, member: 0)] }
        return SchemaResidue(program, checks)
    }

    /// The types that a value's class stands for: all numbers are one class, both booleans are.
    private func types(_ at: Int) -> ValueTypes {
        let type = machine.type(at)
        if ValueTypes.numbers.contains(type) { return .numbers }
        return ValueTypes.booleans.contains(type) ? .booleans : type
    }

    /// Whether the members of the object at `at` belong to the shape.
    private func isEntered(_ at: Int) -> Bool {
        document.tag(at + 1) == .objectEnd ? at == 1 : members[at + 2] != nil
    }

    private func kind(_ check: StringCheck) -> SchemaResidue.Check.Kind {
        if check.patternCount > 0 || check.format != 0 || check.maximum < Int32.max { return .string }
        if check.hasTable { return check.minimum == 0 ? .word : .string }
        return check.minimum == 1 ? .filled : .string
    }

    private mutating func leave(_ kind: SchemaResidue.Check.Kind, _ index: Int32, _ at: Int) -> Answer {
        guard let member = members[at] else { preconditionFailure("a check is for a member of the shape") }
        let check = SchemaResidue.Check(kind: kind, index: index, member: member)
        if !checks.contains(check) { checks.append(check) }
        return .open
    }

    // MARK: nodes

    private mutating func answer(_ index: Int32, _ at: Int) -> Answer {
        if index < 0 { return index == NodeIndex.anything ? .yes : .no }
        let node = program.nodes[index]
        let types = types(at)
        let allowed = node.allowed.intersection(types), deeper = node.deeper.intersection(types)
        if allowed.isEmpty { return .no }
        if allowed == types && deeper.isEmpty { return .yes }
        if allowed != types || node.needsFrame || program.usesDynamicScope || depth > Self.mostDepth { return leave(.node, index, at) }
        if deeper != types {
            // Of numbers only those written with a fraction are looked at.
            let onlyWhole = node.wholeOnly && deeper == .number && node.number < 0 && node.stepCount == 0
            return onlyWhole ? leave(.whole, 0, at) : leave(.node, index, at)
        }
        let before = checks
        depth += 1
        let answer = body(index, node, at, types)
        depth -= 1
        if answer != .open { checks = before }
        return answer
    }

    private mutating func body(_ index: Int32, _ node: Node, _ at: Int, _ types: ValueTypes) -> Answer {
        var answer = Answer.yes
        func and(_ other: Answer) { answer = answer == .no || other == .no ? .no : answer == .open || other == .open ? .open : .yes }
        if types == .object {
            if !isEntered(at) || node.dispatch >= 0 { return leave(.node, index, at) }
            if node.object >= 0 { and(object(node.object, at)) }
        } else if types == .string {
            if node.string >= 0 { and(leave(kind(program.strings[node.string]), node.string, at)) }
        } else if types == .array {
            if node.array >= 0 { return leave(.node, index, at) }
        } else if types == .numbers {
            if node.wholeOnly { and(leave(.whole, 0, at)) }
            if node.number >= 0 { and(leave(.number, node.number, at)) }
        }
        for step in node.firstStep..<node.firstStep + node.stepCount where answer != .no {
            let applied = program.steps[step].types.intersection(types)
            if applied.isEmpty { continue }
            and(applied == types ? self.step(step, at) : leave(.step, step, at))
        }
        return answer
    }

    // MARK: members

    private mutating func object(_ index: Int32, _ at: Int) -> Answer {
        let check = program.objects[index]
        var answer = Answer.yes
        func and(_ other: Answer) { answer = answer == .no || other == .no ? .no : answer == .open || other == .open ? .open : .yes }
        var seen: UInt64 = 0
        var count: Int32 = 0
        var member = at + 1
        let end = document.after(at) - 1
        while member < end, answer != .no {
            let value = member + 1
            var isEvaluated = false
            let place = check.table.count > 0 ? machine.find(check.table, member) : -1
            if place >= 0 {
                let slot = program.slots[place]
                seen |= slot.bit
                isEvaluated = slot.flags & KeySlot.isProperty != 0
                and(self.answer(slot.node, value))
            }
            for number in check.firstPattern..<check.firstPattern + check.patternCount {
                let pattern = program.patterns[number]
                if !machine.matches(pattern.expression, member) { continue }
                isEvaluated = true
                and(self.answer(pattern.node, value))
            }
            if !isEvaluated, check.additionalIsSaid { and(self.answer(check.additional, value)) }
            if check.names != NodeIndex.anything, !machine.accepts(check.names, member) { return .no }
            count += 1
            member = document.after(value)
        }
        if seen & check.required != check.required && answer != .no { return .no }
        if answer == .no || count < check.minimum || count > check.maximum { return .no }
        for number in check.firstDependent..<check.firstDependent + check.dependentCount {
            let dependent = program.dependents[number]
            if seen & dependent.bit == 0 { continue }
            if seen & dependent.required != dependent.required { return .no }
            and(self.answer(dependent.node, at))
        }
        return answer
    }

    // MARK: steps

    private mutating func step(_ number: Int32, _ at: Int) -> Answer {
        let step = program.steps[number]
        switch step.kind {
        case Step.call: return answer(step.first, at)
        case Step.anyOf: return anyOf(number, step, at)
        case Step.oneOf: return oneOf(number, step, at)
        case Step.condition:
            switch probe(step.first, at) {
            case .yes: return answer(step.second, at)
            case .no: return answer(step.third, at)
            case .open: return leave(.step, number, at)
            }
        case Step.not:
            switch probe(step.first, at) {
            case .yes: return .no
            case .no: return .yes
            case .open: return leave(.step, number, at)
            }
        default: return leave(.step, number, at)
        }
    }

    /// An answer that leaves no checks.
    private mutating func probe(_ node: Int32, _ at: Int) -> Answer {
        let before = checks
        let answer = answer(node, at)
        checks = before
        return answer
    }

    private mutating func anyOf(_ number: Int32, _ step: Step, _ at: Int) -> Answer {
        var open: [Int32] = []
        for index in step.first..<step.first + step.second {
            switch probe(program.lists[index], at) {
            case .yes: return .yes
            case .no: continue
            case .open: open.append(program.lists[index])
            }
        }
        if open.isEmpty { return .no }
        return open.count == 1 ? answer(open[0], at) : leave(.step, number, at)
    }

    private mutating func oneOf(_ number: Int32, _ step: Step, _ at: Int) -> Answer {
        var sure = 0
        var open: [Int32] = []
        for index in step.first..<step.first + step.second {
            switch probe(program.lists[index], at) {
            case .yes: sure += 1
            case .no: continue
            case .open: open.append(program.lists[index])
            }
        }
        if sure > 1 { return .no }
        if open.isEmpty { return sure == 1 ? .yes : .no }
        return sure == 0 && open.count == 1 ? answer(open[0], at) : leave(.step, number, at)
    }
}
