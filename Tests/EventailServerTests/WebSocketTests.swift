import EventailEvents
import EventailSystem
import Testing

@testable import EventailServer

@Suite struct WebSocketTests {
    @Test func handshakeFollowsTheStandard() throws {
        let server = try TestServer()
        let good = try server.client().upgrade(headers: "Sec-WebSocket-Protocol: other, eventail.v1\r\n")
        #expect(good?.status == 101 && good?.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(good?.headers["sec-websocket-protocol"] == "eventail.v1")
        let old = try server.client()
        old.send("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n")
        let refused = old.reply()
        #expect(refused?.status == 426 && refused?.headers["sec-websocket-version"] == "13")
        let keyless = try server.client()
        keyless.send("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n\r\n")
        #expect(keyless.reply()?.status == 400)
        let plain = try server.client().get("/livez", headers: "Upgrade: h2c\r\nConnection: Upgrade\r\n")
        #expect(plain?.status == 200)
    }

    @Test func framesCutAtEveryByteAreTheSame() {
        let text = Array("{\"type\":\"päng\"}".utf8)
        let bytes = TestClient.frame(Array(text[..<9]), fin: false) + TestClient.frame([], opcode: 9)
            + TestClient.frame(Array(text[9...]), opcode: 0) + TestClient.frame([0x03, 0xE8], opcode: 8)
        for cut in 1..<bytes.count {
            let reader = MessageReader(longestMessage: 1000)
            for part in [Array(bytes[..<cut]), Array(bytes[cut...])] { _ = unsafe part.withUnsafeBytes { unsafe reader.read($0) } }
            var kinds = ""
            for message in reader.messages {
                switch message {
                case .ping: kinds += "p"
                case .text(let found): kinds += found == text ? "t" : "?"
                case .close(let code): kinds += "c\(code)"
                default: kinds += "?"
                }
            }
            #expect(kinds == "ptc1000", "cut at \(cut)")
            // A pong may be left out when a close follows at once.
            #expect(reader.output.suffix(4) == [0x88, 2, 0x03, 0xE8])
        }
    }

    @Test(arguments: [
        (TestClient.frame([0x68], masked: false), 1002), (TestClient.frame([0xFF]), 1007), (TestClient.frame([], opcode: 3), 1002),
        (TestClient.frame([], opcode: 9, fin: false), 1002), (TestClient.frame(Array(repeating: 0x20, count: 70_000)), 1009),
        (TestClient.frame([], opcode: 0), 1002), (TestClient.frame(Array("nonsense".utf8)), 4400), (TestClient.frame([1], opcode: 2), 4400),
        (TestClient.frame(Array("[]".utf8)), 4400), (TestClient.frame([0x03, 0xE8], opcode: 8), 1000),
    ])
    func brokenFramesCloseWithTheirCode(bytes: [UInt8], code: Int) throws {
        let server = try TestServer()
        let client = try server.client()
        _ = client.upgrade()
        client.send(bytes)
        var last: TestClient.Frame?
        while let frame = client.frame() {
            last = frame
            if frame.opcode == 8 { break }
        }
        #expect(last?.opcode == 8 && last?.closeCode == code)
        if code >= 4000 { client.send(TestClient.frame([0x03, 0xE8], opcode: 8)) }
        #expect(client.frame() == nil)
    }

    @Test func messagesAreAnswered() throws {
        let server = try TestServer()
        let client = try server.client()
        _ = client.upgrade(headers: "Sec-WebSocket-Protocol: eventail.v1\r\n")
        #expect(client.message()?.hasPrefix("{\"type\":\"connected\",\"clientId\":") == true)
        for (message, answer) in [
            ("{\"type\":\"ping\",\"id\":7}", "{\"type\":\"pong\",\"id\":7}"),
            ("{\"type\":\"auth\",\"token\":\"x\"}", "\"code\":\"unsupported\""), ("{\"type\":\"jump\"}", "\"code\":\"unknown_type\""),
            ("{\"type\":\"subscribe\"}", "\"code\":\"bad_request\""), ("{\"type\":\"subscribe\",\"all\":true,\"last\":-1}", "last is a whole number"),
            ("{\"type\":\"subscribe\",\"filter\":{\"agent\":\"x\"}}", "no member of a filter"),
            ("{\"type\":\"unsubscribe\",\"id\":\"none\"}", "unknown_subscription"), ("{\"type\":\"list\"}", "\"subscriptions\":[]"),
            ("{\"type\":\"subscribe\",\"id\":\"a\",\"all\":true}", "{\"type\":\"subscribed\",\"id\":\"a\",\"cursor\":\"e1-0\",\"replayed\":0,\"recovered\":true}"),
        ] {
            client.say(message)
            let got = client.message()
            #expect(got?.contains(answer) == true, "\(got ?? "nothing")")
        }
    }

    @Test func tooManyMessagesAndSilenceClose() throws {
        let server = try TestServer {
            $0.messagesPerMinute = 5
            $0.heartbeatInterval = .milliseconds(300)
            $0.heartbeatTimeout = .milliseconds(1200)
        }
        let chatty = try server.client()
        _ = chatty.upgrade()
        for _ in 0..<7 { chatty.say("{\"type\":\"ping\"}") }
        var last: String?
        while let message = chatty.message() {
            last = message
            if message.hasPrefix("close") { break }
        }
        #expect(last == "close 4429")
        let silent = try server.client()
        _ = silent.upgrade()
        #expect(silent.frame()?.opcode == 9)
        #expect(silent.message() == "close 4408")
        let told = Timestamp.monotonicNanoseconds()
        #expect(silent.frame() == nil)
        // One interval, and the time between two looks at the clock.
        #expect(Timestamp.monotonicNanoseconds() - told < 2_000_000_000)
    }

    @Test func stoppingSaysGoodbye() throws {
        var server: TestServer? = try TestServer()
        let client = try server!.client()
        _ = client.upgrade()
        client.say("{\"type\":\"ping\"}")
        #expect(client.message() == "{\"type\":\"pong\"}")
        server = nil
        #expect(client.message() == "close 1001")
    }
}
