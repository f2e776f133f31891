/// Where the lines of a batch were first written: another instance read them from an agent's file and sent them here.
///
/// All lines of such a batch come from one file. Immutable. *Limits*: 16 bytes a line.
public final class BatchOrigin: Sendable {
    /// The agent's file; with the position it makes the ids of events that have none of their own.
    public let file: FileReference
    /// The number of the batch's first line in the file that was read here.
    private let firstLine: Int64
    private let entries: [Entry]

    /// What the sender said of one line.
    public struct Entry: Sendable, Equatable {
        /// Where the line starts in the agent's file, in bytes.
        public var position: Int64
        /// The event's time at the sender, nanoseconds since 1970: of a line without a time of its own, when it was read there. 0 when it was not said.
        public var time: Int64

        public init(position: Int64, time: Int64) {
            self.position = position
            self.time = time
        }
    }

    public init(file: FileReference, firstLine: Int64, entries: [Entry]) {
        self.file = file
        self.firstLine = firstLine
        self.entries = entries
    }

    /// What was said of the line with this number in the file that was read here.
    public func entry(ofLine line: Int64) -> Entry { entries[Int(line - firstLine)] }
}
