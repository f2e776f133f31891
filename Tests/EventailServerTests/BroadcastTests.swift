import EventailEvents
import EventailSystem
import Testing

@testable import EventailServer

@Suite(.serialized) struct BroadcastTests {
    private static func number(_ message: String?) -> Int? {
        guard let message, let range = message.firstRange(of: "\"event\":{\"n\":") else { return nil }
        return Int(message[range.upperBound...].prefix { $0.isNumber })
    }

    private static func numbers(_ client: TestClient, through last: Int) -> [Int] {
        var found: [Int] = []
        while let message = client.message() {
            guard let number = number(message) else { continue }
            found.append(number)
            if number >= last { break }
        }
        return found
    }

    @Test func anEventsMessageIsWhatTheContractSays() throws {
        let server = try TestServer()
        let client = try server.subscriber("{\"type\":\"subscribe\",\"executionId\":\"exec-1\"}")
        #expect(client.message() == "{\"type\":\"pong\"}")
        let lines = server.publish([TestServer.Made()])
        let expected = "{\"type\":\"event\",\"executionId\":\"exec-1\",\"event\":\(lines[0]),\"cursor\":\"e1-1\",\"roles\":{\"id\":\"f:0\",\"time\":\"1970-01-01T00:00:00.000Z\",\"type\":\"note\","
        let message = client.message()
        #expect(message?.hasPrefix(expected) == true, "\(message ?? "")")
    }

    @Test func aHundredClientsGetEveryEventInOrder() throws {
        let server = try TestServer()
        var clients: [TestClient] = []
        for index in 0..<100 {
            let wish = index % 2 == 0 ? "\"all\":true" : "\"executionId\":\"exec-1\""
            clients.append(try server.subscriber("{\"type\":\"subscribe\",\(wish)}"))
            #expect(clients[index].message() == "{\"type\":\"pong\"}")
        }
        for _ in 0..<50 { server.publish(Array(repeating: TestServer.Made(pad: 100), count: 20)) }
        for client in clients { #expect(Self.numbers(client, through: 1000) == Array(1...1000)) }
    }

    @Test func anEventIsSentOnceThoughSeveralSubscriptionsMatch() throws {
        let server = try TestServer()
        let client = try server.subscriber("{\"type\":\"subscribe\",\"executionId\":\"exec-1\"}")
        client.say("{\"type\":\"subscribe\",\"filter\":{\"agents\":[\"planner\"]}}")
        client.say("{\"type\":\"subscribe\",\"filter\":{\"minSeverity\":\"error\"}}")
        client.say("{\"type\":\"ping\",\"id\":2}")
        while let message = client.message(), !message.contains("\"id\":2") {}
        server.publish([
            .init(), .init(execution: "b", agent: "x"), .init(execution: "b", agent: "x", severity: .critical), .init(execution: nil), .init(execution: "exec-1", agent: "x"),
        ])
        #expect(Self.numbers(client, through: 5) == [1, 3, 4, 5])
        client.say("{\"type\":\"unsubscribe\"}")
        #expect(client.message() == "{\"type\":\"unsubscribed\"}")
        server.publish([.init()])
        client.say("{\"type\":\"ping\"}")
        #expect(client.message() == "{\"type\":\"pong\"}")
    }

    @Test func rawClientsGetBareLines() throws {
        let server = try TestServer { $0.rawListen = ["127.0.0.1:0"] }
        let client = try server.client()
        _ = client.upgrade("/raw")
        let other = try TestClient(server.server.rawAddresses[0])
        _ = other.upgrade("/any")
        #expect(try Await.until { try server.client().get("/api/v1/clients")?.body.components("\"kind\":\"raw\"") == 2 })
        let lines = server.publish([.init(), .init()])
        #expect([client.message(), client.message()] == lines)
        #expect([other.message(), other.message()] == lines)
    }

    @Test func lastAndSinceReplayWithoutGapOrRepeat() throws {
        let server = try TestServer()
        for index in 0..<300 { server.publish([.init(execution: index % 2 == 0 ? "even" : "odd")]) }
        // An execution's newest hundred by default.
        let usual = try server.subscriber("{\"type\":\"subscribe\",\"executionId\":\"even\"}")
        #expect(Self.numbers(usual, through: 299) == Array(stride(from: 101, through: 299, by: 2)))
        let few = try server.subscriber("{\"type\":\"subscribe\",\"id\":1,\"all\":true,\"last\":3}")
        #expect(few.message() == "{\"type\":\"subscribed\",\"id\":1,\"cursor\":\"e1-300\",\"replayed\":3,\"recovered\":true}")
        #expect(Self.numbers(few, through: 300) == [298, 299, 300])
        let since = try server.subscriber("{\"type\":\"subscribe\",\"id\":\"s\",\"executionId\":\"odd\",\"since\":\"e1-290\"}")
        #expect(since.message()?.contains("\"replayed\":5,\"recovered\":true") == true)
        server.publish([.init(execution: "odd")])
        #expect(Self.numbers(since, through: 301) == [292, 294, 296, 298, 300, 301])
        #expect(Self.numbers(few, through: 301) == [301])
    }

    @Test(arguments: [("other-5", "epoch"), ("e1-999", "future"), ("e1-3", "too_old"), ("rubbish", "malformed")])
    func cursorsThatCannotBeResumedAreReset(cursor: String, reason: String) throws {
        let server = try TestServer(head: 100)
        server.publish([.init()])
        let ready = try server.subscriber("{\"type\":\"subscribe\",\"all\":true,\"last\":1}")
        #expect(Self.numbers(ready, through: 101) == [101])
        let client = try server.subscriber("{\"type\":\"subscribe\",\"id\":1,\"all\":true,\"since\":\"\(cursor)\"}")
        #expect(client.message() == "{\"type\":\"reset\",\"id\":1,\"reason\":\"\(reason)\",\"oldest\":\"e1-101\",\"head\":\"e1-101\"}")
        #expect(client.message()?.contains("\"recovered\":false") == true)
        server.publish([.init()])
        #expect(Self.numbers(client, through: 102) == [102])
    }

    @Test func aSlowClientIsToldWhatItMissedAndSlowsNobody() throws {
        let server = try TestServer { $0.sendBuffer = 256 << 10 }
        let slow = try server.subscriber("{\"type\":\"subscribe\",\"all\":true}", receiveBuffer: 65_536)
        let fast = try server.subscriber("{\"type\":\"subscribe\",\"all\":true}")
        #expect(slow.message() == "{\"type\":\"pong\"}" && fast.message() == "{\"type\":\"pong\"}")
        let total = 9000
        for at in stride(from: 0, to: total, by: 100) {
            server.publish((0..<100).map { .init(priority: (at + $0) % 10 == 0 ? .critical : .low, pad: 1000) })
            #expect(Self.numbers(fast, through: at + 100) == Array(at + 1...at + 100))
        }
        var got: [Int] = []
        var dropped = 0
        var behind: [Int] = []
        slow.say("{\"type\":\"ping\",\"id\":9}")
        while let message = slow.message(), !message.contains("\"id\":9") {
            if let number = Self.number(message) {
                got.append(number)
                if dropped > 0 && number <= total - 100 { behind.append(number) }
            }
            if message.hasPrefix("{\"type\":\"dropped\",\"count\":") {
                #expect(message.contains("\"reason\":\"slow\"") && message.contains("\"from\":\"e1-"))
                dropped += Int(message.dropFirst(26).prefix { $0.isNumber }) ?? 0
            }
        }
        #expect(got == got.sorted() && Set(got).count == got.count)
        #expect(dropped > 0 && got.count + dropped == total)
        // What is important goes last: one in ten was critical, of what outlived the shedding most are.
        #expect(behind.count { $0 % 10 == 1 } * 2 > behind.count)
    }

    @Test func aSlowClientMayAskToBeClosedOrToGetTheLatest() throws {
        let server = try TestServer { $0.sendBuffer = 128 << 10 }
        let closing = try server.subscriber("{\"type\":\"subscribe\",\"all\":true,\"onSlow\":\"close\"}", receiveBuffer: 65_536)
        let latest = try server.subscriber("{\"type\":\"subscribe\",\"all\":true,\"onSlow\":\"latest\"}", receiveBuffer: 65_536)
        #expect(closing.message() == "{\"type\":\"pong\"}" && latest.message() == "{\"type\":\"pong\"}")
        for _ in 0..<80 { server.publish(Array(repeating: .init(pad: 1000), count: 100)) }
        var last: String?
        while let message = closing.message() {
            last = message
            if message.hasPrefix("close") { break }
        }
        #expect(last == "close 1013")
        #expect(Self.numbers(latest, through: 8000).last == 8000)
    }

    @Test func sheddingKeepsBegunFramesAndTellsOnce() {
        let chunk = FrameChunk()
        let payload = [UInt8](repeating: 0x61, count: 96)
        for index in 0..<10 { unsafe payload.withUnsafeBytes { unsafe chunk.append($0, sequence: Int64(index), priority: index % 2 == 0 ? 0 : 3) } }
        var queue = SendQueue()
        queue.append(chunk, from: 50, to: chunk.used)
        var told: Int64 = 0
        let loss = queue.shed(to: 600, oldestFirst: false, told: &told)
        #expect(loss.count == 4 && loss.from == 2 && loss.to == 8 && told == 0)
        let notice = FrameChunk(text: [0x78])
        notice.loss = loss
        queue.insertNext(notice)
        #expect(queue.pending == 48 + 5 * 98 + 3)
        let more = queue.shed(to: 150, oldestFirst: true, told: &told)
        #expect(told == 4 && more.count == 4 + 4 && more.to == 8)
    }
}

/// Waits for something without sleeping blindly: asks until it is so or ten seconds are over.
enum Await {
    static func until(_ condition: () throws -> Bool) rethrows -> Bool {
        let end = Timestamp.monotonicNanoseconds() + 10_000_000_000
        while Timestamp.monotonicNanoseconds() < end { if try condition() { return true } }
        return false
    }
}

extension String {
    func components(_ part: String) -> Int { ranges(of: part).count }
}
