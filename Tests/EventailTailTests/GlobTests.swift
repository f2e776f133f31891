import Testing
@testable import EventailTail

@Suite struct GlobTests {
    @Test(arguments: [
        ("/a/*.jsonl", "/a/b.jsonl", true), ("/a/*.jsonl", "/a/b/c.jsonl", false), ("/a/*.jsonl", "/a/.jsonl", true),
        ("/a/**/*.jsonl", "/a/b.jsonl", true), ("/a/**/*.jsonl", "/a/b/c/d.jsonl", true), ("/a/**/*.jsonl", "/b/c.jsonl", false),
        ("/a/**", "/a/b/c", true), ("/a/**", "/a", false), ("/**/x/*.l", "/x/a.l", true), ("/**/x/**/y", "/q/x/r/s/y", true),
        ("/a/?.l", "/a/b.l", true), ("/a/?.l", "/a/ä.l", true), ("/a/?.l", "/a/bb.l", false), ("/a/[a-c].l", "/a/b.l", true),
        ("/a/[!a-c].l", "/a/b.l", false), ("/a/[!a-c].l", "/a/d.l", true), ("/a/[]x].l", "/a/].l", true), ("/a/[ä-ü].l", "/a/ö.l", true),
        ("/a/{b,c}.l", "/a/c.l", true), ("/a/{b,c{d,e}}.l", "/a/ce.l", true), ("/a/{b,c}.l", "/a/d.l", false), ("/{a/b,c}/d", "/a/b/d", true),
        ("/a/\\*.l", "/a/*.l", true), ("/a/\\*.l", "/a/b.l", false), ("/a/*b*c", "/a/xbybzc", true), ("/a/*b*c", "/a/xbybz", false),
        ("/a//b/./c", "/a/b/c", true), ("logs/*.l", "logs/a.l", true), ("/a/*", "/a/", false),
    ])
    func matchesPaths(pattern: String, path: String, expected: Bool) throws {
        #expect(try Glob(pattern).matches(path) == expected)
    }

    @Test(arguments: ["/a/[b", "/a/{b", "/a/b}", "/a/[z-a]", "/a/b\\", "", "/"])
    func refusesWhatIsNoPattern(pattern: String) {
        #expect(throws: TailError.self) { try Glob(pattern) }
    }

    @Test func boundsTheChoicesOfBraces() {
        #expect(throws: TailError.self) { try Glob("/" + String(repeating: "{a,b,c,d}", count: 8)) }
    }

    @Test func startsAtTheFixedFolder() throws {
        #expect(try Glob("/var/log/*/x.l").alternatives[0].start.folder == "/var/log")
        #expect(try Glob("/var/log/x.l").alternatives[0].start.folder == "/var/log")
        #expect(try Glob("x/*.l").alternatives[0].start.folder == "x")
        #expect(try Glob("/*.l").alternatives[0].start.folder == "/")
    }

    @Test func knowsWhereMatchesMayLie() throws {
        let glob = try Glob("/a/*/b/**/x.l")
        #expect(glob.mayMatchBelow("/a") && glob.mayMatchBelow("/a/q") && glob.mayMatchBelow("/a/q/b/c/d"))
        #expect(!glob.mayMatchBelow("/b") && !glob.mayMatchBelow("/a/q/c"))
        #expect(!(try Glob("/a/*.l").mayMatchBelow("/a/b.l")))
    }

    @Test func takesNoExponentialTime() throws {
        #expect(!(try Glob("/" + String(repeating: "*a", count: 40) + "b").matches("/" + String(repeating: "a", count: 250))))
    }
}
