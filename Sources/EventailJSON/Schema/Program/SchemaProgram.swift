/// A schema as flat tables of plain values, with what they point to kept alive.
///
/// *Owns* its tables, expressions and documents. *Thread*: any; nothing in it changes after `init`.
@safe final class SchemaProgram: @unchecked Sendable {
    // @unchecked: all that it holds is written once, before it is shared.
    let tables: UnsafePointer<ProgramTables>
    let sources: [SchemaSource]
    /// For each source the nodes of its keywords taken alone; only in a program that explains.
    let parts: [[SchemaPart]]
    private let expressions: [RegularExpression]
    let documents: [SchemaDocument]

    init(_ draft: ProgramDraft) {
        let made = UnsafeMutablePointer<ProgramTables>.allocate(capacity: 1)
        unsafe made.initialize(to: ProgramTables(draft))
        unsafe tables = UnsafePointer(made)
        sources = draft.sources
        parts = draft.parts
        expressions = draft.expressions
        documents = draft.documents
    }

    deinit {
        unsafe tables.pointee.free()
        unsafe tables.deallocate()
    }
}

/// Where a schema was written.
struct SchemaPlace: Hashable, Sendable {
    var document: Int32
    var index: Int32
}

/// A schema's place in words and on its tape.
struct SchemaSource: Sendable {
    var place: SchemaPlace
    /// The URI of its resource, `#`, a JSON Pointer.
    var location: String
}

/// One keyword (with those that it cannot do without) of a schema, compiled alone, to tell which one refuses.
struct SchemaPart: Sendable {
    var keyword: String
    var node: Int32
}

/// What a compiler has gathered so far.
struct ProgramDraft {
    var nodes: [Node] = []
    var steps: [Step] = []
    var numbers: [NumberCheck] = []
    var strings: [StringCheck] = []
    var objects: [ObjectCheck] = []
    var arrays: [ArrayCheck] = []
    var slots: [KeySlot] = []
    var lists: [Int32] = []
    var patterns: [MemberPattern] = []
    var dependents: [Dependent] = []
    var constantChecks: [ConstantsCheck] = []
    var constants: [Constant] = []
    var dispatches: [Dispatch] = []
    var nodeLists: [NodeList] = []
    var dynamics: [DynamicReference] = []
    var targets: [DynamicTarget] = []
    var bytes: [UInt8] = []
    var sources: [SchemaSource] = []
    var parts: [[SchemaPart]] = []
    var expressions: [RegularExpression] = []
    var documents: [SchemaDocument] = []
    var nodeOfPlace: [SchemaPlace: Int32] = [:]
    var usesDynamicScope = false
}

/// The tables of a program, as the machine reads them.
@safe struct ProgramTables {
    let nodes: Table<Node>
    let steps: Table<Step>
    let numbers: Table<NumberCheck>
    let strings: Table<StringCheck>
    let objects: Table<ObjectCheck>
    let arrays: Table<ArrayCheck>
    let slots: Table<KeySlot>
    let lists: Table<Int32>
    let patterns: Table<MemberPattern>
    let dependents: Table<Dependent>
    let constantChecks: Table<ConstantsCheck>
    let constants: Table<Constant>
    let dispatches: Table<Dispatch>
    let nodeLists: Table<NodeList>
    let dynamics: Table<DynamicReference>
    let targets: Table<DynamicTarget>
    let bytes: Table<UInt8>
    let expressions: Table<CompiledExpression>
    let documents: Table<DocumentAddress>
    let typeOfTag: Table<ValueTypes>
    let usesDynamicScope: Bool

    init(_ draft: ProgramDraft) {
        nodes = Table(draft.nodes)
        steps = Table(draft.steps)
        numbers = Table(draft.numbers)
        strings = Table(draft.strings)
        objects = Table(draft.objects)
        arrays = Table(draft.arrays)
        slots = Table(draft.slots)
        lists = Table(draft.lists)
        patterns = Table(draft.patterns)
        dependents = Table(draft.dependents)
        constantChecks = Table(draft.constantChecks)
        constants = Table(draft.constants)
        dispatches = Table(draft.dispatches)
        nodeLists = Table(draft.nodeLists)
        dynamics = Table(draft.dynamics)
        targets = Table(draft.targets)
        // Eight spare bytes, so that a word may be read at the last string.
        bytes = Table(draft.bytes + [UInt8](repeating: 0, count: 8))
        expressions = Table(draft.expressions.map(\.compiled))
        documents = Table(draft.documents.map { DocumentAddress($0.document) })
        usesDynamicScope = draft.usesDynamicScope
        var types = [ValueTypes](repeating: [], count: 256)
        for (tag, type) in [
            (Tag.null, ValueTypes.null), (.no, .no), (.yes, .yes), (.signed, .integer), (.unsigned, .integer), (.double, .number),
            (.number, .number), (.string, .string), (.array, .array), (.object, .object),
        ] { types[Int(tag.rawValue)] = type }
        typeOfTag = Table(types)
    }

    func free() {
        nodes.free(); steps.free(); numbers.free(); strings.free(); objects.free(); arrays.free(); slots.free(); lists.free()
        patterns.free(); dependents.free(); constantChecks.free(); constants.free(); dispatches.free(); nodeLists.free()
        dynamics.free(); targets.free(); bytes.free(); expressions.free(); documents.free(); typeOfTag.free()
    }
}

/// A document as a plain value.
@safe struct DocumentAddress: BitwiseCopyable {
    private let tape: UnsafePointer<UInt64>
    private let strings: UnsafePointer<UInt8>

    init(_ document: Document) {
        unsafe tape = document.tape
        unsafe strings = document.strings
    }

    var document: Document { unsafe Document(tape: tape, strings: strings) }
}
