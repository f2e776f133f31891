// Prints one JSON object: how fast something goes over a file, in bytes per CPU second of one thread, best of five.
//   yardstick FILE          simdjson's parse_many
//   yardstick redact FILE   redaction with everything on, line by line; also what it found, by kind
import EventailJSON
import EventailRedact
import EventailSystem

let arguments = CommandLine.arguments
guard arguments.count == 2 || arguments.count == 3 && arguments[1] == "redact" else {
    print("usage: yardstick [redact] FILE")
    fatalError("one file is wanted")
}
let bytes = try FileSystem.read(arguments[arguments.count - 1], limit: 4 << 30)
let buffer = ByteBuffer(bytes)
var best = Double.infinity
var documents: Int64 = 0
var hits: [String: Int] = [:]
let trial = RedactionTrial(RedactionRules(patterns: Set(RedactionPattern.allCases), secretKeys: true))
for _ in 0..<5 {
    let before = ProcessUsage.cpuSeconds()
    if arguments.count == 3 {
        (documents, hits) = trial.run(buffer)
    } else {
        guard let count = Yardstick.parseMany(buffer) else { fatalError("the file holds a line that is no JSON") }
        documents = count
    }
    best = min(best, ProcessUsage.cpuSeconds() - before)
}
var json = JSONWriter()
json.object { json in
    json.field("documents", documents)
    json.field("bytes", bytes.count)
    json.field("cpu_seconds", best)
    json.field("bytes_per_cpu_second", Double(bytes.count) / best)
    for (kind, count) in hits.sorted(by: { $0.key < $1.key }) { json.field(kind, count) }
}
print(json.string)
