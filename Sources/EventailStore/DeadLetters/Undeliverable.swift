public import EventailEvents

/// An event that a sink's other side refuses for good: valid to us, kept beside the refused lines under the reason `undeliverable`.
public struct Undeliverable: Sendable {
    public static let reason = "undeliverable"

    public let event: Event
    public let batch: EventBatch
    /// What the other side said, one sentence.
    public let message: String

    public init(_ event: Event, of batch: EventBatch, message: String) {
        self.event = event
        self.batch = batch
        self.message = message
    }
}
