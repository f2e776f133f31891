/// Numbers of things by their hash, in an open-addressing table; the things themselves lie elsewhere, side by side.
///
/// An entry holds the upper half of the hash beside the number, so that a stranger is hardly ever looked at and the table grows by itself.
/// *Owns* its table. *Thread*: its owner's. *Limits*: 2^31 numbers; its owner's.
struct HashIndex: ~Copyable {
    /// Upper half of the hash, and the number plus one; 0 is free.
    private var entries: Column<UInt64>
    private var used = 0

    init(capacity: Int = 64) { entries = Column(repeating: 0, count: Self.size(capacity)) }

    private static func size(_ capacity: Int) -> Int {
        var size = 64
        while size < capacity * 2 + 2 { size *= 2 }
        return size
    }

    /// The number of a hash, nil when it is not there; `isIt` tells whether a number's thing is the one that is meant.
    @inline(__always)
    func find(_ hash: UInt64, _ isIt: (Int) -> Bool) -> Int? {
        let mask = entries.count - 1
        var at = Int(truncatingIfNeeded: hash >> 32) & mask
        while true {
            let entry = entries[at]
            if entry == 0 { return nil }
            if (entry ^ hash) >> 32 == 0 {
                let number = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
                if isIt(number) { return number }
            }
            at = (at + 1) & mask
        }
    }

    /// Brings the place where a hash would stand into the processor's cache, while other work goes on. Answers what stands there.
    @inline(__always)
    func warm(_ hash: UInt64) -> UInt64 { entries[Int(truncatingIfNeeded: hash >> 32) & (entries.count - 1)] }

    /// Adds a number that is not there yet.
    @inline(__always)
    mutating func insert(_ hash: UInt64, _ number: Int) {
        if (used + 1) * 2 > entries.count { grow() }
        used += 1
        put(hash & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: number + 1))
    }

    @inline(__always)
    private mutating func put(_ entry: UInt64) {
        let mask = entries.count - 1
        var at = Int(truncatingIfNeeded: entry >> 32) & mask
        while entries[at] != 0 { at = (at + 1) & mask }
        entries[at] = entry
    }

    @inline(never)
    private mutating func grow() {
        var old = Column<UInt64>(repeating: 0, count: entries.count * 4)
        swap(&entries, &old)
        for place in 0..<old.count where old[place] != 0 { put(old[place]) }
    }

    /// Empties the index; one larger than for `most` numbers gives memory back.
    mutating func removeAll(keeping most: Int = 1 << 16) {
        used = 0
        if entries.count > Self.size(most) { entries = Column(repeating: 0, count: Self.size(most)) } else { entries.fill(0) }
    }
}
