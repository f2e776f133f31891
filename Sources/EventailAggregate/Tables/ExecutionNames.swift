internal import EventailEvents

/// Names of executions in the order in which they were first seen: those not yet committed, and rows of up to `most` consecutive ones in the state.
///
/// *Thread*: the engine's. *Limits*: its owner empties it with each commit.
struct ExecutionNames: ~Copyable {
    private static let most = 256
    private var arena = ByteArena(capacity: 4096)
    private var places: ContiguousArray<Int> = []
    /// The number of the first that is not committed.
    private var first: Int64 = 0

    struct Named {
        var number: Int64
        var hash: UInt64
        var name: String
    }

    init() {}

    /// Notes an execution; numbers come without gaps.
    mutating func add(_ number: Int64, _ name: Span<UInt8>) {
        if places.isEmpty { first = number }
        places.append(arena.count)
        ExecutionName.write(name, 0, name.count, to: &arena)
    }

    mutating func takeChanges(_ changes: inout [StoredChange]) {
        var next = 0
        while next < places.count {
            let end = min(places.count, next + Self.most)
            let value = arena.bytes(places[next], end < places.count ? places[end] : arena.count)
            changes.append(StoredChange(kind: StateKind.executionIndex.rawValue, key: ByteWriter.key(first + Int64(next)), value: value))
            next = end
        }
        removeAll()
    }

    mutating func removeAll() {
        arena.removeAll(keeping: 1 << 20)
        places.removeAll(keepingCapacity: true)
    }

    /// The executions with numbers in a range, in order.
    func range(_ from: Int64, _ to: Int64, _ view: StateView) throws -> [Named] {
        if from >= to { return [] }
        var found: [Named] = []
        try view.forEach(.executionIndex, from: ByteWriter.key(max(0, from - Int64(Self.most) + 1)), to: ByteWriter.key(to)) { key, value in
            Self.decode(value, ByteReader.slot(key)) { if $0.number >= from && $0.number < to { found.append($0) } }
        }
        let low = max(0, from - first), high = min(Int64(places.count), to - first)
        if low < high {
            let start = places[Int(low)], end = high < Int64(places.count) ? places[Int(high)] : arena.count
            Self.decode(arena.bytes(start, end), first + low) { found.append($0) }
        }
        return found
    }

    private static func decode(_ bytes: [UInt8], _ first: Int64, _ body: (Named) -> Void) {
        var reader = ByteReader(bytes)
        var number = first
        while !reader.isAtEnd {
            let name = ExecutionName.read(&reader)
            if reader.isBroken { return }
            body(Named(number: number, hash: TextHash.hash(name.span, 0, name.count), name: String(decoding: name, as: UTF8.self)))
            number += 1
        }
    }
}
