import EventailEvents

/// A hash of everything in event batches.
struct Digest {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var rejections = 0

    private mutating func add(_ number: UInt64) { hash = (hash ^ number) &* 0x0000_0100_0000_01B3 &+ hash >> 29 }
    private mutating func add(_ text: some Sequence<UInt8>) {
        for byte in text { add(UInt64(byte)) }
        add(256)
    }

    mutating func add(_ batch: EventBatch) {
        for event in batch.events {
            add(UInt64(bitPattern: event.time))
            add(UInt64(bitPattern: event.position))
            add(UInt64(bitPattern: event.line))
            add(UInt64(event.start) << 32 | UInt64(event.length))
            add(UInt64(event.partCount) << 32 | UInt64(event.valueCount) << 16 | UInt64(event.type))
            add(UInt64(event.meaning.rawValue) << 32 | UInt64(event.status.rawValue) << 24 | UInt64(event.severity.rawValue) << 16)
            add(UInt64(event.priority.rawValue) << 32 | UInt64(event.usage.rawValue) << 24 | UInt64(event.accounting.rawValue) << 16)
            add((event.timeMissing ? 1 : 0) | (event.waitsForHuman ? 2 : 0))
            addValues(Int(event.firstValue), Int(event.valueCount), batch)
            for index in Int(event.firstPart)..<Int(event.firstPart) + Int(event.partCount) {
                let part = batch.parts[index]
                add(UInt64(part.meaning.rawValue) << 32 | UInt64(part.status.rawValue) << 24 | (part.waitsForHuman ? 1 : 0))
                addValues(Int(part.firstValue), Int(part.valueCount), batch)
            }
        }
        for rejection in batch.rejections {
            rejections += 1
            add(UInt64(rejection.reason.rawValue))
            add(UInt64(bitPattern: rejection.position))
            add(UInt64(bitPattern: rejection.line))
            add(UInt64(rejection.start) << 32 | UInt64(rejection.length))
            for text in [rejection.profile, rejection.location, rejection.keyword, rejection.message] { add(text.utf8) }
        }
        add(UInt64(batch.blankLines))
        add(UInt64(bitPattern: batch.validBytes))
        add(UInt64(bitPattern: batch.nextLine))
        add(batch.carryOver)
    }

    private mutating func addValues(_ first: Int, _ count: Int, _ batch: EventBatch) {
        for index in first..<first + count {
            let value = batch.values[index]
            add(UInt64(value.role.rawValue))
            if value.role.isNumber { add(value.number.bitPattern) } else { add(batch.text[value.offset..<value.offset + value.length]) }
        }
    }
}
