/// Which `Host` and `Origin` a request may name: keeps foreign web pages from reading through a browser, also by rebinding a name.
struct HostPolicy: Sendable {
    private let hosts: Set<String>
    private let origins: Set<String>
    /// Listening on a wildcard address, which has as many names as the machine has addresses; an address cannot be rebound.
    private let anyAddress: Bool

    init(listening: [String], hosts: [String], origins: [String], anyAddress: Bool) {
        self.hosts = Set((["localhost", "127.0.0.1", "[::1]"] + listening + hosts).map { $0.lowercased() })
        self.origins = Set(origins.filter { $0 != "null" }.map { $0.lowercased() })
        self.anyAddress = anyAddress
    }

    /// The response that refuses the request, nil when it may go on.
    func refusal(of request: Request) -> Response? {
        let named = request.headers.filter { $0.name == "host" }
        if named.count > 1 { return .problem(400, "a request has one Host") }
        guard let host = named.first?.value else {
            return request.isVersion11 ? .problem(400, "an HTTP/1.1 request has a Host") : nil
        }
        let name = Self.name(of: host)
        if !hosts.contains(name) && !(anyAddress && Self.isAddress(name)) {
            return .problem(421, "\"\(host)\" is no name of this server; add it to server.hosts if it should be")
        }
        let origins = request.headers.filter { $0.name == "origin" }
        if origins.count > 1 { return .problem(400, "a request has one Origin") }
        if let origin = origins.first?.value, !isAllowed(origin, host: host) {
            return .problem(403, "pages of the origin \"\(origin)\" may not read this server; add it to server.origins if they should")
        }
        return nil
    }

    /// A listed origin, which may read responses across origins.
    func isListed(_ origin: String) -> Bool { origins.contains(origin.lowercased()) }

    private func isAllowed(_ origin: String, host: String) -> Bool {
        let origin = origin.lowercased()
        if origin == "null" { return false }
        if origins.contains(origin) { return true }
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where origin.hasPrefix(scheme) {
            let own = host.lowercased()
            let authority = String(origin.dropFirst(scheme.count))
            return authority == own || authority + port == own || authority == own + port
        }
        return false
    }

    /// A host without its port, in lower case.
    static func name(of host: String) -> String {
        let host = host.lowercased()
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            let rest = host[host.index(after: end)...]
            return rest.isEmpty || isPort(rest) ? String(host[...end]) : host
        }
        guard let colon = host.firstIndex(of: ":") else { return host }
        return isPort(host[colon...]) ? String(host[..<colon]) : host
    }

    private static func isPort(_ text: Substring) -> Bool { text.first == ":" && text.dropFirst().allSatisfy(\.isNumber) }

    private static func isAddress(_ name: String) -> Bool {
        if name.hasPrefix("[") { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
