import EventailEvents
import EventailJSON
import EventailRedis
import EventailSystem
import EventailTestSupport
import Testing

@testable import EventailSinks

/// The pieces of the Redis sink that need no server; Tests/Integration/redis.py has the rest.
@Suite struct RedisStreamTests {
    let line = BatchFactory.Line(text: #"{"b":2}"#, texts: [(.agent, "critic"), (.execution, "e1")])

    /// The words of each command in a buffer.
    func commands(_ bytes: [UInt8]) -> [[String]] {
        var parts = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        var found: [[String]] = []
        while let head = parts.popFirst(), head.hasPrefix("*"), let count = Int(head.dropFirst()) {
            found.append((0..<count).compactMap { _ in
                _ = parts.popFirst()
                return parts.popFirst().map(String.init)
            })
        }
        return found
    }

    @Test func anEntryHasTheFieldsOfTheContractInTheirOrder() {
        var factory = BatchFactory()
        let batch = factory.batch([BatchFactory.Line(), line])
        let writer = StreamEntryWriter(stream: "s", mostEntries: 10, catalogue: factory.catalogue)
        var step = RedisStep()
        #expect(writer.write(batch, at: 0, from: 0, into: &step, until: 1 << 20) == 2)
        #expect(step.events == 2)
        #expect(
            commands(step.commands.bytes) == [
                ["XADD", "s", "MAXLEN", "~", "10", "*", "id", "hfile1:0", "type", "agent_completed", "profile", "superagent", "time", "2025-11-21T04:40:00.000Z",
                 "file", "/logs/a.jsonl", "offset", "0", "data", #"{"a":1}"#],
                ["XADD", "s", "MAXLEN", "~", "10", "*", "id", "hfile1:8", "type", "agent_completed", "profile", "superagent", "agent", "critic", "execution", "e1",
                 "time", "2025-11-21T04:40:01.000Z", "file", "/logs/a.jsonl", "offset", "8", "data", #"{"b":2}"#],
            ])
    }

    @Test func aStepEndsWhenItIsFullAndGoesOnBehind() {
        var factory = BatchFactory()
        let batch = factory.batch(Array(repeating: line, count: 100))
        let writer = StreamEntryWriter(stream: "s", mostEntries: 0, catalogue: factory.catalogue)
        var step = RedisStep()
        var (place, events, steps) = (0, 0, 0)
        while place < 100 {
            place = writer.write(batch, at: place, from: batch.events[10].position, into: &step, until: 1000)
            events += step.events
            steps += 1
            step.removeAll()
        }
        #expect(events == 90)
        #expect(steps > 10)
    }

    @Test func theLastCommandIsCutOffForTheScript() {
        var factory = BatchFactory()
        let batch = factory.batch([BatchFactory.Line(), line])
        let writer = StreamEntryWriter(stream: "a stream", mostEntries: 0, catalogue: factory.catalogue)
        var step = RedisStep()
        _ = writer.write(batch, at: 0, from: 0, into: &step, until: 1 << 20)
        let all = commands(step.commands.bytes)
        let last = step.cutLast()
        #expect(commands(step.commands.bytes) == [all[0]])
        #expect(commands(Array("*\(last.count)\r\n".utf8) + last.bytes) == [Array(all[1].dropFirst(2))])
    }

    @Test func aCheckpointIsReadAsItWasStored() {
        let checkpoint = FileCheckpoint(
            identity: FileIdentity(key: "h1~2"), generation: 3, position: 4711, line: 12, fingerprint: Fingerprint(length: 64, hash: .max), path: "/a \"b\".jsonl",
            source: "agents", carryOver: [0, 255, 7])
        let (field, value) = (StoredCheckpoint.field(checkpoint, of: "host-1/x"), StoredCheckpoint.value(checkpoint))
        let parser = TapeParser(capacity: 4096)
        #expect(StoredCheckpoint.read(field: field, value: value, of: "host-1/x", parser) == checkpoint)
        #expect(StoredCheckpoint.read(field: field, value: value, of: "host-2", parser) == nil)
        #expect(StoredCheckpoint.read(field: field, value: Array("{}".utf8), of: "host-1/x", parser) == nil)
    }

    @Test(arguments: [("a", false), ("{a}:b", true), ("{}a", false), ("}{", false)])
    func aHashTagIsTextInBraces(_ stream: String, _ has: Bool) {
        #expect(RedisStreamConfiguration(server: RedisServer(), stream: stream, instance: "i").hasHashTag == has)
    }

    @Test func theTimeIsWrittenAsElsewhere() {
        for nanoseconds: Int64 in [0, 1, -1, 1_763_700_000_123_000_000, 1_763_700_000_123_456_000, 1_763_700_000_123_456_789, Int64.max, Int64.min] {
            let time = Timestamp(nanoseconds: nanoseconds)
            var room = [UInt8](repeating: 0, count: Timestamp.longestRFC3339)
            let count = unsafe room.withUnsafeMutableBufferPointer { unsafe time.writeRFC3339(to: $0.baseAddress!) }
            #expect(String(decoding: room[..<count], as: UTF8.self) == time.rfc3339)
        }
    }
}
