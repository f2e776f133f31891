// A Kafka client with nothing around it, over the lines of a file: what the sink is compared with. Prints one JSON object.
//   kafkabare FILE BROKERS TOPIC transactions|idempotent BYTES LINGER_MS COMPRESSION
// Everything is prepared before the clock starts; each line goes with a key and the six headers of the contract, BYTES of lines a transaction,
// each with one record for `TOPIC-checkpoints`.
import EventailJSON
import EventailKafka
import EventailSystem

let arguments = CommandLine.arguments
guard arguments.count == 8, let most = Int(arguments[5]) else { fatalError("usage: kafkabare FILE BROKERS TOPIC transactions|idempotent BYTES LINGER_MS COMPRESSION") }
let (path, topic, isTransactional) = (arguments[1], arguments[3], arguments[4] == "transactions")
let content = ByteBuffer(try FileSystem.read(path, limit: 4 << 30))

/// Where a line and its made header values lie.
struct Prepared {
    let line: Range<Int>
    let identifier: Range<Int>
    let offset: Range<Int>
}

var prepared: [Prepared] = []
var texts: [UInt8] = []
let identity = Array("h1234567.0000000123456789abcdef0123456789abcdef0123:".utf8)
var start = 0
while start < content.count {
    let length = unsafe ByteSearch.first(0x0A, in: content.base + start, count: content.count - start)
    let end = length < 0 ? content.count : start + length
    let from = texts.count
    texts += identity
    let digits = texts.count
    texts += Array("\(start)".utf8)
    prepared.append(Prepared(line: start..<end, identifier: from..<texts.count, offset: digits..<texts.count))
    start = end + 1
}

var settings = KafkaSettings([
    ("bootstrap.servers", arguments[2]), ("enable.idempotence", "true"), ("delivery.report.only.error", "true"), ("linger.ms", arguments[6]),
    ("compression.codec", arguments[7]), ("queue.buffering.max.messages", "50000"), ("queue.buffering.max.kbytes", "65536"),
])
if isTransactional { settings.set("transactional.id", "bare") }
let producer = try KafkaProducer(settings, headers: ["eventail-id", "type", "profile", "agent", "file", "offset"], label: "bare")
// As many keys as a few agents have, so that all partitions are used.
let agents = (0..<16).map { ByteBuffer(Array("agent-\($0)".utf8)) }
let shared = ["agent_completed", "superagent", "", path, "{\"identity\":\"h1234567\",\"position\":123456789,\"line\":1,\"path\":\"\(path)\"}"].map { ByteBuffer(Array($0.utf8)) }
let numbers = (producer.topic(topic), producer.topic(topic + "-checkpoints"))
let made = ByteBuffer(texts)

func slice(_ buffer: ByteBuffer, _ range: Range<Int>) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: buffer.base + range.lowerBound, count: range.count)
}

let began = Timestamp.monotonicNanoseconds()
let cpu = ProcessUsage.cpuSeconds()
if isTransactional { try producer.initTransactions(within: .seconds(10)) }
var index = 0
while index < prepared.count {
    if isTransactional { try producer.beginTransaction() }
    var bytes = 0
    while index < prepared.count && bytes < most {
        let event = prepared[index]
        unsafe producer.set(header: 0, slice(made, event.identifier))
        let agent = agents[index % agents.count]
        for place in [0, 1, 3] { unsafe producer.set(header: place + 1, slice(shared[place], 0..<shared[place].count)) }
        unsafe producer.set(header: 3, slice(agent, 0..<agent.count))
        unsafe producer.set(header: 5, slice(made, event.offset))
        try unsafe producer.produce(numbers.0, key: slice(agent, 0..<agent.count), value: slice(content, event.line), token: index + 1)
        bytes += event.line.count + 1
        index += 1
    }
    if !isTransactional { continue }
    producer.clearHeaders()
    try unsafe producer.produce(numbers.1, key: slice(agents[0], 0..<agents[0].count), value: slice(shared[4], 0..<shared[4].count), token: 0)
    try producer.commitTransaction(within: .seconds(30))
}
try producer.flush(stall: .seconds(30))
precondition(producer.takeFailures().isEmpty, "every message is delivered")
let seconds = Double(Timestamp.monotonicNanoseconds() - began) / 1e9
var json = JSONWriter()
json.object { json in
    json.field("events", prepared.count)
    json.field("bytes", content.count)
    json.field("seconds", seconds)
    json.field("cpu_seconds", ProcessUsage.cpuSeconds() - cpu)
    json.field("events_per_second", Double(prepared.count) / seconds)
}
print(json.string)
