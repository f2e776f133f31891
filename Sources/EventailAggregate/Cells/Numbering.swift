/// Gives distinct numbers to distinct words, 0 and up in the order of their coming; made to be emptied and used again.
///
/// Emptying costs as much as what was in it, not as much as its memory. *Thread*: its owner's.
struct Numbering {
    private(set) var keys: ContiguousArray<UInt64> = []
    /// Number plus one; 0 is free.
    private var index = ContiguousArray<UInt32>(repeating: 0, count: 64)
    /// Where in `index` each number stands.
    private var places: ContiguousArray<UInt32> = []

    @inline(__always)
    mutating func number(_ key: UInt64) -> Int {
        let mask = index.count - 1
        var at = Self.start(key) & mask
        while index[at] != 0 {
            let number = Int(index[at]) - 1
            if keys[number] == key { return number }
            at = (at + 1) & mask
        }
        return insert(key, at)
    }

    mutating func removeAll() {
        for place in places { index[Int(place)] = 0 }
        places.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private static func start(_ key: UInt64) -> Int { Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) }

    @inline(never)
    private mutating func insert(_ key: UInt64, _ at: Int) -> Int {
        keys.append(key)
        index[at] = UInt32(keys.count)
        places.append(UInt32(at))
        if keys.count * 2 > index.count {
            index = ContiguousArray(repeating: 0, count: index.count * 4)
            let mask = index.count - 1
            for number in 0..<keys.count {
                var place = Self.start(keys[number]) & mask
                while index[place] != 0 { place = (place + 1) & mask }
                index[place] = UInt32(number + 1)
                places[number] = UInt32(place)
            }
        }
        return keys.count - 1
    }
}
