import EventailSystem
import EventailTestSupport
import Testing

@Suite struct FileSystemTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func replacesAndReadsFiles() throws {
        let path = folder.file("a")
        for size in [0, 1, 65_535, 65_536, 65_537, 200_000] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try FileSystem.replace(path, with: bytes)
            #expect(try FileSystem.read(path) == bytes)
        }
        #expect(try FileSystem.names(in: folder.path) == ["a"])
        #expect(throws: SystemError.self) { try FileSystem.read(path, limit: 1000) }
    }

    @Test func aReplacementThatFailsLeavesNothing() throws {
        try FileSystem.makeFolder(folder.file("a"))
        #expect(throws: SystemError.self) { try FileSystem.replace(folder.file("a"), with: [1]) }
        #expect(try FileSystem.names(in: folder.path) == ["a"])
        #expect(throws: SystemError.self) { try FileSystem.replace(folder.file("no/such/folder"), with: [1]) }
    }

    @Test func makesFoldersOnce() throws {
        for path in ["x/y/z", "x/y/z", "x//w/"] { try FileSystem.makeFolder(folder.file(path)) }
        #expect(FileSystem.isFolder(folder.file("x/y/z")) && FileSystem.isFolder(folder.file("x/w")))
        try FileSystem.replace(folder.file("f"), with: [])
        #expect(throws: SystemError.self) { try FileSystem.makeFolder(folder.file("f")) }
        #expect(throws: SystemError.self) { try FileSystem.makeFolder(folder.file("f/g")) }
    }

    @Test func tellsMissingFromRefused() throws {
        try FileSystem.remove(folder.file("nothing"))
        #expect(throws: SystemError.self) { try FileSystem.remove(folder.path) }
        do throws(SystemError) {
            _ = try FileSystem.names(in: folder.file("nothing"))
            Issue.record("a missing folder has no names")
        } catch { #expect(error.isMissing && !error.isDenied && error.description.contains("No such file")) }
        #expect(FileSystem.realPath(folder.file("nothing")) == nil && !FileSystem.exists(folder.file("nothing")))
        #expect(FileSystem.linkTarget(folder.path) == nil)
    }

    @Test(arguments: [("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b/c", "a/b"), ("/", "/")])
    func knowsTheFolderOfAPath(path: String, expected: String) {
        #expect(FileSystem.folder(of: path) == expected)
    }

    @Test func identityOutlivesRenameAndTruncation() throws {
        let path = folder.file("a")
        try FileSystem.replace(path, with: [1, 2, 3])
        let file = try Descriptor.open(path, .readWrite)
        let before = try FileStatus(of: file)
        let glance = try FileGlance(at: path)
        #expect(before.size == 3 && before.isRegular && before.links == 1 && glance.size == 3 && glance.kind == .file)
        try FileSystem.rename(path, to: path + ".1")
        try file.truncate(to: 0)
        #expect(try FileStatus(of: file).identity == before.identity && FileStatus(at: path + ".1").identity == before.identity)
        #expect(try FileGlance(at: path + ".1").key == glance.key)
        #expect(file.currentPath == path + ".1")
        try FileSystem.remove(path + ".1")
        #expect(try FileStatus(of: file).links == 0 && file.currentPath == nil)
    }

    @Test func aReusedInodeIsAnotherFile() throws {
        var identities = Set<FileIdentity>()
        for _ in 0..<200 {
            try FileSystem.replace(folder.file("a"), with: [1])
            identities.insert(try FileStatus(at: folder.file("a")).identity)
            try FileSystem.remove(folder.file("a"))
        }
        #expect(identities.count == 200)
    }

    @Test func knowsFreeRoomAndDescriptors() throws {
        #expect(try FileSystem.freeBytes(at: folder.path) > 0)
        let bell = try EventSignal()
        #expect(try FileSystem.descriptors(of: "anon_inode:[eventfd]").contains(bell.descriptor.number))
    }
}

@Suite struct DescriptorTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test func readsWithWhatLiesBefore() throws {
        let file = try Descriptor.open(folder.file("a"), [.readWrite, .create])
        try file.writeAll(Array("0123456789".utf8))
        let before = ByteBuffer(capacity: 4), behind = ByteBuffer(capacity: 100)
        let got = unsafe try file.read(prefix: before.base, prefixCount: 4, into: behind.base, count: 100, at: 3)
        before.count = 4
        behind.count = got - 4
        #expect(got == 7 && before.text(0..<4) == "3456" && behind.text(0..<3) == "789")
        #expect(try file.size() == 10)
        #expect(unsafe try file.read(into: behind.base, count: 10, at: 10) == 0)
    }

    @Test func findsDataBehindHoles() throws {
        let file = try Descriptor.open(folder.file("a"), [.readWrite, .create, .append])
        try file.truncate(to: 1 << 30)
        #expect(try file.firstByte(from: 0) == nil)
        try file.writeAll(Array("x".utf8))
        let first = try #require(try file.firstByte(from: 0))
        #expect(first > 0 && first <= 1 << 30)
    }

    @Test func oneLockAtATime() throws {
        let path = folder.file("lock")
        let first = try Descriptor.open(path, [.readWrite, .create])
        #expect(try first.tryLock())
        #expect(try !Descriptor.open(path, .readWrite).tryLock())
    }

    @Test func refusalsCarryTheirReason() {
        do throws(SystemError) {
            _ = try Descriptor.open(folder.file("no"), .read)
            Issue.record("it is not there")
        } catch { #expect(error.isMissing && error.operation == "open \(folder.file("no"))") }
        #expect(throws: SystemError.self) { try Descriptor.open(folder.path, .write) }
    }
}
