public import EventailEvents

/// Where consumers' progress is kept durably; `EventailStore.StateStore` behind a door that tests can stand in for.
public protocol CheckpointKeeper: Sendable {
    /// Stores how far a consumer is: the files that moved and its journal index, in one transaction.
    func keep(_ moved: [FileCheckpoint], index: Int64, of consumer: String) throws(SinkError)
    /// What was kept of a consumer, nil when it is new.
    func progress(of consumer: String) throws(SinkError) -> Progress?
}
