/// Small numbers for texts that are few: agents, models, tools, types, error types. Numbers never change, also over a restart.
///
/// 0 stands for no text, 1 for `other`. *Thread*: the engine's. *Limits*: `most` numbers; further texts are `other`.
struct NameTable {
    static let none = 0, other = 1
    let most: Int
    private(set) var names: [String] = ["", "other"]
    private var hashes: ContiguousArray<UInt64> = [0, 0]
    /// Number of the name plus one; 0 is free.
    private var index = ContiguousArray<UInt32>(repeating: 0, count: 256)
    /// The first number that the state does not have yet.
    var firstUnsaved = 2
    /// How often a text became `other`.
    private(set) var overflows: Int64 = 0

    init(most: Int) {
        self.most = most
        hashes[Self.other] = TextHash.hash(names[Self.other])
        place(Self.other)
    }

    var count: Int { names.count }

    /// The number of part of a text, given when new.
    @inline(__always)
    mutating func number(_ text: Span<UInt8>, _ start: Int, _ length: Int) -> Int {
        if length == 0 { return Self.none }
        let hash = TextHash.hash(text, start, length)
        if let number = find(hash) { return number }
        var bytes: [UInt8] = []
        for at in start..<start + length { bytes.append(text[at]) }
        return add(hash, String(decoding: bytes, as: UTF8.self))
    }

    mutating func number(_ name: String) -> Int {
        if name.isEmpty { return Self.none }
        let hash = TextHash.hash(name)
        return find(hash) ?? add(hash, name)
    }

    /// The number of a text whose hash is known, nil when it has none yet.
    @inline(__always)
    func find(_ hash: UInt64) -> Int? {
        let mask = index.count - 1
        var at = Int(truncatingIfNeeded: hash) & mask
        while index[at] != 0 {
            let number = Int(index[at]) - 1
            if hashes[number] == hash { return number }
            at = (at + 1) & mask
        }
        return nil
    }

    /// The number of a text that is asked for; nil when nothing was counted under it.
    func existing(_ name: String) -> Int? { find(TextHash.hash(name)) }

    mutating func add(_ hash: UInt64, _ name: String) -> Int {
        if names.count > most {
            overflows += 1
            return Self.other
        }
        names.append(name)
        hashes.append(hash)
        if names.count * 2 > index.count { index = ContiguousArray(repeating: 0, count: index.count * 2) } else { place(names.count - 1); return names.count - 1 }
        for number in 1..<names.count { place(number) }
        return names.count - 1
    }

    private mutating func place(_ number: Int) {
        let mask = index.count - 1
        var at = Int(truncatingIfNeeded: hashes[number]) & mask
        while index[at] != 0 { at = (at + 1) & mask }
        index[at] = UInt32(number + 1)
    }
}
