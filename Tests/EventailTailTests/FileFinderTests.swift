import EventailSystem
import EventailTestSupport
import Testing
@testable import EventailTail

@Suite struct FileFinderTests {
    private func found(_ patterns: [String], exclude: [String] = []) throws -> [String] {
        let finder = try FileFinder([TailSource(name: "s", paths: patterns, exclude: exclude)])
        return finder.find(enter: { _ in }).files.keys.sorted()
    }

    @Test func findsFilesAndNothingElse() throws {
        let folder = try TemporaryFolder()
        try FileSystem.makeFolder(folder.file("sub/deep"))
        try FileSystem.makeFolder(folder.file("folder.jsonl"))
        for name in ["a.jsonl", "b.txt", "sub/c.jsonl", "sub/deep/d.jsonl", "folder.jsonl/e.jsonl"] { try Agent.append("x\n", to: folder.file(name)) }
        #expect(Agent.fifo(at: folder.file("fifo.jsonl")))
        #expect(Agent.symbolicLink(to: "/nowhere/at/all", at: folder.file("dangling.jsonl")))
        #expect(Agent.symbolicLink(to: "b.txt", at: folder.file("link.jsonl")))
        let path = folder.path
        #expect(try found(["\(path)/*.jsonl"]) == ["\(path)/a.jsonl", "\(path)/link.jsonl"])
        #expect(try found(["\(path)/**/*.jsonl"], exclude: ["\(path)/folder.jsonl", "link.*"])
            == ["\(path)/a.jsonl", "\(path)/sub/c.jsonl", "\(path)/sub/deep/d.jsonl"])
        #expect(try found(["\(path)/{a.jsonl,sub/*.jsonl}", "\(path)/a.jsonl"]) == ["\(path)/a.jsonl", "\(path)/sub/c.jsonl"])
        #expect(try found(["\(path)/missing/*.jsonl"]) == [])
    }

    @Test func endsInLoopsOfLinks() throws {
        let folder = try TemporaryFolder()
        try FileSystem.makeFolder(folder.file("a"))
        try Agent.append("x\n", to: folder.file("a/x.jsonl"))
        #expect(Agent.symbolicLink(to: "..", at: folder.file("a/up")))
        #expect(Agent.symbolicLink(to: "loop", at: folder.file("loop")))
        #expect(try found(["\(folder.path)/**/*.jsonl"]) == ["\(folder.path)/a/x.jsonl"])
    }

    @Test func tellsAMissingFolderFromOneThatRefuses() throws {
        let folder = try TemporaryFolder()
        let finder = try FileFinder([TailSource(name: "s", paths: ["\(folder.path)/no/*.l", "\(folder.path)/\(String(repeating: "n", count: 300))/*.l"])])
        let finding = finder.find(enter: { _ in })
        #expect(finding.missing == ["\(folder.path)/no"])
        #expect(finding.failures.count == 1)
    }
}
