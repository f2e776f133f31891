import Testing
@testable import EventailSystem

@Suite struct TimestampTests {
    @Test func readsAndWritesRFC3339() throws {
        let time = try #require(Timestamp(rfc3339: "2026-11-21T06:31:27.838Z"))
        #expect(time.rfc3339 == "2026-11-21T06:31:27.838Z")
        #expect(Timestamp(rfc3339: "2026-02-29T00:00:00Z") == nil)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999999999Z", -1), ("1970-01-01T00:00:01z", 1_000_000_000),
        ("2000-02-29 12:00:00", 951_825_600_000_000_000), ("2000-02-29t12:00:00.5", 951_825_600_500_000_000),
        ("1970-01-01T01:00:00+01:00", 0), ("1970-01-01T01:30:00+0130", 0), ("1969-12-31T19:00:00-05", 0), ("1970-01-01T00:00:00-00:00", 0),
        ("1970-01-01T00:00:00,25Z", 250_000_000), ("1970-01-01T00:00:00.1234567899Z", 123_456_789), ("1970-01-01T00:00:60Z", 60_000_000_000),
        ("1970-01-01T23:59:59+23:59", 59_000_000_000), ("1678-01-01T00:00:00Z", -9_214_560_000_000_000_000),
        ("2261-12-31T23:59:59.999999999Z", 9_214_646_399_999_999_999),
    ])
    func readsWhatAgentsWrite(text: String, nanoseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T06:31", "2026-11-21T06:31:2", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z",
        "1900-02-29T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.5ZZ", "2026-01-01T00:00:00+", "2026-01-01T00:00:00+1", "2026-01-01T00:00:00+01:",
        "2026-01-01T00:00:00+01:0", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00 Z", "1677-12-31T23:59:59Z",
        "2262-01-01T00:00:00Z", "2026-01-01X00:00:00Z", "2026/01/01T00:00:00Z", "-026-01-01T00:00:00Z", "2026-01-01T00:00:0äZ", "2026-01-01T00-00-00Z",
    ])
    func refusesEverythingElse(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func everyDayOfFourCenturiesComesBack() {
        var days = Timestamp.daysSinceEpoch(1700, 1, 1)
        for year: Int64 in 1700...2100 {
            for month: Int64 in 1...12 {
                for day in 1...Timestamp.days(of: month, in: year) {
                    let back = Timestamp.civil(fromDays: days)
                    if Timestamp.daysSinceEpoch(year, month, day) != days || back != (year, month, day) { Issue.record("\(year)-\(month)-\(day)") }
                    days += 1
                }
            }
        }
    }

    @Test(arguments: [Int64.min, .min + 1, -1_000_000_001, -1_000_000_000, -1, 0, 1, 999_999_999, .max])
    func everyTimeCanBeWrittenAndRoundsDown(nanoseconds: Int64) {
        let time = Timestamp(nanoseconds: nanoseconds)
        #expect(time.seconds == Int64((Double(nanoseconds) / 1e9).rounded(.down)) || abs(nanoseconds) > 1 << 53)
        #expect(time.rfc3339.hasSuffix("Z") && time.rfc3339.utf8.count >= 24)
        if abs(time.seconds) < 9_000_000_000 { #expect(Timestamp(rfc3339: time.rfc3339) == time) }
    }

    @Test(arguments: [(0, "1970-01-01T00:00:00.000Z"), (1000, "1970-01-01T00:00:00.000001Z"), (1, "1970-01-01T00:00:00.000000001Z"), (-1, "1969-12-31T23:59:59.999999999Z")])
    func writesAsManyDigitsAsNeeded(nanoseconds: Int64, text: String) {
        #expect(Timestamp(nanoseconds: nanoseconds).rfc3339 == text)
    }

    @Test func anyCutOfATimeIsReadOrRefused() {
        let text = Array("2026-11-21T06:31:27.838123456+05:30".utf8)
        for length in 0...text.count { _ = Timestamp(rfc3339: String(decoding: text[..<length], as: UTF8.self)) }
        for index in text.indices {
            var broken = text
            broken[index] = 0x78
            #expect(Timestamp(rfc3339: String(decoding: broken, as: UTF8.self)) == nil, "\(index)")
        }
    }
}
