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
