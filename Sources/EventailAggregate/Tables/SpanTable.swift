internal import EventailEvents

/// When agents were active: closed intervals by agent and hour, and starts whose end was not seen yet.
///
/// An hour's intervals are sorted and apart, so that their union clipped to any window is a sum. *Thread*: the engine's. *Limits*: hours in memory after a commit,
/// open starts (the oldest is given up and counted), days of one span, intervals of one agent's hour (the closest two become one).
struct SpanTable {
    static let hour: Int64 = 3_600_000_000_000
    static let mostHoursInMemory = 8192
    static let mostOpen = 20_000
    static let mostStartsOfOne = 8
    static let longest: Int64 = 7 * 24 * hour
    static let mostIntervals = 16_384

    struct HourKey: Hashable {
        var agent: Int
        var hour: Int64
        var bytes: [UInt8] { ByteWriter.bigEndian(UInt64(agent)) + ByteWriter.key(hour) }
    }
    struct Open {
        var agent: Int
        var task: UInt64
        var execution: UInt64
        /// Ascending.
        var starts: [Int64]
        var key: [UInt8] { ByteWriter.bigEndian(UInt64(agent)) + ByteWriter.bigEndian(task) }
    }

    let expiry: Int64
    /// Starts and ends by turns.
    private(set) var hours: [HourKey: [Int64]] = [:]
    private var dirtyHours: Set<HourKey> = []
    private(set) var open: [RecordKey: Open] = [:]
    private var dirtyOpen: Set<RecordKey> = []
    private var closedKeys: [[UInt8]] = []
    /// Open starts by agent and execution, for ends that name no task.
    private var byExecution: [RecordKey: [RecordKey]] = [:]
    private(set) var givenUp: Int64 = 0
    /// Given up since the last commit.
    var abandoned: [Open] = []

    init(expiry: Int64) { self.expiry = expiry }

    static func key(_ agent: Int, _ task: UInt64) -> RecordKey { RecordKey(.span, UInt64(agent), task) }

    mutating func start(_ agent: Int, _ task: UInt64, _ execution: UInt64, at time: Int64) {
        let key = Self.key(agent, task)
        if open[key] == nil {
            if open.count >= Self.mostOpen, let oldest = open.min(by: { $0.value.starts[0] < $1.value.starts[0] }) {
                givenUp += 1
                abandoned.append(oldest.value)
                close(oldest.key)
            }
            open[key] = Open(agent: agent, task: task, execution: execution, starts: [time])
            if execution != 0 { byExecution[Self.key(agent, TextHash.spread(execution)), default: []].append(key) }
        } else {
            let place = open[key]!.starts.firstIndex { $0 > time } ?? open[key]!.starts.count
            open[key]!.starts.insert(time, at: place)
            if open[key]!.starts.count > Self.mostStartsOfOne { open[key]!.starts.remove(at: 1) }
        }
        dirtyOpen.insert(key)
    }

    /// Closes the starts at or before an end; answers the latest of them.
    mutating func end(_ agent: Int, _ task: UInt64, _ execution: UInt64, at time: Int64) -> Int64? {
        var key = Self.key(agent, task)
        if task == 0 || open[key] == nil, task == 0, execution != 0 {
            let candidates = byExecution[Self.key(agent, TextHash.spread(execution))] ?? []
            let best = candidates.filter { (open[$0]?.starts.first ?? .max) <= time }.max { (open[$0]?.starts.first ?? 0) < (open[$1]?.starts.first ?? 0) }
            if let best { key = best }
        }
        guard var found = open[key] else { return nil }
        let closed = found.starts.prefix { $0 <= time }
        guard let match = closed.last else { return nil }
        found.starts.removeFirst(closed.count)
        if found.starts.isEmpty { close(key) } else { open[key] = found; dirtyOpen.insert(key) }
        return match
    }

    /// Adds an interval to an agent's active time.
    mutating func add(_ agent: Int, from: Int64, to end: Int64, _ view: StateView) throws {
        var start = max(from, end &- Self.longest)
        while start < end {
            let hour = start.floored(to: Self.hour)
            let stop = min(end, hour &+ Self.hour)
            let key = HourKey(agent: agent, hour: hour)
            if hours[key] == nil { hours[key] = try Self.decode(view.value(.activity, key.bytes) ?? []) }
            Self.insert(start, stop, &hours[key]!)
            dirtyHours.insert(key)
            start = stop
        }
    }

    /// An agent's closed intervals in the hours that a window touches, sorted; intervals that meet at an hour's end are not joined.
    func intervals(_ agent: Int, _ window: ClosedRange<Int64>, _ view: StateView) throws -> [Int64] {
        var found: [(hour: Int64, intervals: [Int64])] = []
        let first = HourKey(agent: agent, hour: window.lowerBound.floored(to: Self.hour))
        let last = HourKey(agent: agent, hour: window.upperBound.floored(to: Self.hour))
        try view.forEach(.activity, from: first.bytes, to: last.bytes + [0]) { key, value in
            let hour = ByteReader.slot(key, at: 8)
            if hours[HourKey(agent: agent, hour: hour)] == nil { found.append((hour, Self.decode(value))) }
        }
        for (key, intervals) in hours where key.agent == agent && key.hour >= first.hour && key.hour <= last.hour { found.append((key.hour, intervals)) }
        found.sort { $0.hour < $1.hour }
        return found.flatMap(\.intervals)
    }

    mutating func takeChanges(_ changes: inout [StoredChange]) {
        for key in dirtyHours {
            var writer = ByteWriter()
            var last = key.hour
            for time in hours[key] ?? [] {
                writer.number(UInt64(time &- last))
                last = time
            }
            changes.append(StoredChange(kind: StateKind.activity.rawValue, key: key.bytes, value: ByteWriter.key(key.hour) + writer.bytes))
        }
        dirtyHours.removeAll(keepingCapacity: true)
        if hours.count > Self.mostHoursInMemory { hours.removeAll() }
        for key in closedKeys { changes.append(StoredChange(kind: StateKind.openSpans.rawValue, key: key, value: nil)) }
        closedKeys.removeAll()
        for key in dirtyOpen {
            guard let span = open[key] else { continue }
            var writer = ByteWriter()
            writer.fixed(span.execution)
            for start in span.starts { writer.signed(start) }
            changes.append(StoredChange(kind: StateKind.openSpans.rawValue, key: span.key, value: writer.bytes))
        }
        dirtyOpen.removeAll()
    }

    mutating func restore(_ view: StateView) throws {
        self = SpanTable(expiry: expiry)
        var found: [Open] = []
        try view.forEach(.openSpans, prefix: []) { key, value in
            var reader = ByteReader(key)
            let agent = Int(truncatingIfNeeded: reader.fixed()), task = reader.fixed()
            reader = ByteReader(value)
            let execution = reader.fixed()
            var starts: [Int64] = []
            while !reader.isAtEnd { starts.append(reader.signed()) }
            if !starts.isEmpty { found.append(Open(agent: agent, task: task, execution: execution, starts: starts)) }
        }
        for span in found { for start in span.starts { self.start(span.agent, span.task, span.execution, at: start) } }
        dirtyOpen.removeAll()
    }

    private mutating func close(_ key: RecordKey) {
        guard let span = open.removeValue(forKey: key) else { return }
        closedKeys.append(span.key)
        if span.execution != 0 {
            let both = Self.key(span.agent, TextHash.spread(span.execution))
            byExecution[both]?.removeAll { $0 == key }
            if byExecution[both]?.isEmpty == true { byExecution[both] = nil }
        }
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
