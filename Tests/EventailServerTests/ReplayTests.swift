import EventailTestSupport
import Testing

@testable import EventailServer

@Suite(.serialized) struct ReplayTests {
    private func numbers(_ client: TestClient, through last: Int) -> [Int] {
        var found: [Int] = []
        while let message = client.message() {
            guard let range = message.firstRange(of: "\"event\":{\"n\":") else { continue }
            let number = Int(message[range.upperBound...].prefix { $0.isNumber }) ?? 0
            found.append(number)
            if number >= last { break }
        }
        return found
    }

    @Test func historyMemoryAndLiveAreOneRun() throws {
        let folder = try TemporaryFolder()
        let server = try TestServer(history: folder) { $0.recentBytes = 20_000 }
        for _ in 0..<150 { server.publish((0..<10).map { .init(execution: $0 % 2 == 0 ? "odd" : "even", pad: 50) }) }
        let epoch = server.hub.epoch
        let since = try server.subscriber("{\"type\":\"subscribe\",\"id\":\"s\",\"executionId\":\"odd\",\"since\":\"\(epoch)-5\"}")
        server.publish([.init(execution: "odd")])
        #expect(numbers(since, through: 1501) == Array(stride(from: 7, through: 1501, by: 2)))
        let last = try server.subscriber("{\"type\":\"subscribe\",\"id\":\"l\",\"executionId\":\"even\",\"last\":400}")
        #expect(numbers(last, through: 1500) == Array(stride(from: 702, through: 1500, by: 2)))
        let all = try server.subscriber("{\"type\":\"subscribe\",\"id\":\"a\",\"all\":true,\"since\":\"\(epoch)-0\"}")
        var message = all.message()
        if message == "{\"type\":\"pong\"}" { message = all.message() }
        #expect(message?.contains("\"replayed\":1501,\"recovered\":true") == true)
        #expect(numbers(all, through: 1501) == Array(1...1501))
        let page = try server.client().get("/api/v1/events?after=\(epoch)-100&until=\(epoch)-103&limit=10")
        #expect(page?.body.components("\"cursor\"") == 3 && page?.body.contains("\"next\":null") == true)
        #expect(try server.client().get("/api/v1/executions/odd/events?limit=1")?.body.contains("\"cursor\":\"\(epoch)-1501\"") == true)
    }

    @Test func theEpochOutlivesARestart() throws {
        let folder = try TemporaryFolder()
        var first: TestServer? = try TestServer(history: folder)
        first!.publish(Array(repeating: .init(), count: 20))
        let epoch = first!.hub.epoch
        first = nil
        let second = try TestServer(history: folder)
        let client = try second.subscriber("{\"type\":\"subscribe\",\"all\":true,\"since\":\"\(epoch)-10\"}")
        #expect(numbers(client, through: 20) == Array(11...20))
        let newest = try second.subscriber("{\"type\":\"subscribe\",\"executionId\":\"exec-1\",\"last\":4}")
        #expect(numbers(newest, through: 20) == [17, 18, 19, 20])
    }
}
