internal import EventailPipeline
internal import EventailRedis

extension SinkError {
    /// A sink's view of trouble with its Redis server. Nearly all of it is mended on the server's side, so it is tried again; what only another
    /// configuration can mend is not.
    init(_ error: RedisError) {
        if case .refused(let refusal) = error, Self.isLasting(refusal) {
            self = .misconfigured(error.description, remedy: error.remedy)
        } else {
            self = .unavailable(error.description, remedy: error.remedy)
        }
    }

    private static func isLasting(_ refusal: RedisRefusal) -> Bool {
        if refusal.code == "CROSSSLOT" { return true }
        // These have no code of their own.
        return refusal.code == "ERR"
            && ["DB index is out of range", "SELECT is not allowed in cluster mode", "unknown command", "invalid DB index"].contains { part in
                refusal.text.utf8.count >= part.utf8.count && refusal.text.dropFirst(4).hasPrefix(part)
            }
    }

    /// Runs what talks to Redis and turns its error into the sink's.
    static func fromRedis<Answer>(_ body: () throws(RedisError) -> Answer) throws(SinkError) -> Answer {
        do throws(RedisError) { return try body() } catch { throw SinkError(error) }
    }
}
