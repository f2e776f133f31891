import Testing
@testable import EventailSystem

@Suite struct TimestampTests {
    @Test func readsAndWritesRFC3339() throws {
        let time = try #require(Timestamp(rfc3339: "2026-11-21T06:31:27.838Z"))
        #expect(time.rfc3339 == "2026-11-21T06:31:27.838Z")
        #expect(Timestamp(rfc3339: "2026-02-29T00:00:00Z") == nil)
    }
}
