internal import EventailJSON

/// What a shape tells of a plan's sources, with a line of that shape at hand: which of them can give anything.
struct ShapeSight {
    let plan: ReadingPlan
    let shapes: LineShapes
    let shape: Int
    let document: Document

    /// A line's member that goes into a slot, with what it is.
    private func member(_ slot: Int32) -> (number: Int32, tag: Tag)? {
        shapes.member(of: Int(slot), shape: shape).map { ($0, document.tag(shapes.place($0))) }
    }

    /// Whether a source gives nothing for any line of the shape.
    private func isSilent(_ source: ReadingPlan.Source) -> Bool {
        switch source.kind {
        case .place, .line: return member(source.index).map { $0.tag == .null } ?? true
        case .constant: return false
        case .complex:
            let complex = plan.complex[Int(source.index)]
            guard complex.plus.isEmpty else { return false }
            switch complex.place {
            case .source(let source): return source.kind != .constant && member(source.index) == nil
            case .sum(let slot, _): return member(Int32(slot)) == nil
            case .all(let slots): return slots.allSatisfy { member(Int32($0)) == nil }
            case .key: return true
            case .join, .role: return false
            }
        }
    }

    /// The recipe for lines of the shape that have a type.
    func recipe(_ type: Int, _ residue: SchemaResidue?) -> LineRecipe {
        let rule = plan.types[type]
        var ways: ContiguousArray<LineRecipe.Way> = []
        for number in rule.roles.range { ways += steps(of: number) }
        return LineRecipe(
            type, rule, residue, ways, time: time(rule.time), status: word(rule.status), severity: word(rule.severity), priority: word(rule.priority))
    }

    // MARK: roles

    private func steps(of number: Int) -> [LineRecipe.Way] {
        let rule = plan.roles[number]
        let whole = [LineRecipe.Way(kind: .rule, role: rule.role, member: Int32(number))]
        if rule.carry >= 0 { return whole }
        if rule.sources.range.allSatisfy({ isSilent(plan.sources[$0]) }) { return [] }
        if rule.role == .targets || rule.humanTools >= 0 { return whole }
        var steps: [LineRecipe.Way] = []
        for index in rule.sources.range {
            let source = plan.sources[index]
            if isSilent(source) { continue }
            switch source.kind {
            case .constant: steps.append(.init(kind: rule.role.isNumber ? .constantNumber : .constantText, role: rule.role, member: source.index))
            case .complex: return whole
            case .place, .line:
                guard let (member, tag) = member(source.index), tag != .array, tag != .object else { continue }
                let isNumber = tag == .signed || tag == .unsigned || tag == .double
                let kind: LineRecipe.Way.Kind =
                    rule.role.isNumber ? isNumber ? .number : .scalarNumber : tag == .string ? .text : .scalarText
                steps.append(.init(kind: kind, role: rule.role, member: member))
            }
        }
        guard steps.count <= 64 else { return whole }
        for index in steps.indices { steps[index].skip = UInt8(steps.count - 1 - index) }
        return steps
    }

    // MARK: time and words

    /// The member that the first source which can give a time names, with its unit; -1 when it is not that simple.
    private func time(_ sources: ReadingPlan.Stretch) -> (member: Int32, unit: Int64) {
        for index in sources.range {
            let source = plan.sources[index]
            if isSilent(source) { continue }
            var place = source
            var unit: Int64 = 0
            if source.kind == .complex {
                let complex = plan.complex[Int(source.index)]
                guard case .source(let inner) = complex.place, complex.isOnlyTime else { return (-1, 0) }
                place = inner
                unit = complex.timeUnit
            }
            guard place.kind != .constant, let found = member(place.index) else { return (-1, 0) }
            return (found.number, unit)
        }
        return (-1, 0)
    }

    private func word(_ sources: ReadingPlan.Stretch) -> LineRecipe.Word {
        for index in sources.range {
            let source = plan.sources[index]
            if isSilent(source) { continue }
            switch source.kind {
            case .constant: return source.yes >= 0 ? .constant(UInt8(source.yes)) : .open
            case .place, .line: return member(source.index).map { .member($0.number, source: Int32(index)) } ?? .open
            case .complex: return .open
            }
        }
        return .nothing
    }
}
