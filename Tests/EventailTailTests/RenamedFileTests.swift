import EventailSystem
import EventailTestSupport
import Testing

@testable import EventailTail

@Suite struct RenamedFileTests {
    @Test func findsAFileUnderItsNewNameAndNotAnotherThatTookItsOld() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("agent.jsonl")
        try FileSystem.replace(path, with: Array("old\n".utf8))
        let identity = try FileStatus(at: path).identity
        #expect(try RenamedFile.open(identity, lastSeenAt: path) != nil)
        try FileSystem.rename(path, to: folder.file("agent.jsonl.1"))
        try FileSystem.replace(path, with: Array("new\n".utf8))
        let found = try #require(try RenamedFile.open(identity, lastSeenAt: path))
        #expect(try FileStatus(of: found).identity == identity)
        try FileSystem.remove(folder.file("agent.jsonl.1"))
        #expect(try RenamedFile.open(identity, lastSeenAt: path) == nil)
    }
}
