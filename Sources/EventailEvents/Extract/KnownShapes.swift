internal import EventailJSON

/// What a plan makes of lines whose shape was met before: their possible forms, and what is left of their schemas.
///
/// *Owns* the shapes. *Thread*: its extractor's. *Limits*: those of `LineShapes`; learning is rationed, so that a producer whose lines are all
/// different costs little more than without shapes.
final class KnownShapes {
    /// What a new shape costs, in lines that were found.
    private static let price = 64
    private static let mostCredit = 1 << 18

    /// A shape's forms and recipes.
    final class Known {
        /// The forms that a line of the shape may have, in order.
        let forms: [Int]
        /// The first form is sure: no word has to be looked at.
        let isSure: Bool
        /// The member with the type's name when the form is sure and names types by one place; -1 otherwise.
        let nameMember: Int32
        /// The table of its names.
        let typeTable: Int
        fileprivate var latest: LineRecipe?
        fileprivate var others: [LineRecipe] = []

        fileprivate init(_ forms: [Int], _ plan: ReadingPlan, nameMember: (Int) -> Int32) {
            self.forms = forms
            isSure = forms.first.map { plan.forms[$0].wordChecks.isEmpty } ?? false
            let form = forms.first.map { plan.forms[$0] }
            typeTable = form.map { Int($0.typeTable) } ?? 0
            if isSure, let form, form.naming == .single { self.nameMember = nameMember(Int(form.name)) } else { self.nameMember = -1 }
        }
    }

    private let plan: ReadingPlan
    let shapes: LineShapes
    private var known: ContiguousArray<Known> = []
    private let learns: Bool
    private var credit = 512 * price

    init(_ plan: ReadingPlan, learns: Bool) {
        self.plan = plan
        self.learns = learns
        shapes = LineShapes(plan.fields)
    }

    /// The line's shape, -1 when it is new.
    @inline(__always)
    func find(_ document: Document) -> Int {
        let shape = shapes.find(document)
        if shape >= 0, credit < Self.mostCredit { credit += 1 }
        return shape
    }

    @inline(__always)
    subscript(shape: Int) -> Known { known[shape] }

    /// The recipe for lines of a known shape and type, of which the line at hand is one.
    @inline(__always)
    func recipe(_ shape: Int, _ type: Int, _ document: Document, _ runner: SchemaRunner) -> LineRecipe {
        if let latest = known[shape].latest, latest.type == type { return latest }
        return bring(shape, type, document, runner)
    }

    /// Makes a recipe the one used last.
    @inline(never)
    private func bring(_ shape: Int, _ type: Int, _ document: Document, _ runner: SchemaRunner) -> LineRecipe {
        let known = known[shape]
        let before = known.latest
        let recipe: LineRecipe
        if let index = known.others.firstIndex(where: { $0.type == type }) {
            recipe = known.others.remove(at: index)
        } else {
            let schema = Int(plan.types[type].schema)
            let residue = schema < 0 ? nil : runner.residue(of: plan.schemas[schema], document, shapes, shape: shape)
            recipe = LineRecipe(type, plan, residue, ShapeSight(plan: plan, shapes: shapes, shape: shape, document: document))
        }
        if let before { known.others.append(before) }
        known.latest = recipe
        return recipe
    }

    /// Remembers the shape of a line whose fields and kinds the plan has just put into `slots`.
    func learn(_ document: Document, _ slots: FieldSlots) {
        guard learns, credit >= Self.price else { return }
        credit -= Self.price
        guard let possible = possibleForms(slots) else { return }
        if shapes.isFull {
            shapes.removeAll()
            known = []
        }
        let shape = shapes.learn(document)
        guard shape == known.count else { return }
        known.append(
            Known(possible, plan) { slot in
                slots.kind(slot) == .string ? shapes.member(of: slot, shape: shape) ?? -1 : -1
            })
    }

    /// The forms that lines of this shape may have; nil when it also hangs on whether something is true or false, which shapes do not tell.
    private func possibleForms(_ slots: FieldSlots) -> [Int]? {
        let booleans: FieldKind = [.yes, .no]
        var possible: [Int] = []
        for number in 0..<plan.forms.count {
            var takes = true
            for index in plan.forms[number].checks.range {
                let check = plan.checks[index]
                for slot in 0..<8 {
                    let refused = FieldKind(rawValue: UInt8(truncatingIfNeeded: check.refused >> UInt64(slot * 8)))
                    let kind = slots.kind(Int(check.word) * 8 + slot)
                    if booleans.contains(kind), !refused.isDisjoint(with: booleans), !refused.isSuperset(of: booleans) { return nil }
                    if !refused.isDisjoint(with: kind) { takes = false }
                }
            }
            if !takes { continue }
            possible.append(number)
            if plan.forms[number].wordChecks.isEmpty { return possible }
        }
        return possible
    }
}
