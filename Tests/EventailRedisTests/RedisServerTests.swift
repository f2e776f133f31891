import EventailRedis
import Testing

@Suite struct RedisServerTests {
    @Test func readsEveryPartOfAURL() throws {
        let server = try RedisServer("rediss://us%40er:pa%3Ass@example.org:7000/3")
        #expect(server.usesTLS)
        #expect(server.username == "us@er")
        #expect(server.password == "pa:ss")
        #expect(server.address == "example.org:7000")
        #expect(server.database == 3)
        #expect(server.description == "rediss://us@er@example.org:7000/3")
    }

    @Test func absentPartsMeanTheirDefaults() throws {
        let server = try RedisServer("redis://")
        #expect(server.address == "localhost:6379")
        #expect(server.database == 0)
        #expect(server.password == nil)
        #expect(try RedisServer("redis://:secret@[::1]:1").address == "[::1]:1")
        #expect(try RedisServer("redis://:secret@h").username == nil)
    }

    @Test func readsUnixSockets() throws {
        let server = try RedisServer("unix:///run/redis.sock?db=2")
        #expect(server.path == "/run/redis.sock")
        #expect(server.database == 2)
    }

    @Test func readsSentinels() throws {
        let server = try RedisServer("rediss-sentinel://:pw@a:1,[::1],c/mymaster/2")
        #expect(server.sentinels == ["a:1", "[::1]:26379", "c:26379"])
        #expect(server.master == "mymaster")
        #expect(server.database == 2)
        #expect(server.usesTLS)
        #expect(server.description == "rediss-sentinel://a:1,[::1]:26379,c:26379/mymaster/2")
    }

    @Test(arguments: ["redis-sentinel://a:1", "redis-sentinel:///m", "redis://h/1/2", "http://h", "h:1", "redis://h:0", "redis://h:x", "redis://h/x", "redis://u@h", "unix://a", "redis://h?ssl=1", "redis://%zz:a@h"])
    func tellsWhatIsNoURL(_ url: String) {
        #expect(throws: RedisServer.Malformed.self) { try RedisServer(url) }
    }
}
