import EventailSystem
import Testing

@testable import EventailServer

@Suite struct RequestTests {
    @Test func requestsSplitAtEveryByteAreTheSame() {
        let text = "POST /a%20b?x=1&y=%2B+z HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX-Long: v \r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nT: t\r\n\r\n"
            + "GET /second HTTP/1.1\r\nHost: h\r\n\r\n"
        let bytes = Array(text.utf8)
        for cut in 1..<bytes.count {
            let parser = RequestParser(headerLimit: 1000, bodyLimit: 1000)
            var found: [Request] = []
            var unread: [UInt8] = []
            for part in [bytes[..<cut], bytes[cut...]] {
                unread += part
                var goesOn = true
                while goesOn && !unread.isEmpty {
                    var used = 0
                    switch unsafe unread.withUnsafeBytes({ unsafe parser.read($0, used: &used) }) {
                    case .request(let request): found.append(request)
                    case .incomplete: goesOn = false
                    case .refused(_, let reason): Issue.record("cut \(cut): \(reason)"); return
                    }
                    unread.removeFirst(used)
                }
            }
            #expect(found.count == 2, "cut at \(cut)")
            if found.count < 2 { continue }
            #expect(found[0].path == "/a b" && found[0].parameters["y"] == "+ z" && String(decoding: found[0].body, as: UTF8.self) == "abcde")
            #expect(found[0].header("x-long") == "v" && found[0].headers.count == 3)
            #expect(found[1].path == "/second" && found[1].body.isEmpty)
        }
    }

    @Test func keepAlivePipeliningAndHead() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nGET /api/v1/sources HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(client.reply()?.body == "{\"status\":\"ok\"}")
        #expect(client.reply()?.body.contains("\"items\":[{\"name\":\"agents\"") == true)
        let head = client.reply(head: true)
        #expect(head?.status == 200 && head?.headers["content-length"] == "15")
        let last = client.get("/healthz", headers: "Connection: close\r\n")
        #expect(last?.headers["connection"] == "close")
        #expect(!client.receive())
    }

    @Test func limitsAreToldAndEndTheConnection() throws {
        let server = try TestServer { $0.headerBytes = 2000; $0.bodyBytes = 100; $0.headerTimeout = .milliseconds(300) }
        let long = try server.client()
        #expect(long.get("/livez", headers: "X: \(String(repeating: "y", count: 3000))\r\n")?.status == 431)
        let large = try server.client()
        large.send("POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 101\r\n\r\n")
        #expect(large.reply()?.status == 413)
        let chunked = try server.client()
        chunked.send("POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n\(String(repeating: "z", count: 128))\r\n0\r\n\r\n")
        #expect(chunked.reply()?.status == 413)
        let slow = try server.client()
        slow.send("GET /livez HTTP/1.1\r\nHo")
        #expect(slow.reply()?.status == 408)
        let broken = try server.client()
        broken.send("this is not HTTP\r\n\r\n")
        #expect(broken.reply()?.status == 400)
        let good = try server.client()
        good.send("POST /api/v1/validate HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        #expect(good.reply()?.status == 100)
        good.send("abc")
        #expect(good.reply()?.body == "{\"bytes\":3}")
    }

    @Test(arguments: [
        ("127.0.0.1", nil, 200), ("localhost:8765", nil, 200), ("[::1]:1", nil, 200), ("LOCALHOST", nil, 200), ("us.example", nil, 200),
        ("evil.example", nil, 421), ("127.0.0.1.evil.example", nil, 421), ("10.0.0.5", nil, 421), ("localhost:x", nil, 421),
        ("localhost:80", "http://localhost", 200), ("localhost:9", "http://localhost:9", 200), ("localhost:9", "http://localhost:8", 403),
        ("localhost", "null", 403), ("localhost", "https://evil.example", 403), ("localhost", "https://good.example", 200),
    ] as [(String, String?, Int)])
    func hostAndOrigin(host: String, origin: String?, status: Int) throws {
        let server = try TestServer { $0.hosts = ["us.example"]; $0.origins = ["https://good.example", "null"] }
        let client = try server.client()
        let header = origin.map { "Origin: \($0)\r\n" } ?? ""
        #expect(client.get("/livez", headers: header, host: host)?.status == status)
        #expect(client.upgrade(headers: header, host: host)?.status == (status == 200 ? 101 : status))
    }

    @Test(arguments: [
        ("http://evil.example/livez", "localhost", 421), ("http://localhost/livez", "evil.example", 200), ("http://evil.example?x", "localhost", 421),
    ])
    func anAbsoluteTargetStandsAboveTheHostHeader(target: String, host: String, status: Int) throws {
        let server = try TestServer()
        #expect(try server.client().get(target, host: host)?.status == status)
    }

    @Test func requestsWithoutHostAreRefused() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET /livez HTTP/1.1\r\n\r\n")
        #expect(client.reply()?.status == 400)
    }

    @Test(arguments: [
        ("/api/v1/events?limit=0", 400, "limit=0: give a whole number from 1 to 1000"), ("/api/v1/metrics?window=2h", 400, "5m, 1h, 24h"),
        ("/api/v1/metrics?windw=5m", 400, "has no parameter \\\"windw\\\""), ("/api/v1/events?cursor=other-5", 400, "epoch e1"),
        ("/api/v1/events?since=yesterday", 400, "2026-11-21T06:30:00Z"), ("/api/v1/events?severity=great", 400, "critical"),
        ("/api/v1/events?status=\(String(repeating: "a,", count: 201))", 400, "at most 200"),
        ("/api/v1/dead-letters?reason=x", 400, "not_json"), ("/api/v1/signals", 404, "nothing at"), ("/openapi.json", 404, "nothing at"),
        ("/api/v1/events?x=%zz", 400, "percent-encoded"), ("/api/v1/metrics", 501, "keeps no figures"),
    ])
    func problemsSayWhatWouldBeRight(target: String, status: Int, words: String) throws {
        let server = try TestServer()
        let reply = try server.client().get(target)
        #expect(reply?.status == status)
        #expect(reply?.headers["content-type"] == "application/problem+json")
        #expect(reply?.body.contains(words) == true, "\(reply?.body ?? "")")
    }

    @Test func listsAreaPagedAndMethodsAreTold() throws {
        let server = try TestServer()
        let client = try server.client()
        let first = client.get("/api/v1/files?limit=2")
        #expect(first?.body.contains("\"next\":\"/2|f2\"") == true)
        #expect(client.get("/api/v1/files?limit=2&cursor=/2%7Cf2")?.body.contains("\"next\":null") == true)
        client.send("DELETE /api/v1/files HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let refused = client.reply()
        #expect(refused?.status == 405 && refused?.headers["allow"] == "GET, HEAD")
        #expect(client.get("/readyz")?.status == 503)
        let page = client.get("/")
        #expect(page?.status == 200 && page?.headers["content-security-policy"]?.contains("default-src 'none'") == true)
    }

    @Test func anUnknownProfileToValidateByIsAProblem() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST /api/v1/validate?profile=nope HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n{}\n")
        let refused = client.reply()
        #expect(refused?.status == 400 && refused?.headers["content-type"] == "application/problem+json")
        #expect(refused?.body.contains("profile=nope: there is no such profile") == true)
        client.send("POST /api/v1/validate?profile=generic HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n{}\n")
        #expect(client.reply()?.body == "{\"bytes\":3}")
    }

    @Test func metricsAreNegotiated() throws {
        let server = try TestServer()
        let client = try server.client()
        let plain = client.get("/metrics")
        #expect(plain?.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(plain?.body.contains("eventail_websocket_dropped_total{reason=\"slow\"} 0") == true)
        for sink in ["history", "clients"] {
            #expect(plain?.body.contains("eventail_end_to_end_latency_seconds_bucket{sink=\"\(sink)\",le=\"+Inf\"} 0\n") == true)
            #expect(plain?.body.contains("eventail_end_to_end_latency_seconds_count{sink=\"\(sink)\"} 0\n") == true)
        }
        let open = client.get("/metrics", headers: "Accept: application/openmetrics-text; version=1.0.0\r\n")
        #expect(open?.body.contains("# TYPE eventail_websocket_dropped counter") == true && open?.body.hasSuffix("# EOF\n") == true)
    }

    @Test func badAddressesAreRefusedWithARemedy() throws {
        let server = try TestServer()
        let taken = server.server.addresses[0].description
        for (listen, words) in [(taken, "in use"), ("0.0.0.0:0", "insecure"), ("nonsense", "host:port"), ("203.0.113.7:0", "insecure")] {
            do {
                _ = try TestServer { $0.listen = [listen] }
                Issue.record("\(listen) must be refused")
            } catch let error as ServerError {
                #expect(error.description.contains(words) && error.description.contains(listen))
            }
        }
    }
}
