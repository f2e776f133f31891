internal import CLinux

/// TCP sockets that never wait: listen, accept, receive, send.
///
/// *Thread*: any, one at a time for a socket. *Limits*: none of its own. A closed peer is an answer, never a signal.
public enum Socket {
    /// What a transfer that does not wait came to.
    public enum Transfer: Sendable {
        case moved(Int)
        case wouldBlock
        /// The peer closed its side.
        case ended
        case failed(SystemError)
    }

    /// Listens at an address; port 0 lets the kernel choose. Returns the socket and the address it really has.
    public static func listen(at address: SocketAddress, backlog: Int32 = 1024) throws(SystemError) -> (Descriptor, SocketAddress) {
        let descriptor = try make(address.isVersion6 ? AF_INET6 : AF_INET, blocking: false)
        try set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        // Without this an IPv6 wildcard would take the IPv4 port too.
        if address.isVersion6 { try set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        let bound = unsafe address.withRaw { raw, length in unsafe bind(descriptor.number, raw, length) }
        if bound != 0 { throw SystemError.last("bind \(address)") }
        if CLinux.listen(descriptor.number, backlog) != 0 { throw SystemError.last("listen \(address)") }
        return (descriptor, try name(of: descriptor))
    }

    /// Takes a waiting connection; nil when none waits. The new socket never waits and sends small writes at once.
    public static func accept(_ listener: Descriptor) throws(SystemError) -> (Descriptor, SocketAddress)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe CLinux_accept(listener.number, UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), &length)
        }
        if number < 0 {
            let error = SystemError.last("accept")
            // The peer may be gone before it was accepted: the next call tells of the next one.
            if error.wouldBlock || error.isInterrupted || error.code == ECONNABORTED { return nil }
            throw error
        }
        let descriptor = Descriptor(owning: number)
        try set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return (descriptor, unsafe SocketAddress(&storage))
    }

    /// Connects and waits for it; the socket's calls wait, at most `timeout` each. Serves sinks, tests and command line clients.
    public static func connect(to address: SocketAddress, timeout: Duration) throws(SystemError) -> Descriptor {
        let descriptor = try make(address.isVersion6 ? AF_INET6 : AF_INET, blocking: true)
        try set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        try limitWaits(descriptor, timeout)
        let code = unsafe address.withRaw { raw, length in unsafe CLinux.connect(descriptor.number, raw, length) }
        if code != 0 { throw SystemError.last("connect \(address)") }
        return descriptor
    }

    /// The same to a socket of this machine's file system.
    public static func connect(toUnix path: String, timeout: Duration) throws(SystemError) -> Descriptor {
        var address = sockaddr_un()
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { throw SystemError(code: ENAMETOOLONG, operation: "connect \(path)") }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let descriptor = try make(AF_UNIX, blocking: true)
        try limitWaits(descriptor, timeout)
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe CLinux.connect(
                descriptor.number, UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_un>.size))
        }
        if code != 0 { throw SystemError.last("connect \(path)") }
        return descriptor
    }

    /// No call on the socket waits longer.
    private static func limitWaits(_ descriptor: Descriptor, _ timeout: Duration) throws(SystemError) {
        var time = timeval(tv_sec: Int(timeout.nanoseconds / 1_000_000_000), tv_usec: Int(timeout.nanoseconds % 1_000_000_000 / 1000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let code = unsafe setsockopt(descriptor.number, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
            if code != 0 { throw SystemError.last("setsockopt") }
        }
    }

    /// Sets how many bytes the kernel may hold for the receiver; 0 leaves it to the kernel. Serves tests of slow readers.
    public static func setReceiveBuffer(_ descriptor: Descriptor, bytes: Int32) throws(SystemError) {
        try set(descriptor, SOL_SOCKET, SO_RCVBUF, bytes)
    }

    /// Receives what is there, at most `room.count` bytes.
    public static func receive(_ descriptor: Descriptor, into room: UnsafeMutableRawBufferPointer) -> Transfer {
        let got = unsafe recv(descriptor.number, room.baseAddress, room.count, 0)
        if got > 0 { return .moved(got) }
        return got == 0 ? .ended : failure("recv")
    }

    /// Sends what the kernel takes of `bytes`.
    public static func send(_ descriptor: Descriptor, _ bytes: UnsafeRawBufferPointer) -> Transfer {
        let put = unsafe CLinux.send(descriptor.number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        return put >= 0 ? .moved(put) : failure("send")
    }

    /// Tells the peer that nothing more will be sent.
    public static func endSending(_ descriptor: Descriptor) { shutdown(descriptor.number, Int32(SHUT_WR)) }

    static func failure(_ operation: String) -> Transfer {
        let error = SystemError.last(operation)
        return error.wouldBlock || error.isInterrupted ? .wouldBlock : .failed(error)
    }

    private static func make(_ family: Int32, blocking: Bool) throws(SystemError) -> Descriptor {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | (blocking ? 0 : Int32(SOCK_NONBLOCK.rawValue))
        let number = socket(family, kind, 0)
        if number < 0 { throw SystemError.last("socket") }
        return Descriptor(owning: number)
    }

    private static func set(_ descriptor: Descriptor, _ level: Int32, _ option: Int32, _ value: Int32) throws(SystemError) {
        var value = value
        let code = unsafe setsockopt(descriptor.number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        if code != 0 { throw SystemError.last("setsockopt") }
    }

    private static func name(of descriptor: Descriptor) throws(SystemError) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe getsockname(descriptor.number, UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), &length)
        }
        if code != 0 { throw SystemError.last("getsockname") }
        return unsafe SocketAddress(&storage)
    }
}
