// Prints one JSON object: how long a bare client takes to send commands that are already written, and to read all replies.
//   redisyardstick URL FILE COUNT      FILE holds COUNT commands in the protocol's form
import EventailJSON
import EventailRedis
import EventailSystem

guard CommandLine.arguments.count == 4, let count = Int(CommandLine.arguments[3]) else {
    print("usage: redisyardstick URL FILE COUNT")
    fatalError("a server, a file and a number are wanted")
}
let bytes = try FileSystem.read(CommandLine.arguments[2], limit: 4 << 30)
let connection = RedisConnection(try RedisServer(CommandLine.arguments[1]))
try connection.open()
/// As much as the sink sends at once, and as much again under way.
let chunk = 1 << 20
let commands = CommandBuffer(capacity: chunk)
let (began, cpu) = (Timestamp.monotonicNanoseconds(), ProcessUsage.cpuSeconds())
var place = 0
var received = 0
while place < bytes.count {
    let end = min(place + chunk, bytes.count)
    unsafe bytes.withUnsafeBytes { unsafe commands.add(raw: UnsafeRawBufferPointer(rebasing: $0[place..<end])) }
    try connection.send(commands)
    // Replies to about what was sent before the last chunk.
    let due = Int(Double(place) / Double(bytes.count) * Double(count))
    while received < due {
        if let refusal = try connection.receive().refusal { throw refusal }
        received += 1
    }
    place = end
}
while received < count {
    if let refusal = try connection.receive().refusal { throw refusal }
    received += 1
}
var json = JSONWriter()
json.object { json in
    json.field("seconds", Double(Timestamp.monotonicNanoseconds() - began) / 1e9)
    json.field("cpu_seconds", ProcessUsage.cpuSeconds() - cpu)
    json.field("commands", count)
}
print(json.string)
