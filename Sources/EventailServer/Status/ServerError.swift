public import EventailSystem

/// Why the server does not start. The text names the address and what to do.
public enum ServerError: Error, Sendable, CustomStringConvertible {
    /// Another process has the address.
    case inUse(address: String)
    /// The kernel refuses the address for another reason.
    case unbindable(address: String, SystemError)
    /// The address is no address.
    case malformed(address: String)
    /// Anybody on the network could read everything.
    case notLoopback(address: String)
    /// A key or the set of keys cannot be used.
    case authentication(String)
    /// The kernel refuses what every server needs.
    case system(SystemError)

    public var description: String {
        switch self {
        case .inUse(let address):
            "server.listen: \(address) is in use by another process; stop it, or give another address (port 0 lets the system choose one)"
        case .unbindable(let address, let error):
            "server.listen: \(address) cannot be bound: \(error.reason); give an address of this machine and a port that this user may open"
        case .malformed(let address):
            "server.listen: \"\(address)\" is no address; give host:port, for example 127.0.0.1:8765 or [::1]:8765"
        case .notLoopback(let address):
            "server.listen: \(address) is reachable from other machines and nobody would have to say who they are; "
                + "listen on 127.0.0.1, configure server.auth, or set server.insecure: true to accept that"
        case .authentication(let reason): "server.auth: \(reason)"
        case .system(let error): "server: \(error)"
        }
    }
}
