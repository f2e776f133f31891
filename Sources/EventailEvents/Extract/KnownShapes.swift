internal import EventailJSON

/// What a plan makes of lines whose shape was met before: their possible forms, and what is left of their schemas.
///
/// *Owns* the shapes. *Thread*: its extractor's. *Limits*: those of `LineShapes`; learning is rationed, so that a producer whose lines are all
/// different costs little more than without shapes.
@safe final class KnownShapes {
    /// What a new shape costs, in lines that were found.
    private static let price = 64
    private static let mostCredit = 1 << 18

    /// What the hot path asks of a shape; the recipe is owned by `recipes`.
    @unsafe struct Entry: BitwiseCopyable {
        /// How many members make up the type's name when the form is sure, and these members; 0 otherwise. And the table of its names.
        var nameCount: Int32 = 0
        var typeTable: Int32 = 0
        var names: (Int32, Int32, Int32) = (0, 0, 0)
        /// The recipe used last and its type.
        var latestType = -1
        var latest: Unmanaged<LineRecipe>?
    }

    /// The forms that a line of a shape may have, in order; the first is sure when no word has to be looked at.
    struct Forms {
        let numbers: [Int]
        let isSure: Bool
    }

    private let plan: ReadingPlan
    let shapes: LineShapes
    private let entries: UnsafeMutablePointer<Entry>
    private(set) var forms: [Forms] = []
    private var recipes: [[LineRecipe]] = []
    private let learns: Bool
    private var credit = 512 * price

    init(_ plan: ReadingPlan, learns: Bool) {
        self.plan = plan
        self.learns = learns
        shapes = LineShapes(plan.fields)
        unsafe entries = .allocate(capacity: LineShapes.mostShapes)
    }

    deinit { unsafe entries.deallocate() }

    /// The line's shape, -1 when it is new.
    @inline(__always)
    func find(_ document: Document) -> Int {
        let shape = shapes.find(document)
        if shape >= 0, credit < Self.mostCredit { credit += 1 }
        return shape
    }

    @inline(__always)
    subscript(shape: Int) -> Entry { unsafe entries[shape] }

    /// Finds or makes the recipe for lines of a known shape and type, of which the line at hand is one, and makes it the one used last.
    @inline(never)
    func bring(_ shape: Int, _ type: Int, _ document: Document, _ runner: SchemaRunner) -> Entry {
        let recipe: LineRecipe
        if let known = recipes[shape].first(where: { $0.type == type }) {
            recipe = known
        } else {
            let schema = Int(plan.types[type].schema)
            let residue = schema < 0 ? nil : runner.residue(of: plan.schemas[schema], document, shapes, shape: shape)
            recipe = ShapeSight(plan: plan, shapes: shapes, shape: shape, document: document).recipe(type, residue)
            recipes[shape].append(recipe)
        }
        unsafe entries[shape].latestType = type
        unsafe entries[shape].latest = Unmanaged.passUnretained(recipe)
        return unsafe entries[shape]
    }

    /// Remembers the shape of a line whose fields and kinds the plan has just put into `slots`.
    func learn(_ document: Document, _ slots: FieldSlots) {
        guard learns, credit >= Self.price else { return }
        credit -= Self.price
        guard let possible = possibleForms(slots) else { return }
        if shapes.isFull {
            shapes.removeAll()
            forms = []
            recipes = []
        }
        let shape = shapes.learn(document)
        guard shape == forms.count else { return }
        let form = possible.first.map { plan.forms[$0] }
        let isSure = form?.wordChecks.isEmpty ?? false
        forms.append(Forms(numbers: possible, isSure: isSure))
        recipes.append([])
        var entry = unsafe Entry()
        if isSure, let form {
            let names = nameMembers(form, shape, slots)
            if names.count >= 1 && names.count <= 3 {
                unsafe entry.nameCount = Int32(names.count)
                unsafe entry.typeTable = form.typeTable
                unsafe entry.names = (names[0], names.count > 1 ? names[1] : 0, names.count > 2 ? names[2] : 0)
            }
        }
        unsafe (entries + shape).initialize(to: entry)
    }

    /// The members that make up the name of the type of lines of a shape.
    private func nameMembers(_ form: ReadingPlan.Form, _ shape: Int, _ slots: FieldSlots) -> [Int32] {
        let places: [Int] =
            switch form.naming {
            case .constant: []
            case .single: [Int(form.name)]
            case .join, .first: plan.namings[Int(form.name)]
            }
        let members = places.filter { slots.kind($0) == .string }.compactMap { shapes.member(of: $0, shape: shape) }
        return form.naming == .first ? Array(members.prefix(1)) : members
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
