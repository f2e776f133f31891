import EventailSystem
import Testing

@testable import EventailEvents

@Suite struct DayMemoryTests {
    /// What it makes of a text behind which there is room, as in a parser's strings.
    private func read(_ memory: DayMemory, _ text: String) -> Int64? {
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
        return unsafe bytes.withUnsafeBufferPointer { unsafe memory.nanoseconds(UnsafeBufferPointer(rebasing: $0[..<text.utf8.count])) }
    }

    private func remembering(_ text: String) -> DayMemory {
        var memory = DayMemory()
        let bytes = Array(text.utf8)
        let time = Timestamp(rfc3339: text)?.nanoseconds ?? 0
        unsafe bytes.withUnsafeBufferPointer { unsafe memory.remember($0, time) }
        return memory
    }

    @Test(arguments: [
        "2026-11-21T06:31:27.838Z", "2026-11-21T00:00:00Z", "2026-11-21T23:59:59.999999999Z", "2026-11-21T23:59:60Z", "2026-11-21T12:00:00.1Z",
    ])
    func timesOfTheDayReadLastAreReadAlike(_ text: String) {
        #expect(read(remembering("2026-11-21T17:05:00.5Z"), text) == Timestamp(rfc3339: text)?.nanoseconds)
    }

    @Test func daysBefore1970AreReadAlike() {
        #expect(read(remembering("1969-03-01T00:00:01Z"), "1969-03-01T23:00:00.25Z") == Timestamp(rfc3339: "1969-03-01T23:00:00.25Z")?.nanoseconds)
    }

    @Test(arguments: [
        "2026-11-22T06:31:27.838Z", "2026-12-21T06:31:27Z", "2026-11-21 06:31:27Z", "2026-11-21T06:31:27", "2026-11-21T06:31:27+01:00",
        "2026-11-21T24:31:27Z", "2026-11-21T06:60:27Z", "2026-11-21T06:31:61Z", "2026-11-21T0:031:27Z", "2026-11-21T06-31:27Z", "2026-11-21T06:31:2:Z",
        "2026-11-21T06:31:27.Z", "2026-11-21T06:31:27,5Z", "2026-11-21T06:31:27.5aZ", "2026-11-21T06:3/:27Z", "", "Z",
    ])
    func everythingElseGoesTheLongWay(_ text: String) {
        #expect(read(remembering("2026-11-21T17:05:00Z"), text) == nil)
    }

    @Test(arguments: ["2026-11-21T17:05:00+02:00", "2026-11-21T23:59:60Z", "2026-11-21T17:05:00"])
    func daysThatMayNotBeThoseOfTheDateAreNotRemembered(_ text: String) {
        #expect(read(remembering(text), "2026-11-21T17:05:00Z") == nil)
    }
}
