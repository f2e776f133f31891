// Prints one JSON object: what folding a file's events into the figures and taking the changes cost, in nanoseconds of an event, and how many bytes
// of state that makes.
//   foldbench FILE [ROUNDS] [BATCHES]      a commit every BATCHES batches of 256 KiB; without it one at the end
import EventailAggregate
import EventailEvents
import EventailJSON
import EventailSystem

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
    print("usage: foldbench FILE [ROUNDS] [BATCHES]")
    fatalError("a file is wanted")
}
let rounds = arguments.count > 2 ? Int(arguments[2]) ?? 3 : 3
let each = arguments.count > 3 ? Int(arguments[3]) ?? Int.max : Int.max

/// A state that remembers nothing but how large its rows are.
final class CountedRows: StoredState {
    func value(kind: UInt8, key: [UInt8]) throws -> [UInt8]? { nil }
    func values(kind: UInt8, from: [UInt8], to: [UInt8], limit: Int) throws -> [(key: [UInt8], value: [UInt8])] { [] }
}

let profiles = try ProfileSet(catalogue: Catalogue())
let prices = try PriceTable(yaml: Resource.bytes("prices.yaml") ?? [])
var lines: [LineBatch] = []
let reader = LineBatchReader(try Descriptor.open(arguments[1], .read), path: arguments[1], countsUnfinishedLine: true)
while let batch = try reader.next() { lines.append(batch) }

var bestFold = Int64.max, bestTake = Int64.max
var events: Int64 = 0
var bytes: [UInt8: Int] = [:]
for _ in 0..<rounds {
    let aggregator = try Aggregator(configuration: AggregatorConfiguration(prices: prices), catalogue: profiles.catalogue, state: CountedRows())
    let extractor = try Extractor(profiles: profiles, choice: .auto)
    let context = FileContext()
    var folding: Int64 = 0, taking: Int64 = 0
    events = 0
    bytes = [:]
    for number in lines.indices {
        // Just before, so that the events lie in the processor's cache as they do when lines are taken live.
        let batch = extractor.extract(lines[number], context)
        events += Int64(batch.events.count)
        let start = Timestamp.monotonicNanoseconds()
        aggregator.fold(batch)
        let middle = Timestamp.monotonicNanoseconds()
        folding += middle - start
        if (number + 1) % each != 0 && number + 1 < lines.count && !aggregator.needsCommit { continue }
        let changes = try aggregator.takeChanges()
        taking += Timestamp.monotonicNanoseconds() - middle
        for change in changes { bytes[change.kind, default: 0] += change.key.count + (change.value?.count ?? 0) }
    }
    bestFold = min(bestFold, folding)
    bestTake = min(bestTake, taking)
}
var json = JSONWriter()
json.object { json in
    json.field("events", events)
    json.field("fold_ns", Double(bestFold) / Double(events))
    json.field("take_ns", Double(bestTake) / Double(events))
    json.field("bytes", bytes.values.reduce(0, +))
    json.field("bytes_by_kind", object: { json in for (kind, count) in bytes.sorted(by: { $0.key < $1.key }) { json.field("\(kind)", count) } })
}
print(json.string)
