public import EventailEvents
public import EventailSystem
internal import Synchronization

/// Where the pipeline leaves its batches for everybody who listens: one for the instance.
///
/// *Owns* the queue to the `serve` thread. *Thread*: `publish` from the pipeline's, the rest from `serve`. *Limits*: `mostBatches` and
/// `mostBytes` wait; beyond that batches are not taken, which listeners are told as `dropped`. It never waits.
public final class Hub: Sendable {
    /// The first half of every cursor: names the life of the state.
    public let epoch: String
    /// Batches that found the queue full.
    public let overflowed = Counter()
    let catalogue: Catalogue
    let signal: EventSignal

    static let mostBatches = 4096
    static let mostBytes: Int64 = 64 << 20
    private let queue = BoundedQueue<EventBatch>(capacity: Hub.mostBatches)
    private let bytes = Atomic<Int64>(0)
    private let rung = Atomic<Bool>(false)
    private let head: Atomic<Int64>
    let firstHead: Int64

    /// `head` is the sequence number of the newest event before this start, 0 when there is none.
    public init(epoch: String, head: Int64, catalogue: Catalogue) throws(SystemError) {
        self.epoch = epoch
        self.catalogue = catalogue
        self.head = Atomic(head)
        firstHead = head
        signal = try EventSignal()
    }

    /// Offers a batch to all listeners; `firstSequence` must be set. Returns at once.
    public func publish(_ batch: EventBatch) {
        if batch.events.isEmpty { return }
        let size = Self.size(of: batch)
        if bytes.load(ordering: .relaxed) + size <= Self.mostBytes, queue.tryPush(batch) {
            bytes.add(size, ordering: .relaxed)
        } else {
            overflowed.add()
        }
        head.store(batch.firstSequence + Int64(batch.events.count) - 1, ordering: .releasing)
        if !rung.exchange(true, ordering: .acquiringAndReleasing) { signal.ring() }
    }

    /// The sequence number of the newest event published, taken or not.
    var newest: Int64 { head.load(ordering: .acquiring) }

    /// Lets the next `publish` ring again; called before `take`.
    func listen() {
        signal.clear()
        rung.store(false, ordering: .sequentiallyConsistent)
    }

    func take() -> EventBatch? {
        guard let batch = queue.tryPop() else { return nil }
        bytes.subtract(Self.size(of: batch), ordering: .relaxed)
        return batch
    }

    private static func size(of batch: EventBatch) -> Int64 { Int64(batch.buffer.capacity + batch.text.count) }

    func cursor(_ sequence: Int64) -> String { "\(epoch)-\(sequence)" }

    /// The sequence number in a cursor of this epoch; nil for any other text.
    func sequence(_ cursor: String) -> Int64? {
        guard let dash = cursor.lastIndex(of: "-"), cursor[..<dash] == epoch else { return nil }
        guard let number = Int64(cursor[cursor.index(after: dash)...]), number >= 0 else { return nil }
        return number
    }
}
