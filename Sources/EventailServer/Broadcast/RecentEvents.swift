internal import EventailEvents
internal import EventailSystem

/// The newest batches, for replay without history: an unbroken run of sequence numbers up to the head.
///
/// *Owns* the batches (small ones copied out of their large buffers). *Thread*: `serve`. *Limits*: `bytes`; the oldest batch goes first.
struct RecentEvents {
    private struct Slot {
        let batch: EventBatch
        let first: Int64
        let bytes: Int
        /// Hashes of the executions in it, made when first asked for.
        var executions: Set<UInt64>?
        var last: Int64 { first + Int64(batch.events.count) - 1 }
    }

    private var slots: ContiguousArray<Slot> = []
    private var begin = 0
    private var held = 0
    private let limit: Int
    /// The newest sequence number.
    private(set) var head: Int64

    init(bytes: Int, head: Int64) {
        limit = bytes
        self.head = head
    }

    /// The oldest sequence number held; one behind the head when nothing is.
    var oldest: Int64 { begin < slots.count ? slots[begin].first : head + 1 }

    mutating func append(_ batch: EventBatch) {
        let kept = Self.compact(batch)
        let size = kept.buffer.capacity + kept.text.count + kept.events.count * 64 + kept.values.count * 16 + 512
        slots.append(Slot(batch: kept, first: batch.firstSequence, bytes: size))
        held += size
        head = batch.firstSequence + Int64(batch.events.count) - 1
        while held > limit && begin < slots.count - 1 {
            held -= slots[begin].bytes
            begin += 1
        }
        if begin > 0 && (begin > 64 || begin * 2 > slots.count) {
            slots.removeFirst(begin)
            begin = 0
        }
    }

    /// Events up to `sequence` are missing: what is held is no longer next to what follows.
    mutating func skip(through sequence: Int64) {
        slots.removeAll()
        begin = 0
        held = 0
        head = sequence
    }

    /// Hands on the events from `sequence` on that may match (of one execution when its hash is given), at most `budget` looked at or skipped
    /// batches' worth. `body` answers whether to go on; returns the sequence number to go on with.
    mutating func walk(
        from sequence: Int64, execution: UInt64?, budget: Int, _ body: (Event, EventBatch, Int64) -> Bool
    ) -> Int64 {
        var at = sequence
        var rest = budget
        var index = slotIndex(of: sequence)
        while index < slots.count && rest > 0 {
            if let execution, !holds(index, execution) {
                at = slots[index].last + 1
                rest -= 1
            } else {
                let slot = slots[index]
                for number in Int(at - slot.first)..<slot.batch.events.count {
                    at = slot.first + Int64(number) + 1
                    rest -= 1
                    if !body(slot.batch.events[number], slot.batch, at - 1) { return at }
                }
            }
            index += 1
        }
        return at
    }

    /// The sequence number of the `count`-th newest event that `body` accepts, and how many were found.
    mutating func newest(_ count: Int, execution: UInt64?, _ body: (Event, EventBatch) -> Bool) -> (first: Int64, found: Int) {
        var found = 0
        var first = head + 1
        var index = slots.count - 1
        while index >= begin && found < count {
            if execution == nil || holds(index, execution!) {
                let slot = slots[index]
                var number = slot.batch.events.count - 1
                while number >= 0 && found < count {
                    if body(slot.batch.events[number], slot.batch) {
                        found += 1
                        first = slot.first + Int64(number)
                    }
                    number -= 1
                }
            }
            index -= 1
        }
        return (first, found)
    }

    private func slotIndex(of sequence: Int64) -> Int {
        var low = begin
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].last < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func holds(_ index: Int, _ execution: UInt64) -> Bool {
        if let known = slots[index].executions { return known.contains(execution) }
        var found = Set<UInt64>()
        let batch = slots[index].batch
        for event in batch.events { Self.forEachExecution(event, batch) { found.insert($0) } }
        slots[index].executions = found
        return found.contains(execution)
    }

    /// The hashes of an event's executions, its parts' included.
    static func forEachExecution(_ event: Event, _ batch: EventBatch, _ body: (UInt64) -> Void) {
        for index in batch.values(of: event) where batch.values[index].role == .execution { body(hash(batch.values[index], batch)) }
        if event.partCount == 0 { return }
        for part in Int(event.firstPart)..<Int(event.firstPart) + Int(event.partCount) {
            let first = Int(batch.parts[part].firstValue)
            for index in first..<first + Int(batch.parts[part].valueCount) where batch.values[index].role == .execution {
                body(hash(batch.values[index], batch))
            }
        }
    }

    private static func hash(_ value: RoleValue, _ batch: EventBatch) -> UInt64 {
        unsafe batch.text.withUnsafeBytes { text in
            unsafe hash(UnsafeRawBufferPointer(rebasing: text[value.offset..<value.offset + value.length]))
        }
    }

    /// Eight bytes a step; equal texts have equal hashes, what follows from it is compared again.
    static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(text.count) &* 0x9E37_79B9_7F4A_7C15
        var index = 0
        while index + 8 <= text.count {
            hash = (hash ^ (unsafe text.loadUnaligned(fromByteOffset: index, as: UInt64.self))) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash >> 32
            index += 8
        }
        while index < text.count {
            hash = (hash ^ UInt64(unsafe text[index])) &* 0x0000_0100_0000_01B3
            index += 1
        }
        return hash ^ hash >> 29
    }

    /// The batch itself, or one with a copy of the lines when they fill only a little of a large buffer.
    private static func compact(_ batch: EventBatch) -> EventBatch {
        guard let first = batch.events.min(by: { $0.start < $1.start }) else { return batch }
        var end = 0
        for event in batch.events { end = max(end, Int(event.start) + Int(event.length)) }
        let start = Int(first.start)
        if (end - start) * 4 > batch.buffer.capacity || batch.buffer.capacity <= 4096 { return batch }
        let copy = EventBatch(
            file: batch.file, buffer: ByteBuffer(batch.buffer.bytes(start..<end)), start: batch.start, end: batch.end, readTime: batch.readTime)
        copy.events = batch.events
        for index in copy.events.indices { copy.events[index].start -= UInt32(start) }
        copy.parts = batch.parts
        copy.values = batch.values
        copy.text = batch.text
        copy.firstSequence = batch.firstSequence
        copy.origin = batch.origin
        return copy
    }
}
