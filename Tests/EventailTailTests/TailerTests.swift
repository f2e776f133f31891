import EventailEvents
import EventailSystem
import EventailTestSupport
import Testing
@testable import EventailTail

@Suite(.serialized) struct TailerTests {
    private let folder: TemporaryFolder
    private let path: String
    private var pattern: String { "\(folder.path)/*.jsonl" }

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("a.jsonl")
    }

    @Test func followsAFileAndKeepsUnfinishedLines() throws {
        try Agent.append("one\ntw", to: path)
        let follower = try Follower([pattern])
        #expect(follower.lines(1) == ["one"])
        #expect(follower.waits { $0.files().first?.unfinishedBytes == 2 && $0.files().first?.state == .idle })
        try Agent.append("o\nthree\n", to: path)
        #expect(follower.lines(3) == ["one", "two", "three"])
        let report = try #require(follower.tailer.files().first)
        #expect(report.path == path && report.source == "agents" && report.generation == 0)
        #expect(follower.waits { $0.files().first?.lag == 0 })
        #expect(follower.tailer.status().bytesRead == 14 && follower.tailer.status().linesRead == 3)
    }

    @Test func findsFilesAndFoldersThatAppearLater() throws {
        let follower = try Follower(["\(folder.path)/new/**/*.jsonl"])
        #expect(follower.waits { $0.status().reconcilePasses > 0 })
        try FileSystem.makeFolder(folder.file("new/deep/er"))
        try Agent.append("one\n", to: folder.file("new/deep/er/x.jsonl"))
        #expect(follower.lines(1) == ["one"])
        try Agent.append("two\n", to: folder.file("new/y.jsonl"))
        #expect(follower.lines(2) == ["one", "two"])
    }

    @Test func readsToTheEndAndReturns() throws {
        for index in 0..<20 { try Agent.append("line \(index)\n", to: folder.file("\(index).jsonl")) }
        let follower = try Follower([pattern], untilEnd: true)
        #expect(Set(follower.allLines()) == Set((0..<20).map { "line \($0)" }))
    }

    @Test func readsFilesOfASequenceOneAfterTheOther() throws {
        var expected: [String] = []
        for number in [3, 1, 2] { try Agent.append((0..<3000).map { "\(number) \($0)\n" }.joined(), to: folder.file("\(number).jsonl")) }
        for number in 1...3 { expected += (0..<3000).map { "\(number) \($0)" } }
        let follower = try Follower([pattern], isSequence: true) { limits in
            limits.batchBytes = 1000
            limits.turnBytes = 1000
        }
        #expect(follower.lines(9000) == expected)
        try Agent.append("3 last\n", to: folder.file("3.jsonl"))
        try Agent.append("4 first\n", to: folder.file("4.jsonl"))
        #expect(Array(follower.lines(9002).suffix(2)) == ["3 last", "4 first"])
    }

    @Test func readsARenamedFileToItsEndBeforeTheNewOne() throws {
        let writer = try Descriptor.open(path, [.write, .create, .append])
        try writer.writeAll(Array("one\n".utf8))
        let follower = try Follower([pattern])
        follower.lines(1)
        try FileSystem.rename(path, to: path + ".1")
        try writer.writeAll(Array("two\n".utf8))
        try Agent.append("three\n", to: path)
        #expect(follower.lines(3) == ["one", "two", "three"])
        try writer.writeAll(Array("late\n".utf8))
        #expect(follower.lines(4).last == "late")
        #expect(follower.waits { Set($0.files().map(\.path)) == [path, path + ".1"] })
    }

    @Test func followsChainsOfRotations() throws {
        let follower = try Follower([pattern])
        #expect(follower.waits { $0.status().reconcilePasses > 0 })
        var expected: [String] = []
        for round in 0..<200 {
            for index in (1...3).reversed() where FileSystem.exists("\(path).\(index)") { try FileSystem.rename("\(path).\(index)", to: "\(path).\(index + 1)") }
            if FileSystem.exists(path) { try FileSystem.rename(path, to: path + ".1") }
            try Agent.append("round \(round)\n", to: path)
            expected.append("round \(round)")
            // Without events only what is rotated slower than the looks is seen, and another tailer of this process may have the events.
            follower.lines(round + 1)
            try FileSystem.remove(path + ".4")
        }
        #expect(follower.lines(200).sorted() == expected.sorted())
    }

    @Test func readsATruncatedFileFromItsStart() throws {
        let writer = try Descriptor.open(path, [.write, .create])
        try writer.writeAll(Array("first line\nsecond line\n".utf8))
        let follower = try Follower([pattern])
        follower.lines(2)
        try Agent.truncate(path)
        // Without O_APPEND the writer leaves a hole before what it writes next.
        try writer.writeAll(Array("third\n".utf8))
        #expect(follower.lines(3) == ["first line", "second line", "third"])
        #expect(follower.taken.last?.file.generation == 1)
        #expect(follower.waits { $0.status().lostBytes["hole"] == 23 })
        try Agent.write(Array("grown beyond where it was read to, with another beginning\n".utf8), to: path)
        #expect(follower.lines(4).last == "grown beyond where it was read to, with another beginning")
        #expect(follower.taken.last?.file.generation == 2)
    }

    @Test func countsWhatATruncationDestroys() throws {
        try Agent.append("one\nunfinished", to: path)
        let follower = try Follower([pattern])
        #expect(follower.waits { $0.files().first?.unfinishedBytes == 10 })
        try Agent.truncate(path)
        #expect(follower.waits { $0.status().lostBytes["truncated"] == 10 })
    }

    @Test func readsADeletedFileToItsEnd() throws {
        let writer = try Descriptor.open(path, [.write, .create, .append])
        try writer.writeAll(Array("one\n".utf8))
        let follower = try Follower([pattern])
        follower.lines(1)
        try FileSystem.remove(path)
        try writer.writeAll(Array("two\n".utf8))
        #expect(follower.lines(2) == ["one", "two"])
        let file = try #require(follower.taken.first?.file)
        #expect(follower.waits { $0.files().first?.state == .deleted })
        // A sink that is behind can still read it.
        #expect(try follower.tailer.read(file, from: 0, line: 1, upTo: 8)?.texts == ["one", "two"])
        follower.tailer.acknowledged(file.identity, generation: 0, position: 8)
        #expect(follower.waits { $0.files().isEmpty })
        #expect(try follower.tailer.read(file, from: 0, line: 1, upTo: 8) == nil)
        #expect(follower.tailer.status().lostBytes.isEmpty)
    }

    /// What an earlier run had read may be missing in a sink: nobody has said yet that it is not.
    @Test func aDeletedFileThatAnEarlierRunReadIsKeptUntilItIsAcknowledged() throws {
        try Agent.append("one\n", to: path)
        let before = try Follower([pattern])
        before.lines(1)
        let follower = try Follower([pattern], checkpoints: before.stop())
        #expect(follower.waits { $0.files().first?.isOpen == true })
        let file = try #require(before.taken.first?.file)
        try FileSystem.remove(path)
        #expect(follower.waits { $0.files().first?.state == .deleted })
        let passes = follower.tailer.status().reconcilePasses
        #expect(follower.waits { $0.status().reconcilePasses > passes + 10 })
        #expect(try follower.tailer.read(file, from: 0, line: 1, upTo: 4)?.texts == ["one"])
        follower.tailer.acknowledged(file.identity, generation: 0, position: 4)
        #expect(follower.waits { $0.files().isEmpty })
    }

    @Test func aFileDeletedAndMadeAgainIsAnother() throws {
        let follower = try Follower([pattern])
        for index in 0..<100 {
            try Agent.append("same first line\n\(index)\n", to: path)
            follower.lines(2 * (index + 1))
            try FileSystem.remove(path)
        }
        let lines = follower.lines(200)
        #expect(lines.count == 200 && lines.filter { $0 != "same first line" } == (0..<100).map(String.init))
    }

    @Test func twoPathsOfOneFileAreOneFile() throws {
        try Agent.append("one\n", to: path)
        #expect(Agent.link(path, at: folder.file("b.jsonl")))
        #expect(Agent.symbolicLink(to: "a.jsonl", at: folder.file("c.jsonl")))
        let follower = try Follower([pattern, "\(folder.path)/a*"])
        #expect(follower.lines(1) == ["one"])
        try Agent.append("two\n", to: folder.file("b.jsonl"))
        #expect(follower.lines(2) == ["one", "two"])
        try FileSystem.remove(path)
        try Agent.append("three\n", to: folder.file("b.jsonl"))
        #expect(follower.lines(3) == ["one", "two", "three"])
        #expect(follower.tailer.files().count == 1)
        follower.stop()
        #expect(follower.seen.count == 3)
    }

    @Test func followsASymbolicLinkThatIsSwapped() throws {
        try FileSystem.makeFolder(folder.file("runs"))
        try Agent.append("one\n", to: folder.file("runs/1"))
        #expect(Agent.symbolicLink(to: "runs/1", at: path))
        let follower = try Follower([pattern])
        follower.lines(1)
        try Agent.append("two\n", to: folder.file("runs/1"))
        #expect(follower.lines(2) == ["one", "two"])
        try Agent.append("three\n", to: folder.file("runs/2"))
        #expect(Agent.symbolicLink(to: "runs/2", at: folder.file("next")))
        try FileSystem.rename(folder.file("next"), to: path)
        #expect(follower.lines(3) == ["one", "two", "three"])
    }

    @Test func goesOnFromCheckpoints() throws {
        try Agent.append("one\ntwo\n", to: path)
        let first = try Follower([pattern])
        first.lines(2)
        let checkpoints = first.stop()
        try Agent.append("three\n", to: path)
        let second = try Follower([pattern], checkpoints: checkpoints)
        #expect(second.lines(1) == ["three"])
        #expect(second.taken.first?.firstLine == 3 && second.taken.first?.start == 8)
    }

    @Test func findsRotatedFilesAgainAfterAStop() throws {
        try Agent.append("one\n", to: path)
        let first = try Follower([pattern])
        first.lines(1)
        let checkpoints = first.stop()
        try Agent.append("two\n", to: path)
        try FileSystem.rename(path, to: path + ".2")
        try Agent.append("three\n", to: path)
        try FileSystem.rename(path, to: path + ".1")
        try Agent.append("four\n", to: path)
        let second = try Follower([pattern], startAtEnd: true, checkpoints: checkpoints, untilEnd: true)
        let lines = second.allLines()
        // Where the file system keeps no birth times, what was rotated in between is not known as a follower of the first.
        #expect(lines == ["two", "three", "four"] || lines == ["two", "four"])
    }

    @Test func noticesATruncationWhileStopped() throws {
        try Agent.append("one\ntwo\n", to: path)
        let first = try Follower([pattern])
        first.lines(2)
        let checkpoints = first.stop()
        try Agent.write(Array("another\nlonger content\n".utf8), to: path)
        let second = try Follower([pattern], checkpoints: checkpoints)
        #expect(second.lines(2) == ["another", "longer content"])
        #expect(second.taken.first?.file.generation == 1)
    }

    @Test func startsAtTheEndOnlyOfWhatIsThere() throws {
        try Agent.append("old\nunfinis", to: path)
        let follower = try Follower([pattern], startAtEnd: true)
        #expect(follower.waits { $0.status().reconcilePasses > 0 })
        try Agent.append("hed\n", to: path)
        try Agent.append("new\n", to: folder.file("b.jsonl"))
        #expect(Set(follower.lines(2)) == ["unfinished", "new"])
    }

    @Test func aMissingLookNeverMeansDeleted() throws {
        try Agent.append("one\n", to: path)
        let follower = try Follower(["\(folder.path)/sub/*.jsonl", pattern])
        follower.lines(1)
        try FileSystem.rename(folder.path, to: folder.path + ".away")
        #expect(follower.waits { $0.status().reconcilePasses > 5 })
        try FileSystem.rename(folder.path + ".away", to: folder.path)
        try Agent.append("two\n", to: path)
        #expect(follower.lines(2) == ["one", "two"])
        #expect(follower.waits { $0.files().first?.path == path })
    }

    @Test func holdsFewDescriptorsAndForgetsNothing() throws {
        let follower = try Follower([pattern]) { $0.openFiles = 8 }
        var expected = Set<String>()
        for round in 0..<5 {
            for index in 0..<40 {
                try Agent.append("\(round) \(index)\n", to: folder.file("\(index).jsonl"))
                expected.insert("\(round) \(index)")
            }
            follower.lines(40 * (round + 1))
        }
        #expect(Set(follower.seen) == expected && follower.seen.count == 200)
        #expect(follower.tailer.files().count == 40)
        #expect(follower.tailer.files().count(where: \.isOpen) <= 8)
    }

    @Test func findsRenamedFilesThatAreClosed() throws {
        let follower = try Follower([pattern]) { $0.openFiles = 1 }
        try Agent.append("one\n", to: path)
        try Agent.append("x\n", to: folder.file("b.jsonl"))
        follower.lines(2)
        try FileSystem.rename(path, to: path + ".old")
        try Agent.append("two\n", to: path + ".old")
        try Agent.append("three\n", to: path)
        #expect(Set(follower.lines(4)) == ["one", "x", "two", "three"])
    }

    @Test func aLongBacklogDoesNotDelayAFreshLine() throws {
        let line = String(repeating: "b", count: 1023) + "\n"
        try Agent.append(String(repeating: line, count: 20_000), to: path)
        let follower = try Follower([pattern]) { limits in
            limits.turnBytes = 64 << 10
            limits.batchBytes = 16 << 10
        }
        follower.lines(1)
        try Agent.append("fresh\n", to: folder.file("b.jsonl"))
        #expect(follower.lines(20_001).count == 20_001)
    }

    @Test func deliversByEventsAlone() throws {
        // Another tailer of this process may have the events for a while.
        var follower = try Follower([pattern]) { $0.reconcileInterval = .seconds(3600) }
        for _ in 0..<200 {
            if follower.waits(within: .milliseconds(100), until: { $0.status().watchedFolders > 0 }) { break }
            follower.stop()
            follower = try Follower([pattern]) { $0.reconcileInterval = .seconds(3600) }
        }
        try Agent.append("one\n", to: path)
        #expect(follower.lines(1) == ["one"])
        try Agent.append("two\n", to: path)
        #expect(follower.lines(2) == ["one", "two"])
        try FileSystem.rename(path, to: path + ".1")
        try Agent.append("three\n", to: path + ".1")
        try Agent.append("four\n", to: path)
        #expect(follower.lines(4) == ["one", "two", "three", "four"])
        // The queue of events overflows while delivery is held up; nothing is missed.
        let other = folder.file("b.jsonl")
        let a = try Descriptor.open(path, [.write, .append]), b = try Descriptor.open(other, [.write, .create, .append])
        for index in 0..<9000 {
            try a.writeAll(Array("a\(index)\n".utf8))
            try b.writeAll(Array("b\(index)\n".utf8))
        }
        #expect(follower.lines(18_004).count == 18_004)
        // A new folder is watched, and what was made in it before that is found.
        #expect(follower.tailer.status().pollingFolders.isEmpty)
    }

    @Test func twoTailersOfOneProcessBothWork() throws {
        let first = try Follower([pattern]), second = try Follower([pattern])
        try Agent.append("one\n", to: path)
        #expect(first.lines(1) == ["one"] && second.lines(1) == ["one"])
        let reasons = [first, second].flatMap { $0.tailer.status().pollingFolders.values }
        #expect(reasons.contains { $0.contains("another tailer") })
    }

    @Test func backPressureEndsWithStop() throws {
        for index in 0..<100 { try Agent.append("\(index)\n", to: folder.file("\(index).jsonl")) }
        let queue = BoundedQueue<LineBatch>(capacity: 1)
        let tailer = try Tailer(sources: [TailSource(name: "s", paths: [pattern])]) { queue.push($0) }
        let thread = NamedThread("tail") { do throws(TailError) { try tailer.run() } catch { Log.error("test", error.description) } }
        #expect(queue.pop(within: .seconds(20)) != nil)
        queue.close()
        thread.join()
        #expect(tailer.files().count == 100)
    }

    @Test func refusesABadPattern() {
        #expect(throws: TailError.self) { try Tailer(sources: [TailSource(name: "s", paths: ["/a/["])]) { _ in true } }
    }
}
