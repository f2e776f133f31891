public import EventailTLS

/// Which server a URL names, and who asks it.
///
///     redis://[user[:password]@]host[:port][/database]      rediss:// the same with TLS
///     unix://[user[:password]@]/path/to/socket[?db=database]
///     redis-sentinel://[user[:password]@]host[:port],host[:port].../master[/database]      rediss-sentinel:// the same with TLS
///
/// User and password may be percent-encoded; a password alone is written `:password@`. Its description never shows the password.
public struct RedisServer: Sendable, Equatable, CustomStringConvertible {
    public static let schemes = ["redis", "rediss", "unix", "redis-sentinel", "rediss-sentinel"]

    /// `host:port`, an IPv6 host in brackets.
    public var address = "localhost:6379"
    /// Of a Unix socket, in place of the address.
    public var path: String?
    /// Addresses of sentinels, which know the address.
    public var sentinels: [String] = []
    /// The name by which sentinels know the server.
    public var master = ""
    public var username: String?
    public var password: String?
    public var database = 0
    public var usesTLS = false
    /// Whom to trust when TLS is used.
    public var tls = TLSClient.Settings()

    /// Why a text names no server: a sentence for people.
    public struct Malformed: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
    }

    public init() {}

    public init(_ url: String) throws(Malformed) {
        let scheme = String(url.prefix { $0 != ":" })
        var rest = url.dropFirst(scheme.count)
        if !rest.hasPrefix("://") { throw Malformed(description: "it does not begin with redis://, rediss:// or unix://") }
        rest = rest.dropFirst(3)
        if !Self.schemes.contains(scheme) { throw Malformed(description: "\"\(scheme)\" is not one of " + Self.schemes.joined(separator: ", ")) }
        usesTLS = scheme.hasPrefix("rediss")
        var options: Substring = ""
        if let mark = rest.lastIndex(of: "?") {
            options = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        if let at = rest.lastIndex(of: "@") {
            try readUser(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        if scheme == "unix" {
            if !rest.hasPrefix("/") { throw Malformed(description: "the path of the socket does not begin with /") }
            path = try Self.decoded(rest)
        } else {
            var parts = rest.split(separator: "/", omittingEmptySubsequences: false)
            let places = parts.removeFirst()
            if scheme.hasSuffix("sentinel") {
                sentinels = try places.split(separator: ",").map { (place) throws(Malformed) in try Self.place(place, port: 26379) }
                guard !sentinels.isEmpty, let name = parts.first, !name.isEmpty else {
                    throw Malformed(description: "sentinels are named with the master: redis-sentinel://host:26379/mymaster")
                }
                master = try Self.decoded(name)
                parts.removeFirst()
            } else if !places.isEmpty {
                address = try Self.place(places, port: 6379)
            }
            if let number = parts.first, !number.isEmpty { try readDatabase(number) }
            if parts.count > 1 { throw Malformed(description: "\"/\(parts[1])\" stands behind the number of the database") }
        }
        for option in options.split(separator: "&") {
            let parts = option.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == "db" else { throw Malformed(description: "\"\(option)\" is not db=NUMBER, the only option") }
            try readDatabase(parts[1])
        }
    }

    /// The URL without the password.
    public var description: String {
        let user = username.map { "\($0)@" } ?? ""
        if let path { return "unix://\(user)\(path)" + (database == 0 ? "" : "?db=\(database)") }
        let scheme = usesTLS ? "rediss" : "redis"
        let place = sentinels.isEmpty ? "://\(user)\(address)" : "-sentinel://\(user)\(sentinels.joined(separator: ","))/\(master)"
        return scheme + place + (database == 0 ? "" : "/\(database)")
    }

    private mutating func readUser(_ text: Substring) throws(Malformed) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if text.contains("/") { throw Malformed(description: "a / in user or password is written %2F") }
        let name = try Self.decoded(parts[0])
        if parts.count == 1 { throw Malformed(description: "a user without a password; a password alone is written :password@") }
        if !name.isEmpty { username = name }
        password = try Self.decoded(parts[1])
    }

    /// `host`, `host:port`, `[::1]` or `[::1]:port` as an address.
    private static func place(_ text: Substring, port standard: Int) throws(Malformed) -> String {
        var rest = text
        var host: Substring
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { throw Malformed(description: "the bracket of the IPv6 address is not closed") }
            host = rest[...end]
            rest = rest[rest.index(after: end)...]
        } else {
            host = rest.prefix { $0 != ":" }
            rest = rest.dropFirst(host.count)
        }
        if host.isEmpty { throw Malformed(description: "the host is missing") }
        if rest.isEmpty { return "\(host):\(standard)" }
        guard rest.hasPrefix(":"), let number = UInt16(rest.dropFirst()), number > 0 else {
            throw Malformed(description: "\"\(rest.dropFirst())\" is not a port")
        }
        return "\(host):\(number)"
    }

    private mutating func readDatabase(_ text: Substring) throws(Malformed) {
        guard let number = Int(text), number >= 0, number < 1 << 20 else {
            throw Malformed(description: "\"\(text)\" is not the number of a database")
        }
        database = number
    }

    /// Percent-decoded.
    private static func decoded(_ text: Substring) throws(Malformed) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte != 0x25 {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                throw Malformed(description: "a % stands without two hexadecimal digits")
            }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
