internal import EventailEvents
internal import EventailRedis
internal import EventailSystem

/// What goes into one transaction: the events' commands and where their files are afterwards.
///
/// *Owns* its buffer, which is kept from step to step. *Thread*: its sink's.
struct RedisStep {
    let commands = CommandBuffer(capacity: 256 << 10)
    var events = 0
    var files: [FileIdentity: FileCheckpoint] = [:]
    /// Where the last command begins, and of how many arguments it is.
    var last: (start: Int, arguments: Int) = (0, 0)
    /// What `cutLast` took away.
    private(set) var cut: (bytes: [UInt8], arguments: Int) = ([], 0)

    /// Memory that is kept.
    static let keptBytes = 4 << 20

    var isEmpty: Bool { events == 0 && files.isEmpty }

    mutating func removeAll() {
        commands.removeAll(keeping: Self.keptBytes)
        events = 0
        files.removeAll(keepingCapacity: true)
        cut = ([], 0)
    }

    /// Takes the last command away and keeps its arguments behind the first `before` ones: the transaction's script runs it.
    mutating func cutLast(argumentsBeforeFields before: Int) {
        if events == 0 { return }
        let rest = commands.removeCommand(from: last.start, keepingBehind: before)
        cut = (rest, last.arguments - before)
    }
}
