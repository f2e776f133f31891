internal import EventailEvents

/// The newest events and what each added to the figures, for `explain`.
///
/// In memory only: after a restart it fills again. *Thread*: the engine's. *Limits*: `capacity` events, eight fields of each.
struct ContributionRing {
    struct Entry {
        var file = 0
        var line: Int64 = 0
        var position: Int64 = 0
        var time: Int64 = 0
        var dimensions = Dimensions(bits: 0)
        var execution: UInt64 = 0
        var fields = SIMD8<UInt8>(repeating: 0)
        var amounts = SIMD8<Int64>(repeating: 0)
        var count = 0
    }

    let capacity: Int
    private(set) var entries: ContiguousArray<Entry> = []
    /// Entries ever made: the number of the newest, by which `explain` pages.
    private(set) var newest: Int64 = 0
    private var next = 0
    private var current = Entry()
    private(set) var files: [Int: FileReference] = [:]

    init(capacity: Int) { self.capacity = max(capacity, 1) }

    mutating func note(file: FileReference) {
        current.file = file.number
        if files[file.number] === file { return }
        // Files that no entry names any more are forgotten when there are many.
        if files.count >= capacity * 2 {
            let used = Set(entries.map(\.file))
            files = files.filter { used.contains($0.key) }
        }
        files[file.number] = file
    }

    @inline(__always)
    mutating func begin(_ event: Event) {
        current.line = event.line
        current.position = event.position
        current.time = event.time
        current.count = 0
    }

    /// The event's line was written by an agent at another place than where it was read; its number there is not known.
    mutating func wasWritten(at position: Int64) {
        current.line = 0
        current.position = position
    }

    @inline(__always)
    mutating func cell(_ dimensions: Dimensions, _ execution: UInt64) {
        current.dimensions = dimensions
        current.execution = execution
    }

    @inline(__always)
    mutating func add(_ field: Int, _ amount: Int64) {
        if current.count == 8 { return }
        current.fields[current.count] = UInt8(truncatingIfNeeded: field)
        current.amounts[current.count] = amount
        current.count += 1
    }

    @inline(__always)
    mutating func end() {
        if entries.count < capacity { entries.append(current) } else { entries[next] = current }
        next = next + 1 == capacity ? 0 : next + 1
        newest += 1
    }

    /// The entries with their numbers, newest first: those numbered less than `before`, nil for all.
    func newestFirst(before: Int64?) -> some Sequence<(number: Int64, entry: Entry)> {
        let skipped = before.map { min(max(newest - $0 + 1, 0), Int64(entries.count)) } ?? 0
        return (Int(skipped)..<entries.count).lazy.map { back in
            (newest - Int64(back), entries[(next - 1 - back + entries.count * 2) % entries.count])
        }
    }
}
