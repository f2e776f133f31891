/// Operating trouble between us and a Redis server. After every case but `refused` the connection is closed.
public enum RedisError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No connection, or it broke.
    case unreachable(String)
    /// The server took the connection and did not answer in time.
    case silent(String)
    /// TLS cannot be agreed on, or the server is not who it should be.
    case insecure(String)
    /// Who answers does not speak the protocol.
    case notRedis(String)
    /// The server understood and refused.
    case refused(RedisRefusal)

    public var description: String {
        switch self {
        case .unreachable(let reason), .silent(let reason), .insecure(let reason), .notRedis(let reason): reason
        case .refused(let refusal): refusal.description
        }
    }

    /// What its reader can do about it.
    public var remedy: String {
        switch self {
        case .unreachable: "see that the server runs and that the URL names it; it is tried again by itself"
        case .silent: "see whether the server is busy or stopped; it is tried again by itself"
        case .insecure: "see that the certificate names this host and that its authority is trusted (tls_ca)"
        case .notRedis: "see that the URL names a Redis server, with rediss:// if it wants TLS"
        case .refused(let refusal): refusal.remedy
        }
    }
}

/// An error that the server answered, e.g. `WRONGTYPE Operation against a key holding the wrong kind of value`.
public struct RedisRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The first word: `ERR`, `OOM`, `MOVED` ...
    public let code: String
    /// All of it.
    public let text: String

    public init(_ text: String) {
        // A refused end of a transaction hides the reason behind this.
        let wrapping = "EXECABORT Transaction discarded because of: "
        let text = text.hasPrefix(wrapping) ? String(text.dropFirst(wrapping.count)) : text
        self.text = text
        code = String(text.prefix { $0 != " " })
    }

    public var description: String { "Redis refuses: \(text)" }

    /// Where a cluster says that the key is: `host:port` of a `MOVED` or `ASK`; nil of any other.
    public var movedTo: String? {
        if code != "MOVED" && code != "ASK" { return nil }
        return text.split(separator: " ").last.map(String.init)
    }

    /// What its reader can do about it.
    public var remedy: String {
        switch code {
        case "NOAUTH": "put the password into the URL: redis://user:password@host"
        case "WRONGPASS": "mend the user or the password in the URL"
        case "NOPERM": "give the user of the URL the right to do that: ACL SETUSER"
        case "OOM": "give the server more memory, or let the stream keep fewer entries (maxlen); it is tried again by itself"
        case "READONLY": "name the master, not a replica; after a failover it is found again by itself"
        case "LOADING": "none: the server reads its data and will be ready"
        case "MISCONF": "see in the server's log why it cannot save its data"
        case "WRONGTYPE": "the key is in use for something else: remove it or name another"
        case "MOVED", "ASK", "TRYAGAIN": "none: the cluster moves the key and it is looked for again"
        case "CLUSTERDOWN": "see that each slot of the cluster has a master"
        case "CROSSSLOT": "give the key a hash tag, e.g. {eventail}:events"
        case "MASTERDOWN": "see that the replica reaches its master"
        case "NOREPLICAS": "see that the server's replicas are connected (min-replicas-to-write)"
        case "BUSY": "a script holds the server: SCRIPT KILL"
        default: "see the server's log"
        }
    }
}
