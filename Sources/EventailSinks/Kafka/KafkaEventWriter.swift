internal import EventailEvents
internal import EventailKafka
internal import EventailSystem

/// Makes messages of events (CONTRACT section 6): value the line, key the execution else the agent, headers, the topic of its profile.
///
/// Nothing is copied but what librdkafka copies: the value's bytes stay in the batch, which must stay until they are delivered. *Owns* the bytes of
/// types and profiles it has seen. *Thread*: one. *Limits*: the catalogue's types.
@safe final class KafkaEventWriter {
    /// The last two stand only where a hub needs them to read the line alone: its time when it has none of its own, and what was remembered of the file
    /// before it.
    static let headers = ["eventail-id", "type", "profile", "agent", "file", "offset", "time", "context"]

    private let catalogue: Catalogue
    private let producer: KafkaProducer
    private let topic: Int
    private let topics: [String: Int]
    /// By the event's type number.
    private var kinds: [Kind?] = []
    /// What a batch's events share, the path and the beginning of made ids, with room for digits behind.
    private var shared = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 1)
    private static let mostDigits = 20
    private var time = UnsafeMutableRawBufferPointer.allocate(byteCount: Timestamp.longestRFC3339, alignment: 1)
    private var context = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 1)

    @safe private struct Kind {
        let type: UnsafeRawBufferPointer
        let profile: UnsafeRawBufferPointer
        let topic: Int
    }

    init(_ configuration: KafkaSinkConfiguration, catalogue: Catalogue, to producer: KafkaProducer) {
        self.catalogue = catalogue
        self.producer = producer
        topic = producer.topic(configuration.topic)
        topics = configuration.topics.mapValues { producer.topic($0) }
    }

    deinit {
        unsafe shared.deallocate()
        unsafe time.deallocate()
        unsafe context.deallocate()
        for case let kind? in kinds {
            unsafe kind.type.deallocate()
            unsafe kind.profile.deallocate()
        }
    }

    /// Queues the events of a batch at or behind a position that `isWanted`; each has `firstToken` plus its index as token. One that can never be sent
    /// goes to `refused`.
    func write(
        _ batch: EventBatch, from position: Int64, firstToken: Int, isWanted: (Int) -> Bool, refused: (Int, KafkaError) -> Void
    ) throws(KafkaError) {
        let path = Array(batch.originFile.path.utf8)
        let idStart = Array((batch.originFile.stableKey + ":").utf8)
        let digits = path.count + idStart.count
        if unsafe shared.count < digits + Self.mostDigits {
            unsafe shared.deallocate()
            unsafe shared = .allocate(byteCount: 2 * (digits + Self.mostDigits), alignment: 1)
        }
        unsafe shared.copyBytes(from: path)
        unsafe UnsafeMutableRawBufferPointer(rebasing: shared[path.count...]).copyBytes(from: idStart)
        let whole = unsafe UnsafeRawBufferPointer(shared)
        unsafe producer.set(header: 4, UnsafeRawBufferPointer(rebasing: whole[..<path.count]))
        let values = batch.values
        let hasContexts = !batch.contexts.isEmpty
        try unsafe batch.text.withUnsafeBufferPointer { bytes throws(KafkaError) in
            let text = UnsafeRawBufferPointer(bytes)
            for (index, event) in batch.events.enumerated() where event.position >= position {
                let token = firstToken + index
                if !isWanted(token) { continue }
                let kind = kind(event.type)
                var id: UnsafeRawBufferPointer?
                var agent: UnsafeRawBufferPointer?
                var execution: UnsafeRawBufferPointer?
                for place in Int(event.firstValue)..<Int(event.firstValue) + Int(event.valueCount) {
                    let value = values[place]
                    switch value.role {
                    case .id: if unsafe id == nil { unsafe id = Self.slice(text, value) }
                    case .agent: if unsafe agent == nil { unsafe agent = Self.slice(text, value) }
                    case .execution: if unsafe execution == nil { unsafe execution = Self.slice(text, value) }
                    default: break
                    }
                }
                let count = writeDigits(batch.origin == nil ? event.position : batch.originPosition(of: event), at: digits)
                unsafe producer.set(header: 0, id ?? UnsafeRawBufferPointer(rebasing: whole[path.count..<digits + count]))
                unsafe producer.set(header: 1, kind.type)
                unsafe producer.set(header: 2, kind.profile)
                if let agent = unsafe agent { unsafe producer.set(header: 3, agent) } else { producer.clear(header: 3) }
                unsafe producer.set(header: 5, UnsafeRawBufferPointer(rebasing: whole[digits..<digits + count]))
                set(time: event)
                set(context: hasContexts ? batch.context(before: index) : [])
                let line = unsafe UnsafeRawBufferPointer(start: batch.buffer.base + Int(event.start), count: Int(event.length))
                do throws(KafkaError) {
                    try unsafe producer.produce(kind.topic, key: execution ?? agent ?? UnsafeRawBufferPointer(start: nil, count: 0), value: line, token: token)
                } catch {
                    if error.kind != .refused { throw error }
                    refused(token, error)
                }
            }
        }
    }

    private static func slice(_ text: UnsafeRawBufferPointer, _ value: RoleValue) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: text[value.offset..<value.offset + value.length])
    }

    private func set(time event: Event) {
        guard event.timeMissing, let start = unsafe time.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return producer.clear(header: 6) }
        let length = unsafe Timestamp(nanoseconds: event.time).writeRFC3339(to: start)
        unsafe producer.set(header: 6, UnsafeRawBufferPointer(rebasing: time[..<length]))
    }

    private func set(context bytes: [UInt8]) {
        if bytes.isEmpty { return producer.clear(header: 7) }
        if unsafe context.count < bytes.count {
            unsafe context.deallocate()
            unsafe context = .allocate(byteCount: 2 * bytes.count, alignment: 1)
        }
        unsafe context.copyBytes(from: bytes)
        unsafe producer.set(header: 7, UnsafeRawBufferPointer(rebasing: context[..<bytes.count]))
    }

    /// Writes a number behind what a batch's events share; answers how many digits it has.
    private func writeDigits(_ number: Int64, at start: Int) -> Int {
        var rest = UInt64(number)
        var count = 1
        var bound: UInt64 = 10
        while count < Self.mostDigits - 1 && rest >= bound {
            count += 1
            bound *= 10
        }
        for place in stride(from: start + count - 1, through: start, by: -1) {
            unsafe shared[place] = UInt8(0x30 + rest % 10)
            rest /= 10
        }
        return count
    }

    private func kind(_ number: UInt16) -> Kind {
        if Int(number) < kinds.count, let known = kinds[Int(number)] { return known }
        let entry = catalogue.entry(number)
        let made = unsafe Kind(type: Self.kept(entry.type), profile: Self.kept(entry.profile), topic: topics[entry.profile] ?? topic)
        while kinds.count <= Int(number) { kinds.append(nil) }
        kinds[Int(number)] = made
        return made
    }

    private static func kept(_ text: String) -> UnsafeRawBufferPointer {
        let bytes = Array(text.utf8)
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        unsafe room.copyBytes(from: bytes)
        return unsafe UnsafeRawBufferPointer(rebasing: room[..<bytes.count])
    }
}
