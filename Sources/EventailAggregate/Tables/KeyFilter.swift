/// Tells keys that were never seen from those the state may hold: a set of 32-bit fingerprints.
///
/// Without it every new usage key would cost a look into the state. *Thread*: the engine's. *Limits*: `most` fingerprints (32 MiB); beyond them
/// every key may be there, which is slower and still right.
struct KeyFilter {
    static let most = 4 << 20
    private var table = ContiguousArray<UInt32>(repeating: 0, count: 1024)
    private(set) var count = 0
    /// Fingerprints added since the last commit.
    private(set) var fresh: [UInt32] = []

    @inline(__always)
    private static func fingerprint(_ hash: UInt64) -> UInt32 {
        let short = UInt32(truncatingIfNeeded: TextHash.spread(hash) >> 32)
        return short == 0 ? 1 : short
    }

    func mayContain(_ hash: UInt64) -> Bool {
        if count >= Self.most { return true }
        let print = Self.fingerprint(hash)
        let mask = table.count - 1
        var at = Int(print) & mask
        while table[at] != 0 {
            if table[at] == print { return true }
            at = (at + 1) & mask
        }
        return false
    }

    mutating func insert(_ hash: UInt64) { insert(print: Self.fingerprint(hash), isFresh: true) }

    mutating func insert(print: UInt32, isFresh: Bool) {
        if count >= Self.most { return }
        if !put(print) { return }
        if isFresh { fresh.append(print) }
        if count * 2 > table.count {
            let old = table
            table = ContiguousArray(repeating: 0, count: old.count * 2)
            count = 0
            for print in old where print != 0 { _ = put(print) }
        }
    }

    mutating func takeFresh() -> [UInt32] {
        defer { fresh.removeAll(keepingCapacity: true) }
        return fresh
    }

    private mutating func put(_ print: UInt32) -> Bool {
        let mask = table.count - 1
        var at = Int(print) & mask
        while table[at] != 0 {
            if table[at] == print { return false }
            at = (at + 1) & mask
        }
        table[at] = print
        count += 1
        return true
    }
}
