import Testing

@testable import EventailJSON

@Suite struct JSONPointerTests {
    private static let text = #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"m~n":8," ":7,"a":{"b":[{"c":true}]}}"#

    private static let places: [(String, String)] = [
        ("", "object"), ("/foo", "array"), ("/foo/0", "bar"), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"), ("/m~0n", "8"), ("/ ", "7"), ("/a/b/0/c", "true"),
    ]

    @Test(arguments: places) func findsWhatRFC6901Says(pointer: String, expected: String) throws {
        let parser = TapeParser(capacity: 4096)
        let root = try parser.parse(Array(Self.text.utf8)).get().root
        let place = try #require(JSONPointer(pointer))
        let found = try #require(root[place])
        let written = found.isObject ? "object" : found.isArray ? "array" : found.string ?? JSONText.brief(found)
        #expect(written == expected)
    }

    @Test(arguments: ["/foo/2", "/foo/01", "/foo/-1", "/foo/-", "/foo/+1", "/nothing", "/foo/0/x", "/a/b/c"]) func findsNothing(pointer: String) throws {
        let parser = TapeParser(capacity: 4096)
        let root = try parser.parse(Array(Self.text.utf8)).get().root
        let place = try #require(JSONPointer(pointer))
        #expect(root[place] == nil)
    }

    @Test(arguments: ["foo", "#/foo", "/~", "/~2", "/a~"]) func refusesWhatIsNoPointer(text: String) { #expect(JSONPointer(text) == nil) }

    @Test(arguments: ["", "/", "/a~1b/~0", "//"]) func isWrittenAsItWasRead(text: String) { #expect(JSONPointer(text)?.description == text) }
}
