public import EventailEvents

/// A batch on its way to the sinks, with its place in the journal.
public struct Delivery: Sendable {
    public let batch: EventBatch
    public let index: Int64

    public init(batch: EventBatch, index: Int64) {
        self.batch = batch
        self.index = index
    }
}
