/// A series of rows that are merged into one when they are many.
struct RowBlock: Hashable {
    var kind: StateKind
    var place: UInt64
}
