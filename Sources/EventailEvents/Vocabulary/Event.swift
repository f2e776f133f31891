/// One accepted line, as fixed-size facts; its texts lie in the batch.
///
/// 64 bytes, no references: a batch holds them side by side.
public struct Event: Sendable {
    /// Nanoseconds since 1970: the event's own time, or when it was read (`timeMissing`).
    public var time: Int64 = 0
    /// Where the line starts in its file, in bytes.
    public var position: Int64 = 0
    /// Counted from 1 over the file's generation, blank and refused lines included.
    public var line: Int64 = 0
    /// Where the line lies in the batch's bytes, without its line end.
    public var start: UInt32 = 0
    public var length: UInt32 = 0
    /// Its entries in `EventBatch.values`.
    public var firstValue: UInt32 = 0
    /// Its entries in `EventBatch.parts`.
    public var firstPart: UInt32 = 0
    public var valueCount: UInt16 = 0
    public var partCount: UInt16 = 0
    /// Index into `Catalogue.types`: names both profile and type.
    public var type: UInt16 = 0
    public var meaning = Meaning.note
    public var status = Status.none
    public var severity = Severity.info
    public var priority = Priority.low
    public var usage = UsageMode.delta
    public var accounting = Accounting.leaf
    public var timeMissing = false
    /// A call that waits for a human: stays out of latency figures.
    public var waitsForHuman = false

    public init() {}
}

/// A piece of an event whose line tells several things at once (a transcript line with two tool calls): one entry of an exploded array.
///
/// It has values of its own and shares the line's other roles, time and type.
public struct EventPart: Sendable {
    public var firstValue: UInt32 = 0
    public var valueCount: UInt16 = 0
    public var meaning = Meaning.note
    public var status = Status.none
    public var waitsForHuman = false
    public init() {}
}

/// A role's value within a batch: a number, or where its text lies in `EventBatch.text`.
public struct RoleValue: Sendable {
    /// A number's value in `number`, a text's place as offset and length.
    @usableFromInline let bits: UInt64
    public let role: Role

    @inlinable public init(_ role: Role, number: Double) {
        self.role = role
        bits = number.bitPattern
    }
    @inlinable public init(_ role: Role, offset: Int, length: Int) {
        self.role = role
        bits = UInt64(truncatingIfNeeded: offset) << 32 | UInt64(truncatingIfNeeded: length)
    }
    @inlinable public var number: Double { Double(bitPattern: bits) }
    @inlinable public var offset: Int { Int(truncatingIfNeeded: bits >> 32) }
    @inlinable public var length: Int { Int(truncatingIfNeeded: bits & 0xFFFF_FFFF) }
}

/// Why a line is a dead letter (CONTRACT section 3).
public enum RejectionReason: UInt8, CaseIterable, Sendable {
    case notJSON, notObject, invalidUTF8, tooLong, unknownType, schema, unknownProfile
    public var name: String {
        switch self {
        case .notJSON: "not_json"
        case .notObject: "not_object"
        case .invalidUTF8: "invalid_utf8"
        case .tooLong: "too_long"
        case .unknownType: "unknown_type"
        case .schema: "schema"
        case .unknownProfile: "unknown_profile"
        }
    }
    public init?(name: String) {
        guard let reason = RejectionReason.allCases.first(where: { $0.name == name }) else { return nil }
        self = reason
    }
}

/// One refused line. It is rare, so it owns its texts.
public struct Rejection: Sendable {
    public let reason: RejectionReason
    /// Where the line starts in its file, in bytes.
    public let position: Int64
    public let line: Int64
    /// Where the line lies in the batch's bytes, without its line end. Of a line that is too long, the beginning only.
    public let start: Int
    public let length: Int
    /// Bytes of the file that the line took, line end included.
    public let bytesInFile: Int64
    public let profile: String
    /// JSON Pointer of the offending value, empty for the whole line.
    public let location: String
    public let keyword: String
    /// What was expected, one sentence.
    public let message: String

    public init(
        reason: RejectionReason, position: Int64, line: Int64, start: Int, length: Int, bytesInFile: Int64, profile: String = "",
        location: String = "", keyword: String = "", message: String
    ) {
        self.reason = reason
        self.position = position
        self.line = line
        self.start = start
        self.length = length
        self.bytesInFile = bytesInFile
        self.profile = profile
        self.location = location
        self.keyword = keyword
        self.message = message
    }
}
