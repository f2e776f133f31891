internal import EventailJSON

/// How lines of one shape and type become events: a type's rule without everything that the shape has settled already.
///
/// *Owns* its steps. *Thread*: its extractor's.
final class LineRecipe {
    /// One way to find a role's value. The ways of a role follow each other; once one gives a value the rest of them is skipped.
    struct Way {
        enum Kind: UInt8 {
            /// `member` is a string or a scalar that becomes text.
            case text, scalarText
            /// `member` is a number or a scalar that may become one.
            case number, scalarNumber
            /// `member` is one of the plan's constants.
            case constantText, constantNumber
            /// `member` is one of the plan's roles, found the long way.
            case rule
        }
        var kind: Kind
        var role: Role
        var skip: UInt8 = 0
        var member: Int32
    }

    /// Where a word comes from when the shape tells: nowhere, a constant, one of the plan's sources that names a member, or something to find out.
    enum Word {
        case nothing, open
        case constant(UInt8)
        case member(Int32, source: Int32)
    }

    let type: Int
    let rule: ReadingPlan.TypeRule
    /// What is left of the schema. Without it all of the schema is checked, when there is one.
    let hasResidue: Bool
    let checks: SchemaResidue.Checks
    private let residue: SchemaResidue
    let steps: ContiguousArray<Way>
    /// Where the time is and what unit it has; -1 when the rule's sources have to be asked.
    let timeMember: Int32
    let timeUnit: Int64
    let status: Word
    let severity: Word
    let priority: Word
    /// Whether anything looks into the plan's slots.
    let needsSlots: Bool

    init(
        _ type: Int, _ rule: ReadingPlan.TypeRule, _ residue: SchemaResidue?, _ steps: ContiguousArray<Way>, time: (member: Int32, unit: Int64),
        status: Word, severity: Word, priority: Word
    ) {
        self.type = type
        self.rule = rule
        hasResidue = residue != nil
        self.residue = residue ?? .nothing
        checks = self.residue.all
        self.steps = steps
        timeMember = time.member
        timeUnit = time.unit
        self.status = status
        self.severity = severity
        self.priority = priority
        var isOpen = time.member < 0 || !rule.told.isEmpty || !rule.usageKey.isEmpty || !rule.parts.isEmpty || steps.contains { $0.kind == .rule }
        for word in [status, severity, priority] { if case .open = word { isOpen = true } }
        needsSlots = isOpen
    }
}
