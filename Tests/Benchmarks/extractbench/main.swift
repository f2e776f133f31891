// Prints one JSON object: what extraction (parse, recognise, validate, roles) costs beside simdjson's parse_many, best of ROUNDS, in CPU time.
//   extractbench FILE [ROUNDS [PROFILE]]
// `digest` is a hash of all that was extracted: the same before and after a change that only makes it faster.
import EventailEvents
import EventailJSON
import EventailSystem

guard CommandLine.arguments.count >= 2 else {
    print("usage: extractbench FILE [ROUNDS [PROFILE]]")
    fatalError("a file is wanted")
}
let rounds = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 5 : 5
let choice = CommandLine.arguments.count > 3 ? ProfileChoice.named(CommandLine.arguments[3]) : .auto

let beforeStart = ProcessUsage.cpuSeconds()
let profiles = try ProfileSet(catalogue: Catalogue())
let profilesRead = ProcessUsage.cpuSeconds()
let extractor = try Extractor(profiles: profiles, choice: choice)
let started = ProcessUsage.cpuSeconds()

let bytes = try FileSystem.read(CommandLine.arguments[1], limit: 4 << 30)
let file = FileReference(number: 1, identity: FileIdentity(key: "benchmark"), generation: 0, path: CommandLine.arguments[1], source: "benchmark")
let batches = LineCutter(bytes, of: file).batches()
let whole = ByteBuffer(bytes)

var parseMany = Double.infinity
for _ in 0..<(rounds > 1 ? rounds : 0) {
    let before = ProcessUsage.cpuSeconds()
    guard Yardstick.parseMany(whole) != nil else { break }
    parseMany = min(parseMany, ProcessUsage.cpuSeconds() - before)
}

var best = Double.infinity
var events = 0
var digest = Digest()
for round in 0..<rounds {
    let context = FileContext()
    events = 0
    var seconds = 0.0
    for lines in batches {
        let before = ProcessUsage.cpuSeconds()
        let batch = extractor.extract(lines, context)
        seconds += ProcessUsage.cpuSeconds() - before
        events += batch.events.count
        if round == rounds - 1 { digest.add(batch) }
    }
    best = min(best, seconds)
}
var json = JSONWriter()
json.object { json in
    json.field("profiles_ms", (profilesRead - beforeStart) * 1e3)
    json.field("extractor_ms", (started - profilesRead) * 1e3)
    json.field("events", events)
    json.field("rejections", digest.rejections)
    json.field("parse_many_ns", parseMany / Double(events) * 1e9)
    json.field("extract_ns", best / Double(events) * 1e9)
    json.field("extract_bytes_per_cpu_second", Double(bytes.count) / best)
    json.field("ratio", parseMany / best)
    json.field("digest", String(digest.hash, radix: 16))
}
print(json.string)
