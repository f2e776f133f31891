/// Records as the state holds them, many to a row: of each its key, how many bytes follow, a mask of its words, and those that are not 0.
struct RecordRow {
    private(set) var writer = ByteWriter()

    /// Appends the record whose words begin at `first`.
    mutating func add(_ key: RecordKey, _ words: ContiguousArray<Int64>, from first: Int) {
        var content = ByteWriter()
        var mask: UInt64 = 0
        for word in 0..<RecordStore.words where words[first + word] != 0 { mask |= 1 << UInt64(word) }
        content.number(mask)
        for word in 0..<RecordStore.words where words[first + word] != 0 { content.signed(words[first + word]) }
        writer.fixed(key.high)
        writer.fixed(key.low)
        writer.number(content.bytes.count)
        writer.bytes.append(contentsOf: content.bytes)
    }

    /// Where the words of a key begin in a row, nil when it has none.
    static func find(_ wanted: RecordKey, in row: [UInt8]) -> Int? {
        var found: Int?
        forEach(in: row) { key, start in if key == wanted { found = start } }
        return found
    }

    /// Hands each key and the place of its words to `body`; ends where the row is broken.
    static func forEach(in row: [UInt8], _ body: (RecordKey, Int) -> Void) {
        var reader = ByteReader(row)
        while !reader.isAtEnd {
            let key = RecordKey(high: reader.fixed(), low: reader.fixed())
            let length = reader.count()
            if reader.isBroken || reader.at + length > row.count { return }
            body(key, reader.at)
            reader.at += length
        }
    }

    /// Reads the words that begin at a place into `words`.
    static func read(_ row: [UInt8], at start: Int, into words: inout ContiguousArray<Int64>, from first: Int) {
        var reader = ByteReader(row, at: start)
        let mask = reader.number()
        for word in 0..<RecordStore.words { words[first + word] = mask >> UInt64(word) & 1 == 1 ? reader.signed() : 0 }
    }
}

/// The records of several rows, of which the last that has a key counts.
struct RecordTable {
    private var numbers: [RecordKey: Int] = [:]
    private var keys: [RecordKey] = []
    private var words: ContiguousArray<Int64> = []

    mutating func add(row: [UInt8]) {
        RecordRow.forEach(in: row) { key, start in
            let number = numbers[key] ?? keys.count
            if number == keys.count {
                numbers[key] = number
                keys.append(key)
                words.append(contentsOf: repeatElement(0, count: RecordStore.words))
            }
            RecordRow.read(row, at: start, into: &words, from: number * RecordStore.words)
        }
    }

    var row: RecordRow {
        var row = RecordRow()
        for number in keys.indices { row.add(keys[number], words, from: number * RecordStore.words) }
        return row
    }
}
