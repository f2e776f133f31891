import EventailEvents
import EventailSystem

/// Makes event batches by hand, for tests of what consumes events.
struct BatchBuilder {
    /// A role and its value, as tests write them.
    enum Value: Sendable, ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
        case text(String)
        case number(Double)
        init(stringLiteral value: String) { self = .text(value) }
        init(floatLiteral value: Double) { self = .number(value) }
        init(integerLiteral value: Int) { self = .number(Double(value)) }
    }
    struct Part: Sendable {
        var meaning: Meaning
        var status: Status
        var waitsForHuman: Bool
        var roles: [(Role, Value)]
        init(_ meaning: Meaning, status: Status = .none, waitsForHuman: Bool = false, _ roles: [(Role, Value)]) {
            self.meaning = meaning
            self.status = status
            self.waitsForHuman = waitsForHuman
            self.roles = roles
        }
    }

    let batch: EventBatch
    private var position: Int64 = 0

    init(file: String = "a.jsonl", number: Int = 1) {
        let reference = FileReference(number: number, identity: FileIdentity(key: "h\(file)"), generation: 0, path: file, source: "test")
        batch = EventBatch(file: reference, buffer: ByteBuffer([]), start: 0, end: 0, readTime: 0)
    }

    /// Appends a line; `time` is in nanoseconds.
    mutating func add(
        _ type: UInt16, time: Int64, meaning: Meaning = .note, status: Status = .none, usage: UsageMode = .delta, accounting: Accounting = .leaf,
        waitsForHuman: Bool = false, _ roles: [(Role, Value)] = [], parts: [Part] = []
    ) {
        var event = Event()
        event.type = type
        event.time = time
        event.meaning = meaning
        event.status = status
        event.usage = usage
        event.accounting = accounting
        event.waitsForHuman = waitsForHuman
        event.position = position
        event.line = Int64(batch.events.count + 1)
        position += 100
        (event.firstValue, event.valueCount) = append(roles)
        event.firstPart = UInt32(batch.parts.count)
        event.partCount = UInt16(parts.count)
        for part in parts {
            var made = EventPart()
            made.meaning = part.meaning
            made.status = part.status
            made.waitsForHuman = part.waitsForHuman
            (made.firstValue, made.valueCount) = append(part.roles)
            batch.parts.append(made)
        }
        batch.events.append(event)
    }

    private func append(_ roles: [(Role, Value)]) -> (UInt32, UInt16) {
        let first = batch.values.count
        for (role, value) in roles {
            switch value {
            case .text(let text):
                let bytes = Array(text.utf8)
                batch.values.append(RoleValue(role, offset: batch.text.count, length: bytes.count))
                batch.text.append(contentsOf: bytes)
            case .number(let number): batch.values.append(RoleValue(role, number: number))
            }
        }
        return (UInt32(first), UInt16(roles.count))
    }
}
