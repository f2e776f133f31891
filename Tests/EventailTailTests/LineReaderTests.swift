import EventailEvents
import EventailSystem
import EventailTestSupport
import Testing
@testable import EventailTail

@Suite struct LineReaderTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("x.jsonl")
    }

    private func reference(_ generation: Int = 0) -> FileReference {
        FileReference(number: 1, identity: FileIdentity(key: "i1"), generation: generation, path: path, source: "s")
    }

    /// Reads to the end, as the tailer does.
    private func readAll(
        _ reader: LineReader, _ point: inout ReadingPoint, maximumLineBytes: Int = 1 << 20, generation: Int = 0
    ) throws -> (batches: [LineBatch], isReplaced: Bool, skipped: Int64) {
        let file = try Descriptor.open(path, .read)
        let size = try file.size()
        var batches: [LineBatch] = []
        var skippedBytes: Int64 = 0
        while true {
            switch try reader.next(&point, of: reference(generation), in: file, upTo: size, maximumLineBytes: maximumLineBytes) {
            case .batch(let batch): batches.append(batch)
            case .end: return (batches, false, skippedBytes)
            case .searching: continue
            case .skipped(let bytes): skippedBytes += bytes
            case .replaced: return (batches, true, skippedBytes)
            }
        }
    }

    @Test(arguments: [1, 7, 64, 1000, 256 << 10])
    func deliversWholeLinesWhateverTheBatch(batchBytes: Int) throws {
        let lines = (0..<200).map { String(repeating: "x", count: $0 * 3 % 301) + "\($0)" }
        try Agent.append(lines.joined(separator: "\n") + "\nunfinished", to: path)
        var point = ReadingPoint()
        let read = try readAll(LineReader(batchBytes: batchBytes), &point)
        #expect(read.batches.flatMap(\.texts) == lines)
        var position: Int64 = 0
        var line: Int64 = 1
        for batch in read.batches {
            #expect(batch.start == position && batch.firstLine == line)
            for (index, mark) in batch.lines.enumerated() {
                #expect(mark.position == batch.start + Int64(mark.start), "line \(index)")
            }
            position = batch.end
            line += Int64(batch.lines.count)
        }
        #expect(point.position == position && point.line == 201)
    }

    /// Goal: nothing depends on where the writer paused. Method: the same bytes cut in two at every position, read after each half.
    @Test(arguments: [3, 16, 256 << 10])
    func everyCutGivesTheSameLines(batchBytes: Int) throws {
        let text = "{\"a\":1}\r\n\r\n\nä€😀\n\r\rx\r\n{\"long\":\"0123456789012345678901234567890123456789\"}\n"
        let bytes = Array(text.utf8)
        let expected = ["{\"a\":1}", "", "", "ä€😀", "\r\rx", "{\"long\":\"0123456789012345678901234567890123456789\"}"]
        let reader = LineReader(batchBytes: batchBytes)
        for cut in 0...bytes.count {
            try Agent.write(Array(bytes[..<cut]), to: path)
            var point = ReadingPoint()
            var lines = try readAll(reader, &point).batches.flatMap(\.texts)
            let file = try Descriptor.open(path, [.write, .append])
            try file.writeAll(Array(bytes[cut...]))
            lines += try readAll(reader, &point).batches.flatMap(\.texts)
            #expect(lines == expected, "cut at \(cut)")
            #expect(point.position == Int64(bytes.count))
        }
    }

    @Test func keepsTheBeginningOfALineThatIsTooLong() throws {
        for (batchBytes, length) in [(256 << 10, 5000), (1000, 5000), (1000, 300_000), (10, 101), (10, 1025), (1000, 3 << 20)] {
            try Agent.write(Array("before\n".utf8) + Array(repeating: 0x79, count: length) + Array("\nbehind\n".utf8), to: path)
            var point = ReadingPoint()
            let lines = try readAll(LineReader(batchBytes: batchBytes), &point, maximumLineBytes: 100).batches.flatMap { batch in batch.lines.map { ($0, batch) } }
            try #require(lines.count == 3)
            #expect(lines[1].0.tooLongBytes == Int64(length + 1) && lines[1].0.length == UInt32(min(length, 4096)) && lines[1].0.position == 7)
            #expect(lines[0].0.tooLongBytes == 0 && lines[2].0.tooLongBytes == 0)
            #expect(lines[2].1.texts.last == "behind")
            #expect(lines[2].1.firstLine + Int64(lines[2].1.lines.count) == 4)
            // The fingerprint behind it fits, so reading goes on.
            try Agent.append("more\n", to: path)
            let more = try readAll(LineReader(batchBytes: batchBytes), &point, maximumLineBytes: 100)
            #expect(!more.isReplaced && more.batches.flatMap(\.texts) == ["more"])
        }
    }

    @Test func theLimitOfALineDoesNotCountItsEnd() throws {
        for batchBytes in [10, 256 << 10] {
            try Agent.write(Array((String(repeating: "a", count: 100) + "\r\n" + String(repeating: "b", count: 101) + "\n" + String(repeating: "c", count: 100) + "\n").utf8), to: path)
            var point = ReadingPoint()
            let lines = try readAll(LineReader(batchBytes: batchBytes), &point, maximumLineBytes: 100).batches.flatMap(\.lines)
            #expect(lines.map(\.tooLongBytes) == [0, 102, 0])
        }
    }

    @Test func aLineWithoutEndCostsNoMemory() throws {
        let file = try Descriptor.open(path, [.write, .create])
        try file.writeAll(Array("first\n{\"a\":\"".utf8))
        try file.truncate(to: 10 << 30)
        var point = ReadingPoint()
        let read = try readAll(LineReader(batchBytes: 256 << 10), &point)
        #expect(read.batches.flatMap(\.texts) == ["first"])
        #expect(point.position == 6 && point.scanned == 10 << 30)
        try Agent.append("\nnext\n", to: path)
        let lines = try readAll(LineReader(batchBytes: 256 << 10), &point).batches.flatMap { $0.lines.map(\.tooLongBytes) }
        #expect(lines == [(10 << 30) - 6 + 1, 0])
    }

    @Test func noticesTruncationAndRegrowth() throws {
        try Agent.write(Array("one\ntwo\nthree\n".utf8), to: path)
        let reader = LineReader(batchBytes: 1000)
        var point = ReadingPoint()
        _ = try readAll(reader, &point)
        let before = point
        for other in ["", "one\n", "one\ntwo\nthirteen\n", "one\ntwo\nfour!\nfive\nsix and more of it\n"] {
            try Agent.write(Array(other.utf8), to: path)
            point = before
            #expect(try readAll(reader, &point).isReplaced, "\(other)")
        }
        try Agent.write(Array("one\ntwo\nthree\nfour\n".utf8), to: path)
        point = before
        #expect(try readAll(reader, &point).batches.flatMap(\.texts) == ["four"])
    }

    @Test func anUnfinishedLineMayBeTakenBack() throws {
        for batchBytes in [4, 1000] {
            try Agent.write(Array("one\nunfinished business".utf8), to: path)
            let reader = LineReader(batchBytes: batchBytes)
            var point = ReadingPoint()
            #expect(try readAll(reader, &point).batches.flatMap(\.texts) == ["one"])
            try Agent.truncate(path, to: 4)
            try Agent.append("two\n", to: path)
            let read = try readAll(reader, &point)
            #expect(read.batches.flatMap(\.texts) == ["two"] && !read.isReplaced)
        }
    }

    @Test func skipsTheHoleThatATruncationLeaves() throws {
        for (length, generation) in [(10 << 30, 0), (1 << 20, 1), (100, 1)] as [(Int64, Int)] {
            try Agent.write([], to: path)
            try Agent.truncate(path, to: length)
            var point = ReadingPoint()
            let reader = LineReader(batchBytes: 1000)
            #expect(try readAll(reader, &point, generation: generation).batches.isEmpty)
            try Agent.append("one\ntwo\n", to: path)
            let read = try readAll(reader, &point, generation: generation)
            #expect(read.skipped == length && read.batches.flatMap(\.texts) == ["one", "two"])
            #expect(read.batches[0].firstLine == 1 && read.batches[0].start == length)
        }
    }

    @Test func aFewNulsAreWhatTheWriterWrote() throws {
        try Agent.write([0, 0, 0x61, 0x0A, 0x62, 0x0A], to: path)
        var point = ReadingPoint()
        let read = try readAll(LineReader(batchBytes: 1000), &point)
        #expect(read.skipped == 0 && read.batches.flatMap(\.texts) == ["\0\0a", "b"])
    }

    @Test func findsTheLastLineStart() throws {
        let reader = LineReader(batchBytes: 1000)
        for (text, start) in [("", 0), ("abc", 0), ("a\nbc", 2), ("a\nb\n", 4)] as [(String, Int64)] {
            try Agent.write(Array(text.utf8), to: path)
            #expect(try reader.lastLineStart(before: Int64(text.utf8.count), in: Descriptor.open(path, .read)) == start)
        }
    }
}
