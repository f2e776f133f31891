import EventailSystem
import Testing

@Suite struct PollerTests {
    @Test func tellsWhoRang() throws {
        let poller = try Poller()
        let first = try EventSignal(), second = try EventSignal()
        try poller.add(first.descriptor.number, .readable, token: 11)
        try poller.add(second.descriptor.number, .readable, token: .max)
        #expect(try poller.wait(.zero) { _, _ in Issue.record("nobody rang") } == 0)
        second.ring()
        second.ring()
        var tokens: [UInt64] = []
        var isReadable = false
        let count = try poller.wait(nil) { token, events in
            tokens.append(token)
            isReadable = events.contains(.readable)
        }
        #expect(count == 1 && isReadable && tokens == [.max])
        #expect(second.clear() && !second.clear())
        try poller.remove(second.descriptor.number)
        second.ring()
        #expect(try poller.wait(.zero) { _, _ in } == 0)
        #expect(throws: SystemError.self) { try poller.add(first.descriptor.number, .readable, token: 1) }
    }

    @Test(arguments: [Duration.zero, .seconds(-5), .nanoseconds(1), .microseconds(1500)])
    func aShortWaitEnds(timeout: Duration) throws {
        #expect(try Poller().wait(timeout) { _, _ in } == 0)
    }

    @Test func aVeryLongWaitIsNoMistake() throws {
        let poller = try Poller(), bell = try EventSignal()
        try poller.add(bell.descriptor.number, .readable, token: 1)
        bell.ring()
        #expect(try poller.wait(.seconds(Int64.max)) { _, _ in } == 1)
    }

    @Test func wakesAWaitingThread() throws {
        let bell = try EventSignal()
        let poller = try Poller()
        try poller.add(bell.descriptor.number, .readable, token: 1)
        let thread = NamedThread("ringing") { bell.ring() }
        #expect(try poller.wait(.seconds(20)) { _, _ in } == 1)
        thread.join()
    }
}
