/// Plain values side by side in memory that never moves: what a compiled schema is made of.
///
/// Reading one is a load: no reference counts, no bounds (an index comes from the compiler of the same program).
/// *Owns* nothing by itself: `SchemaProgram` frees it.
@safe struct Table<Entry: BitwiseCopyable>: BitwiseCopyable {
    private let start: UnsafeMutablePointer<Entry>
    let count: Int

    init(_ entries: [Entry]) {
        count = entries.count
        unsafe start = .allocate(capacity: max(entries.count, 1))
        for (index, entry) in entries.enumerated() { unsafe (start + index).initialize(to: entry) }
    }

    func free() { unsafe start.deallocate() }

    @inline(__always) subscript(_ index: Int32) -> Entry { unsafe start[Int(index)] }
    @inline(__always) subscript(_ index: Int) -> Entry { unsafe start[index] }
    /// The address of an entry, for code that compares bytes.
    @inline(__always) func address(_ index: Int32) -> UnsafePointer<Entry> { unsafe UnsafePointer(start + Int(index)) }
}
