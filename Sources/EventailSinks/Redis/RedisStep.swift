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
    /// Memory that is kept.
    static let keptBytes = 4 << 20

    var isEmpty: Bool { events == 0 && files.isEmpty }

    mutating func removeAll() {
        commands.removeAll(keeping: Self.keptBytes)
        events = 0
        files.removeAll(keepingCapacity: true)
    }

    /// Takes the last command away and answers its arguments behind the key, in the protocol's form: the transaction's script runs it.
    func cutLast() -> (bytes: [UInt8], count: Int) {
        if events == 0 { return ([], 0) }
        let skipped = 2
        return (commands.removeCommand(from: last.start, keepingBehind: skipped), last.arguments - skipped)
    }
}
