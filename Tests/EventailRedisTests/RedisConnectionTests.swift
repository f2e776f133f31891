import EventailRedis
import Testing

@Suite(.enabled(if: RunningRedis.program != nil, "redis-server is not installed")) struct RedisConnectionTests {
    @Test func answersInTheOrderOfTheCommands() throws {
        let redis = try RunningRedis()
        let connection = try redis.connection()
        for number in 0..<10_000 { connection.commands.command(["RPUSH", "list", "\(number)"]) }
        connection.commands.command(["LRANGE", "list", "0", "-1"])
        try connection.send()
        for number in 1...10_000 { #expect(try connection.receive().integer == Int64(number)) }
        let list = try connection.receive()
        #expect(list.count == 10_000)
        #expect(list.elements.compactMap(\.text) == (0..<10_000).map(String.init))
    }

    @Test func walksNestedReplies() throws {
        let redis = try RunningRedis()
        let connection = try redis.connection()
        try connection.call(["XADD", "s", "1-1", "a", "1", "b", ""])
        try connection.call(["XADD", "s", "1-2", "c", "3"])
        let streams = try connection.call(["XREAD", "STREAMS", "s", "0"])
        let entries = streams[0]?[1]
        #expect(streams[0]?[0]?.text == "s")
        #expect(entries?.elements.compactMap { $0[0]?.text } == ["1-1", "1-2"])
        #expect(entries?[0]?[1]?.elements.compactMap(\.text) == ["a", "1", "b", ""])
        #expect(try connection.call(["GET", "nothing"]).isNull)
    }

    @Test func anErrorIsAValueAndTheConnectionGoesOn() throws {
        let redis = try RunningRedis()
        let connection = try redis.connection()
        try connection.call(["SET", "text", "a"])
        #expect(try connection.answer(["XADD", "text", "*", "a", "b"]).refusal?.code == "WRONGTYPE")
        #expect(throws: RedisError.self) { try connection.call(["XADD", "text", "*", "a", "b"]) }
        #expect(try connection.call(["PING"]).text == "PONG")
    }

    @Test func asksForThePasswordAndTheDatabase() throws {
        let redis = try RunningRedis(["--requirepass", "secret", "--user", "ann", "on", ">word", "~*", "+@all"])
        #expect(throws: RedisError.self) { try redis.connection { $0.password = "wrong" } }
        #expect(throws: RedisError.self) { try redis.connection { $0.database = 1 } }
        let connection = try redis.connection { $0.password = "secret" }
        try connection.call(["SET", "in", "0"])
        let other = try redis.connection { ($0.username, $0.password, $0.database) = ("ann", "word", 2) }
        #expect(try other.call(["GET", "in"]).isNull)
        #expect(throws: RedisError.self) { try redis.connection { ($0.password, $0.database) = ("secret", 99) } }
    }

    @Test func aServerThatIsGoneIsUnreachable() throws {
        var server = RedisServer()
        server.path = "/nowhere/socket"
        #expect(throws: RedisError.self) { try RedisConnection(server).open() }
        let connection: RedisConnection
        do {
            let redis = try RunningRedis()
            connection = try redis.connection()
        }
        #expect(throws: RedisError.self) { try connection.call(["PING"]) }
        #expect(!connection.isOpen)
    }
}
