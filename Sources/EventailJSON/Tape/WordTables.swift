/// Sets of words, each word with a number, found by a hash that has no collisions within its set.
///
/// A word is compared as its first 8 bytes, its last 8 bytes and its length; only words longer than 16 bytes need more. All sets lie in one
/// piece of memory. *Owns* that memory. *Thread*: any, it never changes. *Limits*: words below 64 KiB.
@safe public final class WordTables: @unchecked Sendable {
    // @unchecked: written by init only.
    private struct WordTable {
        var multiplier: UInt64 = 0
        var shift: UInt64 = 63
        var first: Int32 = 0
    }
    private struct Entry {
        var head: UInt64 = 0
        var tail: UInt64 = 0
        /// `empty` when there is no word.
        var length: UInt32 = Entry.empty
        /// The next word with the same hash, -1 for none: only for long words that differ in the middle alone.
        var next: Int32 = -1
        /// Where the whole word lies in `bytes`.
        var offset: Int32 = 0
        var number: Int32 = -1

        static let empty = UInt32.max
    }

    private let tables: UnsafeMutablePointer<WordTable>
    private let entries: UnsafeMutablePointer<Entry>
    private let bytes: UnsafeMutablePointer<UInt8>

    /// Makes one table of each list. A word given twice keeps its first number.
    public init(_ lists: [[(word: [UInt8], number: Int32)]]) {
        var tables: [WordTable] = []
        var entries: [Entry] = []
        var bytes: [UInt8] = []
        for list in lists { Self.add(list, &tables, &entries, &bytes) }
        unsafe self.tables = Self.copy(tables)
        unsafe self.entries = Self.copy(entries)
        unsafe self.bytes = Self.copy(bytes)
    }

    deinit {
        unsafe tables.deallocate()
        unsafe entries.deallocate()
        unsafe bytes.deallocate()
    }

    private static func copy<Element>(_ array: [Element]) -> UnsafeMutablePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(array.count, 1))
        for index in array.indices { unsafe (memory + index).initialize(to: array[index]) }
        return unsafe memory
    }

    private static func add(_ list: [(word: [UInt8], number: Int32)], _ tables: inout [WordTable], _ entries: inout [Entry], _ bytes: inout [UInt8]) {
        var made: [Entry] = []
        made.reserveCapacity(list.count)
        for (word, number) in list {
            var entry = Entry(length: UInt32(word.count), offset: Int32(bytes.count), number: number)
            bytes += word
            // What is behind a word shorter than 8 bytes is masked away, but must be readable.
            bytes += repeatElement(0, count: 8)
            (entry.head, entry.tail) = unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe ends(bytes.baseAddress.unsafelyUnwrapped + Int(entry.offset), word.count)
            }
            bytes.removeLast(8)
            made.append(entry)
        }
        var table = WordTable(shift: 62, first: Int32(entries.count))
        while 1 << (64 - Int(table.shift)) < made.count * 2 { table.shift -= 1 }
        findMultiplier(for: made, &table)
        let start = entries.count
        let size = 1 << (64 - Int(table.shift))
        entries += repeatElement(Entry(), count: size)
        for var entry in made {
            let place = start + Self.place(entry, table)
            if entries[place].length == Entry.empty {
                entries[place] = entry
            } else if !isKnown(list[made.firstIndex { $0.offset == entry.offset } ?? 0].word, from: place, entries, bytes) {
                entry.next = entries[place].next
                entries[place].next = Int32(entries.count)
                entries.append(entry)
            }
        }
        tables.append(table)
    }

    /// Seeks a multiplier that sends words that differ in what is hashed to different places; the table grows until there is one.
    private static func findMultiplier(for entries: [Entry], _ table: inout WordTable) {
        var mixed = entries.map { mix($0.head, $0.tail, $0.length) }
        mixed.sort()
        var distinct: [UInt64] = []
        for mix in mixed where mix != distinct.last { distinct.append(mix) }
        var random: UInt64 = 0x9E37_79B9_7F4A_7C15
        var attempt: UInt32 = 0
        var takenBy: [UInt32] = []
        while true {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            table.multiplier = random | 1
            if attempt % 64 == 0 {
                if attempt > 0 { table.shift -= 1 }
                takenBy = [UInt32](repeating: 0, count: 1 << (64 - Int(table.shift)))
            }
            attempt += 1
            var isFree = true
            for mix in distinct {
                let place = Int(truncatingIfNeeded: (mix &* table.multiplier) >> table.shift)
                if takenBy[place] == attempt { isFree = false; break }
                takenBy[place] = attempt
            }
            if isFree { return }
        }
    }

    /// Whether a word is already among those that begin at `place`.
    private static func isKnown(_ word: [UInt8], from place: Int, _ entries: [Entry], _ bytes: [UInt8]) -> Bool {
        var at = Int32(place)
        while at >= 0 {
            let entry = entries[Int(at)]
            if bytes[Int(entry.offset)..<Int(entry.offset) + Int(entry.length)].elementsEqual(word) { return true }
            at = entry.next
        }
        return false
    }

    private static func place(_ entry: Entry, _ table: WordTable) -> Int {
        Int(truncatingIfNeeded: (mix(entry.head, entry.tail, entry.length) &* table.multiplier) >> table.shift)
    }

    @inline(__always)
    private static func mix(_ head: UInt64, _ tail: UInt64, _ length: UInt32) -> UInt64 {
        head ^ (tail &<< 23 | tail &>> 41) &+ UInt64(length) &* 0x9E37_79B9_7F4A_7C15
    }

    /// The first and last 8 bytes of a word, behind whose start 8 bytes are readable.
    @inline(__always)
    private static func ends(_ word: UnsafePointer<UInt8>, _ length: Int) -> (head: UInt64, tail: UInt64) {
        let head = unsafe UnsafeRawPointer(word).loadUnaligned(as: UInt64.self)
        if length >= 8 { return unsafe (head, UnsafeRawPointer(word + length - 8).loadUnaligned(as: UInt64.self)) }
        // A shift by 64 gives 0: the empty word.
        return (head & ~(UInt64.max << UInt64(length * 8)), 0)
    }

    /// The number of a word in a table, -1 when it is none of them. At least 8 bytes are readable at `word`.
    public func number(_ word: UnsafePointer<UInt8>, _ length: Int, in table: Int) -> Int {
        unsafe find(word, length, table)
    }

    /// The same, put into the caller's loop.
    @inline(__always)
    func find(_ word: UnsafePointer<UInt8>, _ length: Int, _ table: Int) -> Int {
        let (head, tail) = unsafe Self.ends(word, length)
        let table = unsafe tables[table]
        let place = Int(truncatingIfNeeded: (Self.mix(head, tail, UInt32(truncatingIfNeeded: length)) &* table.multiplier) >> table.shift)
        let entry = unsafe entries + (Int(table.first) + place)
        if unsafe entry.pointee.head == head && entry.pointee.tail == tail && entry.pointee.length == UInt32(truncatingIfNeeded: length) {
            if length <= 16 { return Int(unsafe entry.pointee.number) }
            return unsafe whole(word, length, entry)
        }
        return unsafe entry.pointee.next < 0 ? -1 : whole(word, length, entry)
    }

    /// Compares every byte with a word and those that share its hash.
    private func whole(_ word: UnsafePointer<UInt8>, _ length: Int, _ first: UnsafeMutablePointer<Entry>) -> Int {
        var number = unsafe Int32(first - entries)
        while number >= 0 {
            let entry = unsafe entries[Int(number)]
            if entry.length == UInt32(truncatingIfNeeded: length) {
                let stored = unsafe bytes + Int(entry.offset)
                var index = 0
                while index < length {
                    guard unsafe stored[index] == word[index] else { break }
                    index += 1
                }
                if index == length { return Int(entry.number) }
            }
            number = entry.next
        }
        return -1
    }
}
