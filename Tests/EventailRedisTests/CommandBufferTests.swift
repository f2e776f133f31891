import EventailRedis
import Testing

@Suite struct CommandBufferTests {
    @Test func writesArraysOfBulkStrings() {
        let buffer = CommandBuffer(capacity: 4)
        buffer.begin(4)
        buffer.add("SET")
        buffer.add(text: "a\r\nü")
        buffer.add([0, 255])
        buffer.add(-120)
        #expect(buffer.bytes == Array("*4\r\n$3\r\nSET\r\n$5\r\na\r\nü\r\n$2\r\n".utf8) + [0, 255] + Array("\r\n$4\r\n-120\r\n".utf8))
    }

    @Test(arguments: [0, 7, 10, -1, Int64.max, Int64.min])
    func writesEveryNumber(_ number: Int64) {
        let buffer = CommandBuffer()
        buffer.begin(1)
        buffer.add(number)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == "*1\r\n$\("\(number)".utf8.count)\r\n\(number)\r\n")
    }

    @Test func takesWhatWaitsInAnother() {
        let (buffer, other) = (CommandBuffer(), CommandBuffer())
        buffer.command(["A"])
        other.command(["B"])
        buffer.take(other)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == "*1\r\n$1\r\nA\r\n*1\r\n$1\r\nB\r\n")
        #expect(other.count == 0)
    }
}
