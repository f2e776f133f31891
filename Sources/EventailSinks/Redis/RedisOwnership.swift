internal import EventailPipeline
internal import EventailRedis
internal import EventailSystem

/// Who may move an instance's checkpoints: whoever wrote the owner key last.
///
/// Each opening writes a new token, so that neither an older process nor an older connection of this one, whose commands may still be under
/// way, moves a checkpoint afterwards: each transaction watches the key. *Thread*: its sink's.
struct RedisOwnership {
    private let process = ProcessUsage.randomBytes(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    private var openings = 0
    /// The token that was there before this process first came.
    private var replaced: String?
    private(set) var token = ""

    /// Takes the key over. Somebody who came after us is not pushed away again: the two would never end.
    mutating func claim(_ configuration: RedisStreamConfiguration, _ connection: RedisConnection) throws(SinkError) {
        let found = try SinkError.fromRedis { () throws(RedisError) in try connection.call(["GET", configuration.ownerKey]).text }
        if openings == 0 {
            replaced = found
        } else if let found, !found.hasPrefix(process), found != replaced {
            throw Self.fenced(configuration)
        }
        openings += 1
        token = "\(process):\(openings)"
        let wanted = token
        _ = try SinkError.fromRedis { () throws(RedisError) in try connection.call(["SET", configuration.ownerKey, wanted]).isOK }
    }

    /// What a token other than ours means.
    func trouble(_ found: String?, _ configuration: RedisStreamConfiguration) -> SinkError {
        if let found, !found.hasPrefix(process), found != replaced { return Self.fenced(configuration) }
        return .unavailable(
            "the server no longer knows who moves the checkpoints of \(configuration.stream): its data went back or was removed",
            remedy: "none: what it still has is read again and the rest is sent again")
    }

    private static func fenced(_ configuration: RedisStreamConfiguration) -> SinkError {
        .misconfigured(
            "fenced: another Eventail has taken over the checkpoints of instance \"\(configuration.instance)\" of stream \(configuration.stream)",
            remedy: "run one process for each state folder, and give each machine that adds to this stream an `instance` of its own")
    }
}
