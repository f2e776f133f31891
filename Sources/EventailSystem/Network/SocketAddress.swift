internal import CLinux

/// Where a TCP socket is: a numeric host and a port.
public struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// `127.0.0.1` or `::1`: always numeric, without brackets.
    public let host: String
    public let port: UInt16
    public let isVersion6: Bool

    /// Reads `host:port`: an IPv4 address, an IPv6 address in brackets, `localhost` (which is 127.0.0.1), `*` (which is every IPv4
    /// address of this machine) or a name that the system's resolver knows. EINVAL for any other form, EADDRNOTAVAIL for an unknown name.
    public init(resolving text: String) throws(SystemError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw SystemError(code: EINVAL, operation: "read \"\(text)\" as host:port")
        }
        var name = String(text[..<colon])
        if name.hasPrefix("["), name.hasSuffix("]") {
            name = String(name.dropFirst().dropLast())
        } else if name.contains(":") {
            throw SystemError(code: EINVAL, operation: "read \"\(text)\" as host:port (an IPv6 address stands in brackets)")
        }
        switch name {
        case "": throw SystemError(code: EINVAL, operation: "read \"\(text)\" as host:port")
        case "localhost": name = "127.0.0.1"
        case "*": name = "0.0.0.0"
        default: break
        }
        guard let found = Self.look(up: name) else { throw SystemError(code: EADDRNOTAVAIL, operation: "resolve \"\(name)\"") }
        self.init(host: found.host, port: port, isVersion6: found.isVersion6)
    }

    init(host: String, port: UInt16, isVersion6: Bool) {
        self.host = host
        self.port = port
        self.isVersion6 = isVersion6
    }

    /// Only this machine can reach it.
    public var isLoopback: Bool { isVersion6 ? host == "::1" : host.hasPrefix("127.") }

    /// `host:port`, an IPv6 host in brackets.
    public var description: String { isVersion6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func look(up name: String) -> (host: String, isVersion6: Bool)? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>? = nil
        guard unsafe getaddrinfo(name, nil, &hints, &list) == 0, let first = unsafe list else { return nil }
        defer { unsafe freeaddrinfo(list) }
        var storage = sockaddr_storage()
        unsafe memcpy(&storage, first.pointee.ai_addr, Int(first.pointee.ai_addrlen))
        let address = unsafe SocketAddress(&storage)
        return (address.host, address.isVersion6)
    }

    init(_ storage: UnsafeMutablePointer<sockaddr_storage>) {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if unsafe Int32(storage.pointee.ss_family) == AF_INET6 {
            let place = unsafe UnsafeMutableRawPointer(storage).assumingMemoryBound(to: sockaddr_in6.self)
            unsafe inet_ntop(AF_INET6, &place.pointee.sin6_addr, &text, socklen_t(text.count))
            self.init(host: Self.string(text), port: unsafe UInt16(bigEndian: place.pointee.sin6_port), isVersion6: true)
        } else {
            let place = unsafe UnsafeMutableRawPointer(storage).assumingMemoryBound(to: sockaddr_in.self)
            unsafe inet_ntop(AF_INET, &place.pointee.sin_addr, &text, socklen_t(text.count))
            self.init(host: Self.string(text), port: unsafe UInt16(bigEndian: place.pointee.sin_port), isVersion6: false)
        }
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The kernel's form of the address.
    func withRaw<Answer>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Answer) -> Answer {
        var storage = sockaddr_storage()
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            let raw = UnsafeMutableRawPointer(pointer)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            if isVersion6 {
                let place = unsafe raw.assumingMemoryBound(to: sockaddr_in6.self)
                unsafe place.pointee.sin6_family = sa_family_t(AF_INET6)
                unsafe place.pointee.sin6_port = port.bigEndian
                unsafe inet_pton(AF_INET6, host, &place.pointee.sin6_addr)
                length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            } else {
                let place = unsafe raw.assumingMemoryBound(to: sockaddr_in.self)
                unsafe place.pointee.sin_family = sa_family_t(AF_INET)
                unsafe place.pointee.sin_port = port.bigEndian
                unsafe inet_pton(AF_INET, host, &place.pointee.sin_addr)
            }
            return unsafe body(UnsafePointer(raw.assumingMemoryBound(to: sockaddr.self)), length)
        }
    }
}
