/// A series of rows that are merged into one when they are many.
struct RowBlock: Hashable {
    var kind: StateKind
    var place: UInt64

    /// The block of what is kept by a hash: one of 4096, so that a commit of very many writes few rows and one of few reads little.
    static func place(ofHash hash: UInt64) -> UInt64 { hash >> 52 }
}

/// Things put together by the block that they belong to, in each block in their own order.
struct BlockGroups {
    private(set) var places: ContiguousArray<UInt64>
    private var starts: ContiguousArray<Int>
    private var order: ContiguousArray<Int>

    /// Asks for the block of each of `0..<count`; what has none is left out. `numbers` is scratch memory.
    init(_ count: Int, _ numbers: inout Numbering, _ block: (Int) -> UInt64?) {
        numbers.removeAll()
        var groupOf = ContiguousArray<Int32>(repeating: -1, count: count)
        for item in 0..<count { if let place = block(item) { groupOf[item] = Int32(numbers.number(place)) } }
        places = numbers.keys
        starts = ContiguousArray(repeating: 0, count: places.count + 1)
        for group in groupOf where group >= 0 { starts[Int(group) + 1] += 1 }
        for group in 0..<places.count { starts[group + 1] += starts[group] }
        order = ContiguousArray(repeating: 0, count: starts[places.count])
        var next = starts
        for item in 0..<count where groupOf[item] >= 0 {
            let group = Int(groupOf[item])
            order[next[group]] = item
            next[group] += 1
        }
    }

    /// The groups by ascending block, which is the order that the state likes rows in.
    var ascending: [Int] { places.indices.sorted { places[$0] < places[$1] } }

    func members(_ group: Int) -> ContiguousArray<Int>.SubSequence { order[starts[group]..<starts[group + 1]] }
}
