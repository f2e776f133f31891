internal import EventailJSON

/// The chosen profiles as flat tables, so that reading a line needs no look-up by name and no allocation.
///
/// Immutable. *Owns* the field plans, word tables and constants of all its profiles. *Thread*: any.
final class ReadingPlan: Sendable {
    /// A stretch of one of the tables.
    struct Stretch {
        var first: Int32 = 0
        var count: Int32 = 0
        @inline(__always) var range: Range<Int> { Int(first)..<Int(first) + Int(count) }
        var isEmpty: Bool { count == 0 }
    }

    /// A form: `checks` refuse kinds, `wordChecks` words; then the type is found by `naming`.
    struct Form {
        var profile: Int32 = 0
        var checks = Stretch()
        var wordChecks = Stretch()
        var naming = Naming.single
        /// The place of `single`, else an index into `namings`; of `constant` the type.
        var name: Int32 = 0
        var typeTable: Int32 = 0
        /// The type for unknown names, and whether the profile wants it.
        var other: Int32 = 0
        var acceptsUnknownTypes = false
        /// The type of a line without a name, -1 when there is none.
        var missing: Int32 = -1
    }
    enum Naming { case constant, single, join, first }

    /// The kinds of eight slots that are refused, one bit each.
    struct Check {
        var word: Int32
        var refused: UInt64
    }
    struct WordCheck {
        var slot: Int32
        var table: Int32
        var isNegated: Bool
    }

    struct TypeRule {
        var number: UInt16 = 0
        var meaning = Meaning.note
        var accounting = Accounting.leaf
        var usage = UsageMode.delta
        var profile: Int32 = 0
        var schema: Int32 = -1
        var time = Stretch()
        var status = Stretch()
        var severity = Stretch()
        var priority = Stretch()
        var roles = Stretch()
        var parts = Stretch()
        var usageKey = Stretch()
        /// The carried roles that its lines tell.
        var told = Stretch()
        /// The carried text that tells of a replay, -1 for none; whether the type's lines mark one, and how long it lasts.
        var replay: Int32 = -1
        var marksReplay = false
        var replayWithin: Int64 = 0
    }

    struct RoleRule {
        var role: Role
        var sources = Stretch()
        /// The profile's carried role, -1 for none.
        var carry: Int32 = -1
        /// The table of tools that wait for a human, -1 for none.
        var humanTools: Int32 = -1
    }

    struct Source {
        enum Kind {
            /// `index` is a slot of the scope's plan.
            case place
            /// `index` is a slot of the line's plan, said from within a part.
            case line
            /// `index` is one of `constants`; of words, `yes` is the code.
            case constant
            /// `index` is one of `complex`.
            case complex
        }
        var kind: Kind
        var index: Int32
        /// The word table; -1 when the source gives no words.
        var table: Int32 = -1
        /// The codes of true and false, -1 for nothing.
        var yes: Int16 = -1
        var no: Int16 = -1
    }

    /// A source with options: off the fast path.
    struct Complex {
        enum Place {
            case source(Source)
            case key
            case role(Role)
            case join([Source], with: [UInt8])
            case sum(Int, of: JSONPointer)
            case all([Int])
        }
        var place: Place
        var plus: [Int] = []
        var minus: [Int] = []
        var each: JSONPointer?
        var json: JSONPointer?
        var factor = 1.0
        var timeUnit: Int64 = 0
        var isInverted = false
        var steps: [(from: Double, code: UInt8)] = []
        var exitCode: SourceDescription.ExitCode?

        /// Whether its only option is the unit of a time.
        var isOnlyTime: Bool {
            plus.isEmpty && minus.isEmpty && each == nil && json == nil && factor == 1 && !isInverted && steps.isEmpty && exitCode == nil
        }
    }

    struct Part {
        var container: Int
        /// Index into `partFields`.
        var fields: Int
        var meaning: Meaning
        var checks = Stretch()
        var wordChecks = Stretch()
        var status = Stretch()
        var roles = Stretch()
    }

    struct Carry {
        var profile: String
        /// A role's, or `replay`.
        var name: String
        var isOnce: Bool
    }
    /// A carried role that a type tells.
    struct Told {
        var carry: Int32
        var sources: Stretch
    }

    let profiles: [Profile]
    let fields: FieldPlan
    let partFields: [FieldPlan]
    let words: WordTables
    let forms: FlatTable<Form>
    let namings: [[Int]]
    let checks: FlatTable<Check>
    let wordChecks: FlatTable<WordCheck>
    let types: FlatTable<TypeRule>
    let roles: FlatTable<RoleRule>
    let sources: FlatTable<Source>
    let complex: [Complex]
    let parts: [Part]
    let told: [Told]
    let carries: [Carry]
    let constants: [[UInt8]]
    let schemas: [Schema]
    /// The pointer of each form's type, for messages.
    let typePointers: [String]

    init(_ builder: ReadingPlanBuilder) {
        profiles = builder.profiles
        fields = FieldPlan(builder.line.pointers)
        partFields = builder.partScopes.map { FieldPlan($0.pointers) }
        words = WordTables(builder.tables)
        forms = FlatTable(builder.forms)
        namings = builder.namings
        checks = FlatTable(builder.checks)
        wordChecks = FlatTable(builder.wordChecks)
        types = FlatTable(builder.types)
        roles = FlatTable(builder.roles)
        sources = FlatTable(builder.sources)
        complex = builder.complex
        parts = builder.parts
        told = builder.told
        carries = builder.carries
        constants = builder.constants
        schemas = builder.schemas
        typePointers = builder.typePointers
    }
}
