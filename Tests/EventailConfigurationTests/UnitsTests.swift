import Testing

@testable import EventailConfiguration

@Suite struct UnitsTests {
    @Test(arguments: [
        ("16MiB", 16 << 20), ("256MB", 256_000_000), ("1234", 1234), ("1.5 KiB", 1536), ("2GiB", 2 << 30), ("64kB", 64_000), ("0", 0), ("7B", 7),
    ] as [(String, Int64)])
    func sizesAreRead(_ text: String, _ bytes: Int64) {
        #expect(Units.size(text) == bytes)
        #expect(Units.size(Units.text(size: bytes)) == bytes)
    }

    @Test(arguments: ["", "MiB", "1M", "1 mib", "-1", "1.", "99999999999TiB", "1e3"])
    func otherTextsAreNoSizes(_ text: String) { #expect(Units.size(text) == nil) }

    @Test(arguments: [
        ("5ms", .milliseconds(5)), ("30s", .seconds(30)), ("10m", .seconds(600)), ("1h", .seconds(3600)), ("30d", .seconds(2_592_000)),
        ("1h30m", .seconds(5400)), ("1.5s", .milliseconds(1500)), ("0", .zero), ("20us", .microseconds(20)), ("3ns", .nanoseconds(3)),
    ] as [(String, Duration)])
    func durationsAreRead(_ text: String, _ duration: Duration) {
        #expect(Units.duration(text) == duration)
        #expect(Units.duration(Units.text(duration)) == duration)
    }

    @Test(arguments: ["", "5", "s", "5 s", "5sec", "-5s", "999999999d", "1h30"])
    func otherTextsAreNoDurations(_ text: String) { #expect(Units.duration(text) == nil) }
}
