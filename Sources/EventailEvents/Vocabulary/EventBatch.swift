public import EventailSystem

/// What became of one `LineBatch`: its events, rejections and counts. Immutable once frozen and shared by all consumers.
///
/// *Owns* the lines' bytes (through their buffer) and the roles' texts. *Thread*: filled by one extractor, then read by any.
public final class EventBatch: @unchecked Sendable {
    // @unchecked: only the extractor that makes it writes, before anybody else sees it.
    public let file: FileReference
    public var buffer: ByteBuffer
    /// The range of the file that the batch covers: everything in it is an event, a rejection or a blank line.
    public let start: Int64
    public let end: Int64
    public let readTime: Int64
    public var events: ContiguousArray<Event> = []
    public var parts: ContiguousArray<EventPart> = []
    public var values: ContiguousArray<RoleValue> = []
    /// The roles' texts, unescaped, one behind the other.
    public var text: ContiguousArray<UInt8> = []
    public var rejections: [Rejection] = []
    public var blankLines = 0
    public var blankBytes: Int64 = 0
    /// Bytes of accepted lines, line ends included.
    public var validBytes: Int64 = 0
    /// The number of the first line behind the batch.
    public var nextLine: Int64 = 1
    /// Of the bytes before `end`.
    public var fingerprint = Fingerprint.none
    /// What the extractor remembers of the file behind this batch (model, session ...), for the checkpoint; empty when nothing.
    public var carryOver: [UInt8] = []
    /// What the extractor remembered of the file before an event, where that changed; empty when nothing was remembered. Whoever sends an event away
    /// alone sends it along, so that the other side reads the same from its line.
    public var contexts: [Context] = []
    /// Where the lines were first written, when another instance sent them; nil for this machine's own files.
    public var origin: BatchOrigin?
    /// The instance's sequence number of the first event; the others follow. Set on the live path before anybody else sees the batch.
    public var firstSequence: Int64 = 0

    public init(file: FileReference, buffer: ByteBuffer, start: Int64, end: Int64, readTime: Int64) {
        self.file = file
        self.buffer = buffer
        self.start = start
        self.end = end
        self.readTime = readTime
    }

    /// The line as written, without its line end. Valid inside `body` only.
    @inlinable public func withLine<Answer>(_ event: Event, _ body: (UnsafeRawBufferPointer) -> Answer) -> Answer {
        unsafe body(UnsafeRawBufferPointer(start: buffer.base + Int(event.start), count: Int(event.length)))
    }

    public func line(_ event: Event) -> [UInt8] {
        buffer.bytes(Int(event.start)..<Int(event.start) + Int(event.length))
    }

    @inlinable public func values(of event: Event) -> ArraySlice<RoleValue>.Indices {
        Int(event.firstValue)..<Int(event.firstValue) + Int(event.valueCount)
    }

    /// The first text of a role, nil when the event has none.
    public func text(_ role: Role, of event: Event) -> String? {
        for index in values(of: event) where values[index].role == role { return string(values[index]) }
        return nil
    }

    /// A number of a role, nil when the event has none.
    public func number(_ role: Role, of event: Event) -> Double? {
        for index in values(of: event) where values[index].role == role { return values[index].number }
        return nil
    }

    public func string(_ value: RoleValue) -> String {
        String(decoding: text[value.offset..<value.offset + value.length], as: UTF8.self)
    }

    /// The event's own id, else one made of its file and position.
    public func identifier(of event: Event) -> String {
        text(.id, of: event) ?? "\(originFile.stableKey):\(originPosition(of: event))"
    }

    /// The file that the agent wrote: what is shown, while `file` is what was read.
    public var originFile: FileReference { origin?.file ?? file }

    /// Where an event's line starts in `originFile`.
    public func originPosition(of event: Event) -> Int64 { origin?.entry(ofLine: event.line).position ?? event.position }

    /// Where a refused line starts in `originFile`.
    public func originPosition(of rejection: Rejection) -> Int64 { origin?.entry(ofLine: rejection.line).position ?? rejection.position }

    /// What was remembered of the file before an event, by the event's index; empty when nothing was.
    public func context(before index: Int) -> [UInt8] { contexts.last { $0.firstEvent <= index }?.bytes ?? [] }

    /// What was remembered (`FileContext.encode`) before the events from `firstEvent` on.
    public struct Context: Sendable {
        public let firstEvent: Int
        public let bytes: [UInt8]

        public init(firstEvent: Int, bytes: [UInt8]) {
            self.firstEvent = firstEvent
            self.bytes = bytes
        }
    }
}
