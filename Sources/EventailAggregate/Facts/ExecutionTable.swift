internal import EventailEvents

/// Heads of executions: when each was first and last heard of, and what it has open. Those that the state's records do not have yet, and those spoken of lately.
///
/// *Thread*: the engine's. *Limits*: after `keep` as many as it says; until then as many as were spoken of since the last call.
struct ExecutionTable: ~Copyable {
    struct Head: BitwiseCopyable {
        var hash: UInt64
        /// Counts executions in the order in which they were first seen.
        var number: Int64
        var first: Int64 = 0
        var last: Int64 = 0
        /// The chunk of facts that it was last named in, and its number there.
        var chunk: UInt32 = 0
        var place: UInt32 = 0
        var agents: Int32 = 0
        var tools: Int32 = 0
        var humans: Int32 = 0
        var meaning: UInt8 = 0
        /// Whether the records in the state lack what it says.
        var isFresh = true
    }

    private(set) var heads = Column<Head>(capacity: 1024)
    private var index = HashIndex()
    /// Of no meaning; what is read to warm must go somewhere.
    private var warmed: UInt64 = 0

    init() {}

    var count: Int { heads.count }

    @inline(__always)
    subscript(_ place: Int) -> Head {
        get { heads[place] }
        _modify { yield &heads[place] }
    }

    @inline(__always)
    func find(_ hash: UInt64) -> Int? { index.find(hash) { heads[$0].hash == hash } }

    /// Makes the look for a hash that comes soon fast.
    @inline(__always) mutating func warm(_ hash: UInt64) { warmed ^= index.warm(hash) }

    /// Adds one that is not there.
    mutating func add(_ head: Head) -> Int {
        heads.append(head)
        index.insert(head.hash, heads.count - 1)
        return heads.count - 1
    }

    /// Notes an event in a head.
    @inline(__always)
    mutating func touch(_ place: Int, _ time: Int64, _ meaning: Meaning) {
        heads[place].isFresh = true
        if time < heads[place].first { heads[place].first = time }
        if time >= heads[place].last {
            heads[place].last = time
            if meaning != .note { heads[place].meaning = meaning.rawValue }
        }
        if meaning == .agentStart { heads[place].agents &+= 1 }
        if meaning == .agentEnd, heads[place].agents > 0 { heads[place].agents -= 1 }
    }

    /// Keeps the heads that were numbered last, at most `most`; the others are in the records by now.
    mutating func keep(_ most: Int) {
        for place in 0..<heads.count {
            heads[place].isFresh = false
            heads[place].chunk = 0
        }
        if heads.count <= most { return }
        var kept = Column<Head>(capacity: most)
        for place in heads.count - most / 2..<heads.count { kept.append(heads[place]) }
        swap(&heads, &kept)
        index.removeAll(keeping: 0)
        for place in 0..<heads.count { index.insert(heads[place].hash, place) }
    }

    mutating func removeAll() {
        heads.removeAll(keeping: 1024)
        index.removeAll(keeping: 1024)
    }
}
