import EventailEvents
import EventailStore
import EventailSystem
import EventailTestSupport
import Testing

@Suite struct DeadLettersTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A batch of refused lines, each as long as the bytes say, line end included.
    private func batch(_ lines: [[UInt8]], at start: Int64 = 0, generation: Int = 0, reason: RejectionReason = .notJSON) -> EventBatch {
        let file = FileReference(number: 1, identity: FileIdentity(key: "hfile"), generation: generation, path: "/logs/a.jsonl", source: "s")
        let all = Array(lines.map { $0 + [UInt8(0x0A)] }.joined())
        let batch = EventBatch(file: file, buffer: ByteBuffer(all), start: start, end: start + Int64(all.count), readTime: 1_763_700_000_000_000_000)
        var offset = 0
        for (index, line) in lines.enumerated() {
            batch.rejections.append(
                Rejection(
                    reason: reason, position: start + Int64(offset), line: Int64(index + 1), start: offset, length: line.count,
                    bytesInFile: Int64(line.count + 1), profile: "superagent", location: "/payload", keyword: "type", message: "an object"))
            offset += line.count + 1
        }
        return batch
    }

    @Test func aLetterKeepsTheLineByteForByte() throws {
        let letters = try DeadLetters(stateFolder: folder.path)
        let lines: [[UInt8]] = [Array("{\"quo\\\"te\" \u{1} ü".utf8), [0xFF, 0x00, 0x41], []]
        try letters.append(batch(lines), from: 0)
        try letters.sync()
        let page = try DeadLetterReader(stateFolder: folder.path).letters(order: .oldestFirst)
        #expect(page.letters.map(\.line) == lines)
        #expect(page.next == nil)
        let first = try #require(page.letters.first)
        #expect(first.path == "/logs/a.jsonl" && first.reason == "not_json" && first.location == "/payload" && first.bytesInFile == Int64(lines[0].count + 1))
        #expect(String(decoding: page.letters[1].record, as: UTF8.self).contains("\"base64\":\"/wBB\""))
    }

    @Test func theSameLetterIsNotWrittenTwiceAfterACrash() throws {
        let first = batch([[1], [2]])
        do {
            let letters = try DeadLetters(stateFolder: folder.path)
            try letters.append(first, from: 0)
            try letters.append(first, from: 0)
            try letters.sync()
        }
        let letters = try DeadLetters(stateFolder: folder.path)
        try letters.append(first, from: 0)
        try letters.append(batch([[3]], at: 4), from: 0)
        try letters.append(batch([[1]], generation: 1), from: 0)
        try letters.sync()
        #expect(letters.written.current == 2)
        let page = try DeadLetterReader(stateFolder: folder.path).letters(order: .oldestFirst)
        #expect(page.letters.map(\.line) == [[1], [2], [3], [1]])
    }

    @Test func whatLiesBeforeThePositionIsNotTaken() throws {
        let letters = try DeadLetters(stateFolder: folder.path)
        try letters.append(batch([[1], [2]]), from: 2)
        try letters.sync()
        #expect(letters.written.current == 1)
    }

    @Test func aRecordThatACrashCutIsRemoved() throws {
        let path = folder.file("dead-letter/00000001.jsonl")
        do {
            let letters = try DeadLetters(stateFolder: folder.path)
            try letters.append(batch([[1]]), from: 0)
            try letters.sync()
        }
        let whole = try FileSystem.read(path)
        try FileSystem.replace(path, with: whole + whole.prefix(40))
        let letters = try DeadLetters(stateFolder: folder.path)
        #expect(try FileSystem.read(path) == whole)
        try letters.append(batch([[2]], at: 2), from: 0)
        try letters.sync()
        #expect(try DeadLetterReader(stateFolder: folder.path).letters().letters.map(\.line) == [[2], [1]])
    }

    @Test func theOldestSegmentsGoFirstAndAreCounted() throws {
        let letters = try DeadLetters(stateFolder: folder.path, segmentBytes: 1000, totalBytes: 4000)
        var position: Int64 = 0
        for _ in 0..<40 {
            let one = batch([Array("x".utf8)], at: position)
            try letters.append(one, from: 0)
            try letters.sync()
            position = one.end
        }
        let reader = DeadLetterReader(stateFolder: folder.path)
        let kept = try reader.letters(limit: 1000).letters
        #expect(letters.dropped.current > 0)
        #expect(Int64(kept.count) + letters.dropped.current == 40)
        #expect(kept.first?.position == 78)
        #expect(kept.reduce(0) { $0 + $1.record.count + 1 } <= 4000)
    }

    @Test func pagesCoverAllInBothOrders() throws {
        let letters = try DeadLetters(stateFolder: folder.path, segmentBytes: 1000)
        var position: Int64 = 0
        for number in 0..<25 {
            let one = batch([[UInt8(number)]], at: position)
            try letters.append(one, from: 0)
            try letters.sync()
            position = one.end
        }
        let reader = DeadLetterReader(stateFolder: folder.path)
        for order in [DeadLetterReader.Order.newestFirst, .oldestFirst] {
            var seen: [UInt8] = []
            var cursor: String?
            repeat {
                let page = try reader.letters(after: cursor, limit: 4, order: order)
                seen += page.letters.map { $0.line[0] }
                cursor = page.next
            } while cursor != nil
            #expect(seen == (order == .newestFirst ? (0..<25).reversed() : Array(0..<25)))
        }
    }

    @Test func noFolderMeansNoLetters() throws {
        #expect(try DeadLetterReader(stateFolder: folder.path).letters().letters.isEmpty)
    }

    /// Events that a sink refuses come in any order, beside the refused lines of the same file.
    @Test func whatASinkCannotDeliverIsKeptOnce() throws {
        var factory = BatchFactory()
        let batch = factory.batch([.init(text: #"{"n":0}"#), .init(text: #"{"n":1}"#), .init(text: #"{"n":2}"#)])
        func refused(_ index: Int) -> Undeliverable { Undeliverable(batch.events[index], of: batch, message: "too large") }
        do {
            let letters = try DeadLetters(stateFolder: folder.path)
            #expect(try letters.keep([refused(2)], of: "bus") == 1)
            #expect(try letters.keep([refused(0), refused(2)], of: "bus") == 1)
        }
        let letters = try DeadLetters(stateFolder: folder.path)
        #expect(try letters.keep([refused(0), refused(2)], of: "bus") == 0)
        #expect(try letters.keep([refused(2)], of: "other") == 1)
        try letters.append(self.batch([[7]]), from: 0)
        try letters.sync()
        let page = try DeadLetterReader(stateFolder: folder.path).letters(order: .oldestFirst)
        #expect(page.letters.map { String(decoding: $0.line, as: UTF8.self) } == [#"{"n":2}"#, #"{"n":0}"#, #"{"n":2}"#, "\u{7}"])
        #expect(page.letters.map(\.sink) == ["bus", "bus", "other", ""])
        #expect(page.letters[0].reason == "undeliverable" && page.letters[0].lineNumber == 3 && page.letters[0].message == "too large")
    }
}
