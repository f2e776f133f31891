internal import EventailEvents

/// When agents were active: closed intervals by agent and hour, and starts whose end was not seen yet.
///
/// An hour's intervals are sorted and apart, so that their union clipped to any window is a sum. *Thread*: the engine's. *Limits*: hours in memory after a commit,
/// open starts (the oldest is given up), days of one span, intervals of one agent's hour (the closest two become one).
struct SpanTable: ~Copyable {
    static let hour: Int64 = 3_600_000_000_000
    static let mostHoursInMemory = 8192
    static let mostOpen = 20_000
    static let mostStartsOfOne = 8
    static let longest: Int64 = 7 * 24 * hour
    static let mostIntervals = 16_384

    private struct Hour {
        let agent: Int
        let hour: Int64
        var isDirty = false
        /// Starts and ends by turns.
        var times: [Int64]
    }

    /// Starts of an agent on a task.
    struct Open: BitwiseCopyable {
        var agent: Int
        var task: UInt64
        var execution: UInt64
        var count: Int
        var isDirty = false
        /// Whether the state has it.
        var isStored = false
        /// The next of those that share a bucket by agent and task, and by agent and execution; negative at the end.
        var next: Int32 = -1
        var nextOfExecution: Int32 = -1
    }

    /// One that was given up for room.
    struct Abandoned {
        var agent: Int
        var task: UInt64
        var starts: [Int64]
    }

    let expiry: Int64
    private var hours: [Hour] = []
    private var hourIndex = HashIndex()
    private var dirtyHours: [Int] = []

    private static let buckets = 8192
    private var open = Column<Open>()
    /// Of each open span its starts, ascending.
    private var times = Column<Int64>()
    private var free = Column<Int>()
    private var byTask = Column<Int32>(repeating: -1, count: SpanTable.buckets)
    private var byExecution = Column<Int32>(repeating: -1, count: SpanTable.buckets)
    private var dirtyOpen = Column<Int>()
    private var closedKeys: [[UInt8]] = []
    /// Given up since the last commit.
    var abandoned: [Abandoned] = []

    init(expiry: Int64) { self.expiry = expiry }

    static func key(_ agent: Int, _ task: UInt64) -> RecordKey { RecordKey(.span, UInt64(agent), task) }

    @inline(__always)
    private static func bucket(_ agent: Int, _ other: UInt64) -> Int {
        Int(truncatingIfNeeded: TextHash.mix(other ^ 0x9E37_79B9_7F4A_7C15, UInt64(agent) | 1 << 32)) & (buckets - 1)
    }

    // MARK: open spans

    mutating func start(_ agent: Int, _ task: UInt64, _ execution: UInt64, at time: Int64) {
        var place = find(agent, task)
        if place < 0 {
            if open.count - free.count >= Self.mostOpen { abandonOldest() }
            place = make(agent, task, execution)
        }
        let from = place * Self.mostStartsOfOne
        var count = open[place].count
        if count == Self.mostStartsOfOne {
            // The first and the newest ones are kept.
            if times[from + 1] > time {
                times[from] = min(times[from], time)
                return mark(place)
            }
            for number in 1..<count - 1 { times[from + number] = times[from + number + 1] }
            count -= 1
        }
        var at = count
        while at > 0, times[from + at - 1] > time {
            times[from + at] = times[from + at - 1]
            at -= 1
        }
        times[from + at] = time
        open[place].count = count + 1
        mark(place)
    }

    /// Closes the starts at or before an end; answers the latest of them.
    mutating func end(_ agent: Int, _ task: UInt64, _ execution: UInt64, at time: Int64) -> Int64? {
        var place = find(agent, task)
        if task == 0 && execution != 0, let latest = latest(agent, execution, time) { place = latest }
        if place < 0 { return nil }
        let from = place * Self.mostStartsOfOne, count = open[place].count
        var closed = 0
        while closed < count, times[from + closed] <= time { closed += 1 }
        if closed == 0 { return nil }
        let match = times[from + closed - 1]
        if closed == count {
            close(place)
        } else {
            for number in closed..<count { times[from + number - closed] = times[from + number] }
            open[place].count = count - closed
            mark(place)
        }
        return match
    }

    /// Hands every open start to `body`: the agent and the time.
    func forEachOpen(_ body: (_ agent: Int, _ start: Int64) -> Void) {
        for place in 0..<open.count { for number in 0..<open[place].count { body(open[place].agent, times[place * Self.mostStartsOfOne + number]) } }
    }

    @inline(__always)
    private func find(_ agent: Int, _ task: UInt64) -> Int {
        var at = Int(byTask[Self.bucket(agent, task)])
        while at >= 0, open[at].agent != agent || open[at].task != task { at = Int(open[at].next) }
        return at
    }

    /// Of an agent's spans in an execution the one that started last, at or before a time.
    private func latest(_ agent: Int, _ execution: UInt64, _ time: Int64) -> Int? {
        var at = Int(byExecution[Self.bucket(agent, execution)])
        var best: Int?
        while at >= 0 {
            let first = times[at * Self.mostStartsOfOne]
            if open[at].agent == agent, open[at].execution == execution, first <= time {
                if best == nil || first >= times[best! * Self.mostStartsOfOne] { best = at }
            }
            at = Int(open[at].nextOfExecution)
        }
        return best
    }

    private mutating func make(_ agent: Int, _ task: UInt64, _ execution: UInt64) -> Int {
        var made = Open(agent: agent, task: task, execution: execution, count: 0)
        let bucket = Self.bucket(agent, task)
        made.next = byTask[bucket]
        let place: Int
        if free.isEmpty {
            place = open.count
            open.append(made)
            times.stretch(to: open.count * Self.mostStartsOfOne, filling: 0)
        } else {
            place = free[free.count - 1]
            free.removeLast(1)
            // What waits to be written of the one that lay here before is looked at again then.
            made.isDirty = open[place].isDirty
            open[place] = made
        }
        byTask[bucket] = Int32(truncatingIfNeeded: place)
        if execution != 0 {
            let other = Self.bucket(agent, execution)
            open[place].nextOfExecution = byExecution[other]
            byExecution[other] = Int32(truncatingIfNeeded: place)
        }
        return place
    }

    @inline(__always)
    private mutating func mark(_ place: Int) {
        if open[place].isDirty { return }
        open[place].isDirty = true
        dirtyOpen.append(place)
    }

    private mutating func close(_ place: Int) {
        let span = open[place]
        if span.isStored { closedKeys.append(Self.bytes(span)) }
        let bucket = Self.bucket(span.agent, span.task)
        if Int(byTask[bucket]) == place {
            byTask[bucket] = span.next
        } else {
            var at = Int(byTask[bucket])
            while Int(open[at].next) != place { at = Int(open[at].next) }
            open[at].next = span.next
        }
        if span.execution != 0 {
            let other = Self.bucket(span.agent, span.execution)
            if Int(byExecution[other]) == place {
                byExecution[other] = span.nextOfExecution
            } else {
                var at = Int(byExecution[other])
                while Int(open[at].nextOfExecution) != place { at = Int(open[at].nextOfExecution) }
                open[at].nextOfExecution = span.nextOfExecution
            }
        }
        open[place].count = 0
        open[place].isStored = false
        free.append(place)
    }

    private mutating func abandonOldest() {
        var oldest = -1
        for place in 0..<open.count where open[place].count > 0 {
            if oldest < 0 || times[place * Self.mostStartsOfOne] < times[oldest * Self.mostStartsOfOne] { oldest = place }
        }
        if oldest < 0 { return }
        abandoned.append(Abandoned(agent: open[oldest].agent, task: open[oldest].task, starts: starts(oldest)))
        close(oldest)
    }

    private func starts(_ place: Int) -> [Int64] { (0..<open[place].count).map { times[place * Self.mostStartsOfOne + $0] } }

    // MARK: intervals

    /// Adds an interval to an agent's active time.
    mutating func add(_ agent: Int, from: Int64, to end: Int64, _ view: StateView) throws {
        var start = max(from, end &- Self.longest)
        while start < end {
            let hour = start.floored(to: Self.hour)
            let stop = min(end, hour &+ Self.hour)
            let place = try place(agent, hour, view)
            Self.insert(start, stop, &hours[place].times)
            if !hours[place].isDirty {
                hours[place].isDirty = true
                dirtyHours.append(place)
            }
            start = stop
        }
    }

    private static func hash(_ agent: Int, _ hour: Int64) -> UInt64 { TextHash.mix(UInt64(agent) ^ 0x9E37_79B9_7F4A_7C15, UInt64(bitPattern: hour) | 1) }

    private func known(_ agent: Int, _ hour: Int64) -> Int? {
        hourIndex.find(Self.hash(agent, hour)) { hours[$0].agent == agent && hours[$0].hour == hour }
    }

    private mutating func place(_ agent: Int, _ hour: Int64, _ view: StateView) throws -> Int {
        if let place = known(agent, hour) { return place }
        let stored = try Self.decode(view.value(.activity, Self.bytes(agent, hour)) ?? [])
        hours.append(Hour(agent: agent, hour: hour, times: stored))
        hourIndex.insert(Self.hash(agent, hour), hours.count - 1)
        return hours.count - 1
    }

    /// An agent's closed intervals in the hours that a window touches, sorted; intervals that meet at an hour's end are not joined.
    func intervals(_ agent: Int, _ window: ClosedRange<Int64>, _ view: StateView) throws -> [Int64] {
        var found: [(hour: Int64, intervals: [Int64])] = []
        let first = window.lowerBound.floored(to: Self.hour), last = window.upperBound.floored(to: Self.hour)
        try view.forEach(.activity, from: Self.bytes(agent, first), to: Self.bytes(agent, last) + [0]) { key, value in
            let hour = ByteReader.slot(key, at: 8)
            if known(agent, hour) == nil { found.append((hour, Self.decode(value))) }
        }
        for hour in hours where hour.agent == agent && hour.hour >= first && hour.hour <= last { found.append((hour.hour, hour.times)) }
        found.sort { $0.hour < $1.hour }
        return found.flatMap(\.intervals)
    }

    // MARK: state

    private static func bytes(_ agent: Int, _ hour: Int64) -> [UInt8] { ByteWriter.bigEndian(UInt64(agent)) + ByteWriter.key(hour) }
    private static func bytes(_ span: Open) -> [UInt8] { ByteWriter.bigEndian(UInt64(span.agent)) + ByteWriter.bigEndian(span.task) }

    mutating func takeChanges(_ changes: inout [StoredChange]) {
        for place in dirtyHours {
            var writer = ByteWriter()
            var last = hours[place].hour
            for time in hours[place].times {
                writer.number(UInt64(time &- last))
                last = time
            }
            hours[place].isDirty = false
            changes.append(StoredChange(
                kind: StateKind.activity.rawValue, key: Self.bytes(hours[place].agent, hours[place].hour), value: ByteWriter.key(hours[place].hour) + writer.bytes))
        }
        dirtyHours.removeAll(keepingCapacity: true)
        if hours.count > Self.mostHoursInMemory {
            hours.removeAll()
            hourIndex.removeAll()
        }
        for key in closedKeys { changes.append(StoredChange(kind: StateKind.openSpans.rawValue, key: key, value: nil)) }
        closedKeys.removeAll()
        for number in 0..<dirtyOpen.count {
            let place = dirtyOpen[number]
            open[place].isDirty = false
            if open[place].count == 0 { continue }
            open[place].isStored = true
            var writer = ByteWriter()
            writer.fixed(open[place].execution)
            for start in starts(place) { writer.signed(start) }
            changes.append(StoredChange(kind: StateKind.openSpans.rawValue, key: Self.bytes(open[place]), value: writer.bytes))
        }
        dirtyOpen.removeAll()
    }

    mutating func restore(_ view: StateView) throws {
        self = SpanTable(expiry: expiry)
        var found: [(agent: Int, task: UInt64, execution: UInt64, starts: [Int64])] = []
        try view.forEach(.openSpans, prefix: []) { key, value in
            var reader = ByteReader(key)
            let agent = Int(truncatingIfNeeded: reader.fixed()), task = reader.fixed()
            reader = ByteReader(value)
            let execution = reader.fixed()
            var starts: [Int64] = []
            while !reader.isAtEnd { starts.append(reader.signed()) }
            if !starts.isEmpty { found.append((agent, task, execution, starts)) }
        }
        for span in found { for time in span.starts { start(span.agent, span.task, span.execution, at: time) } }
        for number in 0..<dirtyOpen.count {
            open[dirtyOpen[number]].isDirty = false
            open[dirtyOpen[number]].isStored = true
        }
        dirtyOpen.removeAll()
    }

    private static func decode(_ bytes: [UInt8]) -> [Int64] {
        guard bytes.count > 8 else { return [] }
        var reader = ByteReader(bytes, at: 8)
        var last = ByteReader.slot(bytes)
        var times: [Int64] = []
        while !reader.isAtEnd {
            last &+= Int64(bitPattern: reader.number())
            times.append(last)
        }
        return times.count % 2 == 0 ? times : []
    }

    /// Puts an interval into sorted ones that are apart, joining those it touches.
    static func insert(_ start: Int64, _ end: Int64, _ times: inout [Int64]) {
        // The first interval that ends at or behind the start.
        var low = 0, high = times.count / 2
        while low < high {
            let middle = (low + high) / 2
            if times[middle * 2 + 1] < start { low = middle + 1 } else { high = middle }
        }
        var behind = low
        var from = start, to = end
        while behind * 2 < times.count, times[behind * 2] <= end {
            from = min(from, times[behind * 2])
            to = max(to, times[behind * 2 + 1])
            behind += 1
        }
        if behind == low + 1 {
            times[low * 2] = from
            times[low * 2 + 1] = to
        } else {
            times.replaceSubrange(low * 2..<behind * 2, with: [from, to])
        }
        if times.count / 2 > mostIntervals {
            var closest = 1
            for number in 2..<times.count / 2 {
                let gap = times[number * 2] - times[number * 2 - 1]
                if gap < times[closest * 2] - times[closest * 2 - 1] { closest = number }
            }
            times.removeSubrange(closest * 2 - 1...closest * 2)
        }
    }
}
