/// How long history keeps events: the oldest go first, by when they arrived, not by the time they tell.
public struct HistoryRetention: Sendable, Equatable {
    /// Events that arrived longer ago go; to the hour.
    public var age: Duration?
    /// While the state file's used pages take more, the oldest events go.
    public var bytes: Int64?

    /// The most events that one `trim` removes.
    public static let stepEvents: Int64 = 20_000

    public init(age: Duration?, bytes: Int64?) {
        self.age = age
        self.bytes = bytes
    }
}
