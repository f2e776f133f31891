internal import EventailEvents

/// What the live path hands to the `store` thread, in order.
enum StoreWork: Sendable {
    /// Batches with rejections: written before any later commit moves the checkpoint past them.
    case deadLetters([EventBatch])
    case commit(LiveCommit)
}

/// One cut through the live path's state between two batches.
struct LiveCommit: Sendable {
    var index: Int64
    var moved: [FileCheckpoint]
    var changes: [StoredChange]
}
