import EventailCompression
import EventailEvents
import EventailPipeline
@testable import EventailSinks
import EventailSystem
import EventailTestSupport
import Testing

@Suite struct FileSinkTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("out/events.jsonl") }

    init() throws { folder = try TemporaryFolder() }

    private func sink(_ rotation: FileSinkConfiguration.Rotation? = nil) -> FileSink {
        FileSink(name: "log", configuration: FileSinkConfiguration(path: path, rotation: rotation))
    }

    private func content() throws -> String { String(decoding: try FileSystem.read(path), as: UTF8.self) }

    @Test func linesAreWrittenAsTheyAre() throws {
        var factory = BatchFactory()
        let sink = sink()
        try sink.open()
        let batch = factory.batch([.init(text: #"{"a" : 1}"#), .init(text: "{\"b\":\"ü\"}")])
        try sink.write(batch, from: 0)
        #expect(try sink.commit([factory.checkpoint(batch)]))
        #expect(try content() == "{\"a\" : 1}\n{\"b\":\"ü\"}\n")
        #expect(try sink.ownCheckpoints() == [factory.checkpoint(batch)])
    }

    @Test func whatWasNotCommittedIsWrittenOnceAfterACrash() throws {
        var factory = BatchFactory()
        let first = factory.batch([.init(text: #"{"n":1}"#)])
        let second = factory.batch([.init(text: #"{"n":2}"#), .init(text: "{\"n\":\"\(String(repeating: "x", count: FileSink.bufferBytes))\"}")])
        do {
            let sink = sink()
            try sink.open()
            try sink.write(first, from: 0)
            _ = try sink.commit([factory.checkpoint(first)])
            try sink.write(second, from: 0)
            // The long line has gone to the kernel, the crash comes before the commit.
            #expect(try content().utf8.count > FileSink.bufferBytes)
        }
        let sink = sink()
        try sink.open()
        #expect(try content() == "{\"n\":1}\n")
        let known = try #require(try sink.ownCheckpoints()?.first)
        #expect(known == factory.checkpoint(first))
        try sink.write(second, from: known.position)
        _ = try sink.commit([factory.checkpoint(second)])
        #expect(try content().split(separator: "\n").count == 3)
    }

    /// Goal: whatever part of the ledger's last record reached the disk, the file and the checkpoints agree.
    @Test func aLedgerCutAnywhereAgreesWithTheFile() throws {
        var factory = BatchFactory()
        let ledgerPath = path + ".checkpoints"
        let first = factory.batch([.init(text: #"{"n":1}"#)])
        let second = factory.batch([.init(text: #"{"n":2}"#)])
        do {
            let sink = sink()
            try sink.open()
            for batch in [first, second] {
                try sink.write(batch, from: 0)
                _ = try sink.commit([factory.checkpoint(batch)])
            }
        }
        let ledger = try FileSystem.read(ledgerPath)
        let whole = try FileSystem.read(path)
        for length in stride(from: ledger.count, to: 0, by: -37) {
            try FileSystem.replace(ledgerPath, with: Array(ledger.prefix(length)))
            let file = try Descriptor.open(path, [.write, .append])
            try file.truncate(to: 0)
            try file.writeAll(whole)
            let sink = sink()
            try sink.open()
            let position = try sink.ownCheckpoints()?.first?.position ?? 0
            let lines = try content().split(separator: "\n").count
            #expect(lines == (position == second.end ? 2 : position == first.end ? 1 : lines))
        }
    }

    @Test func aFullFileIsPutAsideAndCompressed() throws {
        var factory = BatchFactory()
        let sink = sink(.init(bytes: 1000, keep: 2, compresses: true))
        try sink.open()
        var written: [String] = []
        for number in 0..<60 {
            let line = "{\"n\":\(number),\"x\":\"\(String(repeating: "y", count: 90))\"}"
            written.append(line)
            let batch = factory.batch([.init(text: line)])
            try sink.write(batch, from: 0)
            _ = try sink.commit([factory.checkpoint(batch)])
        }
        sink.close()
        let names = try FileSystem.names(in: folder.file("out")).sorted()
        #expect(names == ["events.jsonl", "events.jsonl.4.zst", "events.jsonl.5.zst", "events.jsonl.checkpoints"])
        var kept = ""
        for number in 4...5 {
            let bytes = try Unpacker.whole("\(path).\(number).zst")
            kept += String(decoding: bytes, as: UTF8.self)
        }
        kept += try content()
        #expect(kept == written.suffix(kept.split(separator: "\n").count).map { $0 + "\n" }.joined())
        #expect(kept.split(separator: "\n").count >= 20)
    }

    @Test func aCrashAfterPuttingAsideLosesNothing() throws {
        var factory = BatchFactory()
        let first = factory.batch([.init(text: #"{"n":1}"#)])
        do {
            let sink = sink()
            try sink.open()
            try sink.write(first, from: 0)
            _ = try sink.commit([factory.checkpoint(first)])
        }
        // Renamed, and the process died before it began the new file.
        try FileSystem.rename(path, to: path + ".1")
        let sink = sink(.init(bytes: 1000, keep: 2, compresses: false))
        try sink.open()
        #expect(try content() == "")
        #expect(try sink.ownCheckpoints() == [factory.checkpoint(first)])
        #expect(FileSystem.exists(path + ".1"))
    }

    @Test func aFileTakenAwayByOthersIsBegunAnew() throws {
        var factory = BatchFactory()
        let sink = sink()
        try sink.open()
        let first = factory.batch([.init(text: "{}")])
        try sink.write(first, from: 0)
        _ = try sink.commit([factory.checkpoint(first)])
        try FileSystem.rename(path, to: path + ".old")
        let second = factory.batch([.init(text: "[]")])
        try sink.write(second, from: 0)
        _ = try sink.commit([factory.checkpoint(second)])
        #expect(try content() == "[]\n")
    }

    @Test func foreignContentIsKept() throws {
        try FileSystem.makeFolder(folder.file("out"))
        try FileSystem.replace(path, with: Array("before\n".utf8))
        var factory = BatchFactory()
        let sink = sink()
        try sink.open()
        let batch = factory.batch([.init(text: "{}")])
        try sink.write(batch, from: 0)
        _ = try sink.commit([factory.checkpoint(batch)])
        #expect(try content() == "before\n{}\n")
    }

    @Test func aFolderInItsPlaceIsAMistakeOfTheConfiguration() throws {
        try FileSystem.makeFolder(path)
        let error = #expect(throws: SinkError.self) { try sink().open() }
        guard case .misconfigured = error else { Issue.record("the error is \(String(describing: error))"); return }
    }

    @Test func theLedgerStaysShort() throws {
        var factory = BatchFactory()
        let sink = sink()
        try sink.open()
        let checkpoints = (0..<2000).map { number in
            FileCheckpoint(
                identity: FileIdentity(key: "hfile\(number)"), generation: 0, position: 1, line: 1, fingerprint: .none, path: "/logs/\(number)", source: "s")
        }
        for _ in 0..<20 {
            let batch = factory.batch([.init()])
            try sink.write(batch, from: 0)
            _ = try sink.commit(checkpoints)
        }
        #expect(try FileSystem.read(path + ".checkpoints").count < 3_500_000)
        let again = self.sink()
        #expect(try again.ownCheckpoints()?.count == 2000)
    }
}
