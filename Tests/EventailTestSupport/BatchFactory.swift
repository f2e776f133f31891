public import EventailEvents
internal import EventailSystem

/// Makes batches as an extractor would: lines of a file with roles.
public struct BatchFactory {
    public let catalogue = Catalogue()
    public var file = FileReference(number: 1, identity: FileIdentity(key: "hfile1"), generation: 0, path: "/logs/a.jsonl", source: "agents")
    public var position: Int64 = 0
    public var line: Int64 = 1
    public var sequence: Int64 = 1
    public var time: Int64 = 1_763_700_000_000_000_000

    public struct Line {
        public var text = #"{"a":1}"#
        public var profile = "superagent"
        public var type = "agent_completed"
        public var texts: [(Role, String)] = []
        public var numbers: [(Role, Double)] = []
        public var status = Status.success
        public var severity = Severity.info
        public var meaning = Meaning.agentEnd
        public var parts: [[(Role, String)]] = []

        public init(
            text: String = #"{"a":1}"#, profile: String = "superagent", type: String = "agent_completed", texts: [(Role, String)] = [],
            numbers: [(Role, Double)] = [], status: Status = .success, severity: Severity = .info, meaning: Meaning = .agentEnd,
            parts: [[(Role, String)]] = []
        ) {
            self.text = text
            self.profile = profile
            self.type = type
            self.texts = texts
            self.numbers = numbers
            self.status = status
            self.severity = severity
            self.meaning = meaning
            self.parts = parts
        }
    }

    public init() {}

    /// A batch that follows the ones made before.
    public mutating func batch(_ lines: [Line], refused: [Rejection] = []) -> EventBatch {
        var bytes: [UInt8] = []
        var starts: [Int] = []
        for line in lines {
            starts.append(bytes.count)
            bytes += Array(line.text.utf8) + [0x0A]
        }
        let start = position
        let batch = EventBatch(file: file, buffer: ByteBuffer(bytes), start: start, end: start + Int64(bytes.count), readTime: time)
        for (index, line) in lines.enumerated() {
            var event = Event()
            event.time = time
            time += 1_000_000_000
            event.position = start + Int64(starts[index])
            event.line = self.line
            self.line += 1
            event.start = UInt32(starts[index])
            event.length = UInt32(line.text.utf8.count)
            event.type = catalogue.number(profile: line.profile, type: line.type)
            event.status = line.status
            event.severity = line.severity
            event.meaning = line.meaning
            event.firstValue = UInt32(batch.values.count)
            for (role, text) in line.texts { Self.add(role, text, to: batch) }
            for (role, number) in line.numbers { batch.values.append(RoleValue(role, number: number)) }
            event.valueCount = UInt16(batch.values.count - Int(event.firstValue))
            event.firstPart = UInt32(batch.parts.count)
            event.partCount = UInt16(line.parts.count)
            for texts in line.parts {
                var part = EventPart()
                part.meaning = .toolStart
                part.firstValue = UInt32(batch.values.count)
                for (role, text) in texts { Self.add(role, text, to: batch) }
                part.valueCount = UInt16(texts.count)
                batch.parts.append(part)
            }
            batch.events.append(event)
        }
        batch.validBytes = Int64(bytes.count)
        batch.nextLine = self.line
        batch.firstSequence = sequence
        batch.rejections = refused
        sequence += Int64(lines.count)
        position = batch.end
        return batch
    }

    public func checkpoint(_ batch: EventBatch) -> FileCheckpoint {
        FileCheckpoint(
            identity: batch.file.identity, generation: batch.file.generation, position: batch.end, line: batch.nextLine,
            fingerprint: Fingerprint(length: 7, hash: .max - 3), path: batch.file.path, source: batch.file.source, carryOver: [1, 0, 255])
    }

    private static func add(_ role: Role, _ text: String, to batch: EventBatch) {
        let offset = batch.text.count
        batch.text.append(contentsOf: text.utf8)
        batch.values.append(RoleValue(role, offset: offset, length: text.utf8.count))
    }
}
