/// Runs schemas over documents.
///
/// *Owns* scratch memory, reused: accepting allocates nothing once it has grown. *Thread*: one.
/// *Limits*: those of `MachineMemory` and `ExpressionMatcher`; a value that meets one is refused, and the violation says so.
@safe public final class SchemaRunner {
    private let memory: UnsafeMutablePointer<MachineMemory>

    public init() {
        unsafe memory = .allocate(capacity: 1)
        unsafe memory.initialize(to: MachineMemory())
    }

    deinit {
        unsafe memory.pointee.free()
        unsafe memory.deallocate()
    }

    /// Whether the value at `index` of the document keeps the schema; the hot path.
    public func accepts(_ document: Document, at index: Int, _ schema: Schema) -> Bool {
        let machine = machine(document, schema.answering)
        return machine.accepts(schema.root, index) && machine.memory.limit == .none
    }

    /// What is left of a schema for lines of the shape of this one, which `shapes` has just found; nil when no line of that shape keeps it.
    public func residue(of schema: Schema, _ document: Document, _ shapes: LineShapes, shape: Int) -> SchemaResidue? {
        var finder = ResidueFinder(machine(document, schema.answering), shapes, shape: shape)
        return finder.find(schema.answering, schema.root)
    }

    /// Whether a line whose shape `shapes` has just found keeps what is left of a schema for that shape; the hottest path.
    public func accepts(_ document: Document, _ shapes: LineShapes, _ residue: SchemaResidue.Checks) -> Bool {
        unsafe memory.pointee.reset()
        let machine = unsafe SchemaMachine(tables: residue.tables, document: document, state: memory)
        for index in 0..<residue.table.count {
            let check = residue.table[index]
            let place = shapes.place(check.member)
            let accepted =
                switch check.kind {
                case .filled: unsafe document.utf8(place).count > 0
                case .word: machine.isWord(check.index, place)
                case .string: machine.string(check.index, place)
                case .number: machine.number(check.index, place)
                case .whole: document.isWhole(place)
                case .step: machine.accepts(step: check.index, place)
                case .node: machine.accepts(check.index, place)
                }
            if !accepted { return false }
        }
        return machine.memory.limit == .none
    }

    /// Why it does not, the most helpful reason first, at most `limit`; slow, for after a refusal.
    public func violations(_ document: Document, at index: Int, _ schema: Schema, limit: Int = 8) -> [Violation] {
        guard let (program, root) = schema.telling else { return [] }
        var explainer = SchemaExplainer(machine: machine(document, program), program: program, limit: limit)
        return explainer.violations(at: index, root)
    }

    private func machine(_ document: Document, _ program: SchemaProgram) -> SchemaMachine {
        unsafe memory.pointee.reset()
        return unsafe SchemaMachine(tables: program.tables, document: document, state: memory)
    }
}
