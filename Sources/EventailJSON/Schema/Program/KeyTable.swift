/// A hash table over strings that are known when the schema is compiled: open addressing, its multiplier chosen so that none collide.
struct KeyTable: BitwiseCopyable {
    var first: Int32 = 0
    /// Slots less one; the number of slots is a power of two.
    var mask: UInt32 = 0
    var multiplier: UInt64 = 1
    var count: Int32 = 0
}

/// A place in a key table.
struct KeySlot: BitwiseCopyable {
    static let vacant = UInt32.max
    static let isProperty: UInt32 = 1, decides: UInt32 = 2

    var first: UInt64 = 0
    var last: UInt64 = 0
    /// The bit of a member that is required or on which others depend.
    var bit: UInt64 = 0
    var length = KeySlot.vacant
    var node: Int32 = NodeIndex.anything
    /// Where the text is in the program's bytes.
    var text: Int32 = 0
    var flags: UInt32 = 0
}

extension KeyTable {
    /// Places `keys` (all different) and returns the table with its slots; `first` is left for the caller.
    static func build(_ keys: [(bytes: [UInt8], slot: KeySlot)]) -> (table: KeyTable, slots: [KeySlot]) {
        var size = 2
        while size < keys.count * 2 { size *= 2 }
        let words = keys.map { KeyWords($0.bytes) }
        var best = (collisions: Int.max, multiplier: UInt64(1), size: size)
        var seed: UInt64 = 0x2545_F491_4F6C_DD1D
        search: for tried in [size, size * 2, size * 4, size * 8] where tried <= 1 << 14 || tried == size {
            for _ in 0..<200 {
                seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17
                let multiplier = seed | 1
                var used = [Bool](repeating: false, count: tried)
                var collisions = 0
                for word in words {
                    let place = Self.place(word.hash(multiplier), UInt32(tried - 1))
                    if used[place] { collisions += 1 } else { used[place] = true }
                }
                if collisions < best.collisions { best = (collisions, multiplier, tried) }
                if collisions == 0 { break search }
            }
        }
        let mask = UInt32(best.size - 1)
        var slots = [KeySlot](repeating: KeySlot(), count: best.size)
        for (word, key) in zip(words, keys) {
            var place = Self.place(word.hash(best.multiplier), mask)
            while slots[place].length != KeySlot.vacant { place = (place + 1) & Int(mask) }
            slots[place] = key.slot
            slots[place].first = word.first
            slots[place].last = word.last
            slots[place].length = word.length
        }
        return (KeyTable(first: 0, mask: mask, multiplier: best.multiplier, count: Int32(keys.count)), slots)
    }

    /// The upper half of a product is the mixed one.
    @inline(__always) static func place(_ hash: UInt64, _ mask: UInt32) -> Int { Int(UInt32(truncatingIfNeeded: hash &>> 32) & mask) }
}
