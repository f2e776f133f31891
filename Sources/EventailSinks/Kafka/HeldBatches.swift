internal import EventailEvents
internal import EventailStore

/// The batches of the open transaction: librdkafka reads lines where they lie, and after a refusal all is sent again.
///
/// Each event has a token: its number since the last commit, from 1. *Limits*: what a runner writes between two commits.
struct HeldBatches {
    struct Held {
        let batch: EventBatch
        /// Events before it are not wanted.
        let position: Int64
        let firstToken: Int
    }

    private(set) var all: [Held] = []
    /// Tokens of events that the brokers refuse for good, and why.
    private(set) var condemned: [Int: String] = [:]
    private var nextToken = 1

    var isEmpty: Bool { all.isEmpty }

    /// Takes a batch; answers what it is held as.
    mutating func hold(_ batch: EventBatch, from position: Int64) -> Held {
        let held = Held(batch: batch, position: position, firstToken: nextToken)
        nextToken += batch.events.count
        all.append(held)
        return held
    }

    mutating func condemn(_ token: Int, _ message: String) { condemned[token] = message }

    func isWanted(_ token: Int) -> Bool { condemned.isEmpty || condemned[token] == nil }

    /// The batch that holds a token.
    func held(_ token: Int) -> Held? {
        all.last { $0.firstToken <= token }.flatMap { token < $0.firstToken + $0.batch.events.count ? $0 : nil }
    }

    /// What must become dead letters, in the order it was written.
    var undeliverable: [Undeliverable] {
        condemned.keys.sorted().compactMap { token in
            held(token).map { Undeliverable($0.batch.events[token - $0.firstToken], of: $0.batch, message: condemned[token] ?? "") }
        }
    }

    mutating func removeAll() { self = HeldBatches() }
}
