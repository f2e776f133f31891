// Prints one JSON object: how fast simdjson's parse_many goes over a file, in bytes per CPU second of one thread, best of five.
//   yardstick FILE
import EventailJSON
import EventailSystem

guard CommandLine.arguments.count == 2 else {
    print("usage: yardstick FILE")
    fatalError("one file is wanted")
}
let bytes = try FileSystem.read(CommandLine.arguments[1], limit: 4 << 30)
let buffer = ByteBuffer(bytes)
var best = Double.infinity
var documents: Int64 = 0
for _ in 0..<5 {
    let before = ProcessUsage.cpuSeconds()
    guard let count = Yardstick.parseMany(buffer) else { fatalError("the file holds a line that is no JSON") }
    documents = count
    best = min(best, ProcessUsage.cpuSeconds() - before)
}
var json = JSONWriter()
json.object { json in
    json.field("documents", documents)
    json.field("bytes", bytes.count)
    json.field("cpu_seconds", best)
    json.field("bytes_per_cpu_second", Double(bytes.count) / best)
}
print(json.string)
