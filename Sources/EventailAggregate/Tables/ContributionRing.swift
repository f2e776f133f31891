internal import EventailEvents

/// The newest events and what each added to the figures, for `explain`.
///
/// In memory only: after a restart it fills again. *Thread*: the engine's. *Limits*: `capacity` events, all fields of each.
struct ContributionRing: ~Copyable {
    struct Entry: BitwiseCopyable {
        var file = 0
        var line: Int64 = 0
        var position: Int64 = 0
        var time: Int64 = 0
        var dimensions: UInt64 = 0
        var execution: UInt64 = 0
        /// The fields that were added just 1 to, and those that have an amount.
        var ones: UInt64 = 0
        var others: UInt64 = 0
    }

    let capacity: Int
    private(set) var entries = Column<Entry>(capacity: 1)
    /// A place for each field of an entry; what stands there counts only when the entry says so.
    private var amounts = Column<Int64>(capacity: 1)
    /// Entries ever made: the number of the newest, by which `explain` pages.
    private(set) var newest: Int64 = 0
    /// Where the entry that is being made lies.
    private var current = 0
    private var file = 0
    private(set) var files: [Int: FileReference] = [:]

    init(capacity: Int) { self.capacity = max(capacity, 1) }

    mutating func note(file reference: FileReference) {
        file = reference.number
        if files[file] === reference { return }
        // Files that no entry names any more are forgotten when there are many.
        if files.count >= capacity * 2 {
            var used: Set<Int> = []
            for entry in 0..<entries.count { used.insert(entries[entry].file) }
            files = files.filter { used.contains($0.key) }
        }
        files[file] = reference
    }

    @inline(__always)
    mutating func begin(_ event: Event, _ dimensions: Dimensions, _ execution: UInt64) {
        current = Int(truncatingIfNeeded: newest) % capacity
        if current >= entries.count {
            entries.append(Entry())
            amounts.stretch(to: entries.count * Field.count, filling: 0)
        }
        newest += 1
        entries[current] = Entry(
            file: file, line: event.line, position: event.position, time: event.time, dimensions: dimensions.bits, execution: execution)
    }

    /// The event's line was written by an agent at another place than where it was read; its number there is not known.
    mutating func wasWritten(at position: Int64) {
        entries[current].line = 0
        entries[current].position = position
    }

    /// Notes what a fact of the event added: those of its fields that are in `mask`, of which `ones` are 1.
    @inline(__always)
    mutating func add(_ values: borrowing Column<Int64>, _ from: Int, _ mask: UInt64, _ ones: UInt64) {
        if entries.isEmpty { return }
        let (before, others) = (entries[current].ones, entries[current].others)
        // A field that another fact of the event added to has an amount from now on.
        let changed = mask & (~ones | before | others)
        entries[current].ones = (before | ones) & ~changed
        entries[current].others = others | changed
        var rest = changed
        while rest != 0 {
            let field = rest.trailingZeroBitCount
            let earlier = others >> UInt64(field) & 1 != 0 ? amounts[current * Field.count + field] : Int64(before >> UInt64(field) & 1)
            amounts[current * Field.count + field] = earlier.addingSaturated(values[from + field])
            rest &= rest &- 1
        }
    }

    /// An entry's fields and what was added to them.
    func added(_ place: Int) -> [(field: Int, amount: Int64)] {
        let entry = entries[place]
        var found: [(field: Int, amount: Int64)] = []
        var rest = entry.ones
        while rest != 0 {
            found.append((rest.trailingZeroBitCount, 1))
            rest &= rest &- 1
        }
        rest = entry.others
        while rest != 0 {
            found.append((rest.trailingZeroBitCount, amounts[place * Field.count + rest.trailingZeroBitCount]))
            rest &= rest &- 1
        }
        return found
    }

    /// The entries' numbers and places, newest first: those numbered less than `before`, nil for all.
    func newestFirst(before: Int64?) -> some Sequence<(number: Int64, place: Int)> {
        let last = min(newest, before.map { $0 - 1 } ?? newest), capacity = Int64(capacity)
        let oldest = max(1, newest - Int64(entries.count) + 1)
        return stride(from: last, through: oldest, by: -1).lazy.map { ($0, Int(($0 - 1) % capacity)) }
    }
}
