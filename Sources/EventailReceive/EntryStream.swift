public import EventailInbox
internal import EventailSystem

/// A stream of entries behind two calls, both made on its receiver's thread.
///
/// After a throw it is let go and another is made.
public protocol EntryStream: AnyObject {
    /// Connects and goes to where the inbox is.
    func open(_ inbox: Inbox) throws(ReceiveError)
    /// Takes what there is into the inbox, waiting about half a second for the first entry.
    func receive(into inbox: Inbox) throws(ReceiveError) -> Received
}

/// What one call received.
public struct Received: Sendable {
    public var entries = 0
    public var bytes: Int64 = 0
    /// Entries of a shared stream that another hub has taken.
    public var dropped = 0
    /// The stream is not there yet.
    public var isMissing = false

    public init() {}
}

/// Why nothing can be received now. It is tried again, whatever it is: somebody may mend it.
public struct ReceiveError: Error, Sendable, CustomStringConvertible {
    public let reason: String
    public let remedy: String
    public var description: String { "\(reason); \(remedy)" }

    public init(_ reason: String, remedy: String) {
        self.reason = reason
        self.remedy = remedy
    }

    init(inbox error: SystemError) {
        self.init(
            "the inbox cannot be written: \(error)",
            remedy: error.isFull ? "free space in the state folder; the stream keeps what follows" : "see that the state folder can be written")
    }
}
