/// Asks sentinels which server is the master now.
///
/// The first that knows is believed, and the master itself is asked for its role by the connection, because a sentinel may not know yet.
/// *Thread*: the connection's. *Limits*: each sentinel is waited for as long as any server.
enum Sentinel {
    /// The master's `host:port`.
    static func master(of server: RedisServer, timeout: Duration) throws(RedisError) -> String {
        var troubles: [String] = []
        for address in server.sentinels {
            do throws(RedisError) { return try ask(address, server, timeout) } catch { troubles.append("\(address): \(error)") }
        }
        throw .unreachable("no sentinel names the master \"\(server.master)\": " + troubles.joined(separator: "; "))
    }

    private static func ask(_ address: String, _ server: RedisServer, _ timeout: Duration) throws(RedisError) -> String {
        var asked = server
        asked.sentinels = []
        asked.username = nil
        asked.password = nil
        asked.database = 0
        let connection = RedisConnection(asked, timeout: timeout)
        connection.redirect(to: address)
        try connection.open()
        let question = ["SENTINEL", "get-master-addr-by-name", server.master]
        var reply = try connection.answer(question)
        if reply.refusal?.code == "NOAUTH", let password = server.password {
            // Sentinels that want a password are usually given the servers' own.
            try connection.call(server.username.map { ["AUTH", $0, password] } ?? ["AUTH", password])
            reply = try connection.answer(question)
        }
        if let refusal = reply.refusal { throw .refused(refusal) }
        guard let host = reply[0]?.text, let port = reply[1]?.text else { throw .unreachable("it knows no master of that name") }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
