/// What is left of a schema for lines of one shape: the checks that depend on values, each with the member that it is for.
///
/// Everything else (types, which members there are, which alternatives can hold) is the same for all lines of the shape and was settled when the
/// residue was made. *Owns* its checks. *Thread*: any.
@safe public final class SchemaResidue: @unchecked Sendable {
    // @unchecked: written by init only.
    struct Check: BitwiseCopyable, Equatable {
        /// `filled`: a string that is not empty; `word`: one of a string check's words.
        enum Kind: UInt8 { case filled, word, string, number, whole, step, node }
        var kind: Kind
        /// Of the program's table that the kind means.
        var index: Int32
        var member: Int32
    }

    /// The checks as a plain value, for the hot path; valid as long as their residue.
    @safe public struct Checks: BitwiseCopyable {
        let table: Table<Check>
        let tables: UnsafePointer<ProgramTables>
    }

    private let program: SchemaProgram
    let checks: Table<Check>

    init(_ program: SchemaProgram, _ checks: [Check]) {
        self.program = program
        self.checks = Table(checks)
    }

    deinit { checks.free() }

    public var all: Checks { unsafe Checks(table: checks, tables: program.tables) }

    /// Of a schema that asks for nothing.
    public static let nothing = SchemaResidue(SchemaProgram(ProgramDraft()), [])
}
