import EventailCompression
import EventailSystem
import EventailTestSupport
import Testing

/// Goal: what is unpacked is what was compressed, by us and by others; a damaged file says so.
@Suite struct UnpackerTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private static func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) } }

    @Test(arguments: [0, 1, 262_143, 262_144, 262_145, 3_000_000])
    func zstdComesBack(size: Int) throws {
        try FileSystem.replace(folder.file("a"), with: Self.content(size))
        try ZstdFile.compress(folder.file("a"), to: folder.file("a.zst"))
        #expect(try Unpacker.whole(folder.file("a.zst")) == Self.content(size))
        #expect(!FileSystem.exists(folder.file("a")))
    }

    /// "hello\n" and "world\n" as gzip writes them.
    private static let hello: [UInt8] = [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0xE7, 2, 0, 0x20, 0x30, 0x3A, 0x36, 6, 0, 0, 0,
    ]

    @Test func gzipOfSeveralMembersComesBack() throws {
        try FileSystem.replace(folder.file("a.gz"), with: Self.hello + Self.hello)
        #expect(try Unpacker.whole(folder.file("a.gz")) == Array("hello\nhello\n".utf8))
    }

    @Test func damageIsTold() throws {
        var flipped = Self.hello
        flipped[20] ^= 1
        for bytes in [Array(Self.hello.dropLast(3)), Array(Self.hello.prefix(5)), flipped, Array("plain text".utf8), Self.hello + [1, 2, 3]] {
            try FileSystem.replace(folder.file("a.gz"), with: bytes)
            #expect(throws: UnpackError.self) { try Unpacker.whole(folder.file("a.gz")) }
            try FileSystem.replace(folder.file("a.zst"), with: bytes)
            #expect(throws: UnpackError.self) { try Unpacker.whole(folder.file("a.zst")) }
        }
        #expect(throws: UnpackError.self) { try Unpacker.whole(folder.file("none.gz")) }
    }

    @Test func namesTellTheForm() {
        #expect(Unpacker.form(of: "a.jsonl.1.gz") == .gzip)
        #expect(Unpacker.form(of: "a.zst") == .zstd)
        #expect(Unpacker.form(of: "a.xz") == nil)
    }
}
