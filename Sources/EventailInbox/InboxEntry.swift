public import EventailEvents

/// One line that another instance sent, and what it said of it: what the inbox keeps.
public struct InboxEntry: Sendable, Equatable {
    /// What becomes of the line.
    public enum Verdict: Sendable, Equatable {
        /// It is read under this profile.
        case profile(String)
        /// It cannot be read: why, in a sentence.
        case refused(RejectionReason, String)
    }

    public var verdict: Verdict
    /// Where the agent's file was when it was read, at the sender.
    public var path: String
    /// What the sender makes ids of lines of this file from; of lines with ids of their own the path.
    public var fileKey: String
    /// What the sender remembered of the file before this line (`EventBatch.context`).
    public var context: [UInt8]
    /// Where the line starts in the agent's file.
    public var offset: Int64
    /// The event's time at the sender, nanoseconds since 1970; 0 when it did not say.
    public var time: Int64
    /// Where the entry stands in the stream that it came from.
    public var place: InboxPlace
    /// The line as written, without its line end.
    public var line: [UInt8]

    public init(
        verdict: Verdict, path: String, fileKey: String, context: [UInt8] = [], offset: Int64, time: Int64 = 0, place: InboxPlace, line: [UInt8]
    ) {
        self.verdict = verdict
        self.path = path
        self.fileKey = fileKey
        self.context = context
        self.offset = offset
        self.time = time
        self.place = place
        self.line = line
    }

    /// The key of the agent's file: an id that ends with the offset was made of the file and the offset, any other says nothing of the file.
    public static func fileKey(id: String, offset: Int64, path: String) -> String {
        let end = ":\(offset)"
        return id.hasSuffix(end) && id.utf8.count > end.utf8.count ? String(id.dropLast(end.count)) : path
    }
}

/// Where an entry stands in what is received: a part that is ordered in itself (a Kafka partition; a Redis stream is one) and the position in it.
public struct InboxPlace: Sendable, Hashable {
    public var part: String
    public var position: String

    public init(part: String = "", position: String) {
        self.part = part
        self.position = position
    }
}
