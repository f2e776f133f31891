import EventailEvents
import EventailSystem
import EventailTestSupport
import Testing
@testable import EventailTail

/// Goal: whatever agents and rotations do to files, every complete line arrives once and in order. Method: a seeded interpreter of random
/// actions on real files; the oracle is the list of lines written to each file.
@Suite struct TailModelTests {
    @Test(arguments: (1...12).map { UInt64($0) &* 7919 })
    func everyLineOnceAndInOrder(seed: UInt64) throws {
        var world = try World(seed: seed)
        for _ in 0..<120 { try world.act() }
        try world.finish()
        world.check()
    }

    private struct World {
        let seed: UInt64
        var random: Random
        let folder: TemporaryFolder
        var follower: Follower
        /// Lines that came before the last restart.
        var arrived: [String] = []
        var checkpoints: [FileCheckpoint] = []
        var files: [Writer] = []
        var written: [[String]] = []
        var log: [String] = []
        var total = 0
        var rotations = 0

        /// One file an agent has open.
        struct Writer {
            var path: String
            var file: Descriptor
            let number: Int
            var partial = ""
        }

        init(seed: UInt64) throws {
            self.seed = seed
            random = Random(state: seed)
            folder = try TemporaryFolder()
            follower = try Self.follow(folder, [])
        }

        static func follow(_ folder: TemporaryFolder, _ checkpoints: [FileCheckpoint]) throws -> Follower {
            try Follower(["\(folder.path)/**/*.jsonl"], maximumLineBytes: 5000, checkpoints: checkpoints) { limits in
                limits.batchBytes = 512
                limits.turnBytes = 2048
                limits.openFiles = 6
            }
        }

        mutating func act() throws {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<10: try open()
            case 10..<50: try write()
            case 50..<60: try writePart()
            case 60..<70: try rotate()
            case 70..<77: try copyAndTruncate()
            case 77..<82: try delete()
            case 82..<86: try moveToAnotherFolder()
            case 86..<92: try restart()
            default: follower.lines(total - arrived.count, within: .milliseconds(10))
            }
        }

        mutating func open() throws {
            if files.count >= 12 { return }
            let name = "\(Int.random(in: 0..<8, using: &random))"
            let sub = Bool.random(using: &random) ? "" : "sub\(Int.random(in: 0..<3, using: &random))/"
            let path = folder.file(sub + name + ".jsonl")
            if FileSystem.exists(path) { return }
            try FileSystem.makeFolder(FileSystem.folder(of: path))
            log.append("open \(path)")
            files.append(Writer(path: path, file: try Descriptor.open(path, [.write, .create, .append]), number: written.count))
            written.append([])
        }

        mutating func line(_ index: Int) -> String {
            let number = files[index].number
            let length = [0, 5, 100, 700, 3000].randomElement(using: &random) ?? 0
            return "\(number):\(written[number].count):" + String(repeating: "x", count: length)
        }

        mutating func write() throws {
            guard let index = files.indices.randomElement(using: &random) else { return }
            var text = ""
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let line = files[index].partial.isEmpty ? line(index) : files[index].partial
                text += files[index].partial.isEmpty ? line + "\n" : "rest\n"
                written[files[index].number].append(files[index].partial.isEmpty ? line : line + "rest")
                files[index].partial = ""
                total += 1
            }
            log.append("write \(files[index].number)")
            try files[index].file.writeAll(Array(text.utf8))
        }

        mutating func writePart() throws {
            guard let index = files.indices.randomElement(using: &random), files[index].partial.isEmpty else { return }
            let text = line(index)
            files[index].partial = text
            log.append("part \(files[index].number)")
            try files[index].file.writeAll(Array(text.utf8))
        }

        mutating func rotate() throws {
            guard let index = files.indices.randomElement(using: &random) else { return }
            #expect(try isKnown(index))
            rotations += 1
            let target = "\(files[index].path).\(rotations)"
            log.append("rotate \(files[index].number) to \(target)")
            try FileSystem.rename(files[index].path, to: target)
            let path = files[index].path
            try finishPart(index)
            if Bool.random(using: &random) { files.remove(at: index) } else { files[index].path = target }
            if path.hasSuffix(".jsonl"), Bool.random(using: &random) {
                files.append(Writer(path: path, file: try Descriptor.open(path, [.write, .create, .append]), number: written.count))
                written.append([])
            }
        }

        /// Only of what has all been read: what a truncation destroys unread nobody can have.
        mutating func copyAndTruncate() throws {
            guard let index = files.indices.randomElement(using: &random) else { return }
            try finishPart(index)
            try settle()
            log.append("truncate \(files[index].number)")
            try files[index].file.truncate(to: 0)
        }

        /// With the writer gone on or not. What is unread of a file that is not open is lost, so only of what has all been read.
        mutating func delete() throws {
            guard let index = files.indices.randomElement(using: &random) else { return }
            try finishPart(index)
            try settle()
            log.append("delete \(files[index].number)")
            try FileSystem.remove(files[index].path)
            files.remove(at: index)
        }

        mutating func moveToAnotherFolder() throws {
            guard let index = files.indices.randomElement(using: &random) else { return }
            try FileSystem.makeFolder(folder.file("moved"))
            rotations += 1
            let target = folder.file("moved/\(rotations).jsonl")
            log.append("move \(files[index].number) to \(target)")
            try FileSystem.rename(files[index].path, to: target)
            files[index].path = target
        }

        mutating func restart() throws {
            // A file that left both its folder and the patterns unseen just before the stop could not be found again.
            for writer in files where !writer.path.hasSuffix(".jsonl") {
                #expect(follower.waits(within: .seconds(4)) { tailer in tailer.files().contains { $0.path == writer.path } })
            }
            checkpoints = follower.stop()
            arrived += follower.seen
            log.append("restart with \(arrived.count) lines of \(total)")
            // While nobody follows, one file may be rotated.
            if Bool.random(using: &random), let index = files.indices.randomElement(using: &random), try isFollowed(index) {
                rotations += 1
                let target = "\(files[index].path).\(rotations)"
                log.append("rotate \(files[index].number) meanwhile to \(target)")
                try FileSystem.rename(files[index].path, to: target)
                files[index].path = target
            }
            follower = try Self.follow(folder, checkpoints)
        }

        func isFollowed(_ index: Int) throws -> Bool {
            let identity = try FileStatus(of: files[index].file).identity
            return checkpoints.contains { $0.path == files[index].path && $0.identity == identity }
        }

        mutating func finishPart(_ index: Int) throws {
            if files[index].partial.isEmpty { return }
            try files[index].file.writeAll(Array("end\n".utf8))
            written[files[index].number].append(files[index].partial + "end")
            files[index].partial = ""
            total += 1
        }

        mutating func settle() throws {
            if follower.lines(total - arrived.count, within: .seconds(4)).count == total - arrived.count { return }
            log.append("files \(follower.tailer.files()) status \(follower.tailer.status())")
            arrived += follower.seen
            check()
            throw Unsettled()
        }

        struct Unsettled: Error {}

        /// A file that leaves the patterns before anybody saw it is nobody's.
        func isKnown(_ index: Int) throws -> Bool {
            let identity = try FileStatus(of: files[index].file).identity
            return follower.waits(within: .seconds(4)) { tailer in tailer.files().contains { $0.identity == identity } }
        }

        mutating func finish() throws {
            for index in files.indices { try finishPart(index) }
            try settle()
            follower.stop()
            arrived += follower.seen
        }

        func check() {
            var perFile = Array(repeating: [String](), count: written.count)
            for line in arrived {
                if let number = line.split(separator: ":").first.flatMap({ Int($0) }), number < perFile.count { perFile[number].append(line) }
            }
            for number in written.indices {
                if perFile[number] == written[number] { continue }
                Issue.record(
                    """
                    seed \(seed), file \(number): lines \(perFile[number].map { $0.prefix(12) }) instead of \(written[number].map { $0.prefix(12) })
                    \(log.joined(separator: "\n"))
                    """)
                return
            }
            #expect(arrived.count == total, "seed \(seed)")
        }
    }

    /// SplitMix64: the same numbers for the same seed on every machine.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
