internal import EventailEvents
internal import EventailJSON
internal import EventailKafka
internal import EventailSystem

/// The records of a sink in its checkpoint topic: one a file, each with what the sink has of it.
///
///     key     <transactional id>/<identity of the file>
///     value   a checkpoint as JSON, `FileCheckpoint.write`
///
/// They are in the same transaction as the events that they pass, so what is committed is the truth. *Limits*: the topic is compacted, so it holds
/// about one record a file that the sink ever read.
struct KafkaCheckpoints {
    let topic: String
    let transactionalID: String

    /// How long reading may stand still: another sink's open transaction holds up readers of the same partition.
    static let stall: Duration = .seconds(15)

    func key(of checkpoint: FileCheckpoint) -> [UInt8] { Array((prefix + checkpoint.identity.key).utf8) }

    func value(of checkpoint: FileCheckpoint) -> [UInt8] {
        var json = JSONWriter(reserving: 512)
        checkpoint.write(into: &json)
        return json.bytes
    }

    private var prefix: String { transactionalID + "/" }

    /// Reads what this sink has committed, up to what the topic holds now. Called after the producer's start has ended what an older one left open.
    func read(_ settings: KafkaSettings, label: String, within time: Duration) throws(KafkaError) -> [FileCheckpoint] {
        let consumer = try KafkaConsumer(settings, label: label)
        let count = try consumer.partitions(of: topic, within: time)
        try consumer.assign((0..<count).map { KafkaPlace(topic: topic, partition: Int32($0), offset: 0) })
        var found: [String: FileCheckpoint] = [:]
        var ends: [Int32: Int64] = [:]
        var wanted: [Int32: Int64] = [:]
        let parser = TapeParser(capacity: 4 << 10)
        let start = Array(prefix.utf8)
        var deadline = Timestamp.monotonicNanoseconds() + Self.stall.nanoseconds
        while true {
            var moved = false
            consumer.poll(within: .milliseconds(10), notice: { notice in
                guard case .end(let place) = notice else { return }
                moved = moved || ends[place.partition] != place.offset
                ends[place.partition] = place.offset
                // The end as it was when this began: what is written meanwhile is not this sink's.
                if wanted[place.partition] == nil { wanted[place.partition] = consumer.knownEnd(of: topic, partition: place.partition) }
            }, { message in
                moved = true
                guard let key = message.key, key.starts(with: start) else { return }
                let identity = String(decoding: key.dropFirst(start.count), as: UTF8.self)
                if let value = message.value, case .success(let document) = parser.parse(value), let checkpoint = FileCheckpoint(document.root) {
                    found[identity] = checkpoint
                } else {
                    found[identity] = nil
                }
            })
            let isComplete = (0..<Int32(count)).allSatisfy { partition in
                guard let end = ends[partition], let wanted = wanted[partition] else { return false }
                return end >= wanted
            }
            if isComplete { return Array(found.values) }
            let now = Timestamp.monotonicNanoseconds()
            if moved { deadline = now + Self.stall.nanoseconds }
            if now >= deadline {
                throw KafkaError(
                    kind: .temporary, code: consumer.lastError?.code ?? 0, name: consumer.lastError?.name ?? "_TIMED_OUT",
                    reason: "topic \(topic) cannot be read to its end\(consumer.lastError.map { ": \($0.reason)" } ?? "")",
                    remedy: consumer.lastError?.remedy ?? "see whether another producer left a transaction open; it is tried again")
            }
        }
    }
}
