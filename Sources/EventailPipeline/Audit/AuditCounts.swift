internal import EventailEvents
public import EventailJSON

/// What became of the bytes and lines that were read: the figures of `/api/v1/audit`.
public struct AuditCounts: Sendable, Equatable {
    /// Bytes of whole lines that were read from files.
    public var bytesRead: Int64 = 0
    public var bytesValid: Int64 = 0
    public var bytesDeadLetter: Int64 = 0
    public var bytesBlank: Int64 = 0
    public var lines: Int64 = 0
    public var valid: Int64 = 0
    public var blank: Int64 = 0
    public var timeMissing: Int64 = 0
    /// By `RejectionReason.rawValue`.
    public var deadLetters = [Int64](repeating: 0, count: RejectionReason.allCases.count)

    public init() {}

    /// Counts a batch, each figure by its own sum, so that they can contradict each other.
    mutating func fold(_ batch: EventBatch) {
        bytesRead += batch.end - batch.start
        bytesValid += batch.validBytes
        bytesBlank += batch.blankBytes
        valid += Int64(batch.events.count)
        blank += Int64(batch.blankLines)
        lines += Int64(batch.events.count + batch.rejections.count + batch.blankLines)
        for rejection in batch.rejections {
            bytesDeadLetter += rejection.bytesInFile
            deadLetters[Int(rejection.reason.rawValue)] += 1
        }
        for event in batch.events where event.timeMissing { timeMissing += 1 }
    }

    /// What was counted since it was `earlier`.
    func without(_ earlier: AuditCounts) -> AuditCounts {
        var rest = self
        rest.bytesRead -= earlier.bytesRead
        rest.bytesValid -= earlier.bytesValid
        rest.bytesDeadLetter -= earlier.bytesDeadLetter
        rest.bytesBlank -= earlier.bytesBlank
        rest.lines -= earlier.lines
        rest.valid -= earlier.valid
        rest.blank -= earlier.blank
        rest.timeMissing -= earlier.timeMissing
        for reason in rest.deadLetters.indices { rest.deadLetters[reason] -= earlier.deadLetters[reason] }
        return rest
    }

    /// Whether every byte read is accounted for.
    public var isBalanced: Bool {
        bytesRead == bytesValid + bytesDeadLetter + bytesBlank && lines == valid + blank + deadLetters.reduce(0, +)
    }

    public func writeDeadLetters(into json: inout JSONWriter) {
        json.object { json in
            for reason in RejectionReason.allCases where deadLetters[Int(reason.rawValue)] > 0 {
                json.field(reason.name, deadLetters[Int(reason.rawValue)])
            }
        }
    }

    // MARK: the stored form: the numbers in order of declaration, each eight bytes

    func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        for number in [bytesRead, bytesValid, bytesDeadLetter, bytesBlank, lines, valid, blank, timeMissing] + deadLetters {
            bytes.append(littleEndian: number)
        }
        return bytes
    }

    /// nil when the bytes are of another form.
    init?(decoding bytes: [UInt8]) {
        guard bytes.count == 8 * (8 + RejectionReason.allCases.count) else { return nil }
        let numbers = (0..<bytes.count / 8).map { bytes.number(at: $0 * 8, as: Int64.self) }
        bytesRead = numbers[0]
        bytesValid = numbers[1]
        bytesDeadLetter = numbers[2]
        bytesBlank = numbers[3]
        lines = numbers[4]
        valid = numbers[5]
        blank = numbers[6]
        timeMissing = numbers[7]
        deadLetters = Array(numbers[8...])
    }
}
