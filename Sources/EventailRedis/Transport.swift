internal import EventailSystem
internal import EventailTLS

/// Bytes to and from a server over TCP, TLS or a Unix socket.
///
/// *Owns* the socket and its TLS session. *Thread*: the connection's. *Limits*: each call waits `timeout` at most.
final class Transport {
    private let socket: Descriptor
    private let session: TLSSession?
    private let server: RedisServer
    private let timeout: Duration

    /// Connects to the server, or to `address` (`host:port`) in its place.
    init(_ server: RedisServer, at address: String?, timeout: Duration) throws(RedisError) {
        self.server = server
        self.timeout = timeout
        let place = address ?? server.address
        do throws(SystemError) {
            if let path = server.path, address == nil {
                socket = try Socket.connect(toUnix: path, timeout: timeout)
            } else {
                socket = try Socket.connect(to: SocketAddress(resolving: place), timeout: timeout)
            }
        } catch {
            // A connection attempt that the timeout ended is still "in progress".
            if error.isInProgress { throw .silent("\(server) takes no connection within \(timeout)") }
            throw .unreachable("no connection to \(server): \(error)")
        }
        if !server.usesTLS {
            session = nil
            return
        }
        do throws(TLSError) {
            session = try TLSSession(TLSClient(server.tls), over: socket, host: Self.host(place))
        } catch {
            throw .insecure("\(server): \(error)")
        }
    }

    func send(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        var sent = 0
        while sent < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[sent...])
            switch unsafe session?.send(rest) ?? Socket.send(socket, rest) {
            case .moved(let count): sent += count
            case .wouldBlock: throw .silent("\(server) has taken nothing for \(timeout)")
            case .ended: throw .unreachable("\(server) closed the connection")
            case .failed(let error): throw .unreachable("the connection to \(server) broke: \(error)")
            }
        }
    }

    /// What has come, at least one byte.
    func receive(_ room: UnsafeMutableRawBufferPointer) throws(RedisError) -> Int {
        switch unsafe session?.receive(into: room) ?? Socket.receive(socket, into: room) {
        case .moved(let count): return count
        case .wouldBlock: throw .silent("\(server) has not answered for \(timeout)")
        case .ended: throw .unreachable("\(server) closed the connection")
        case .failed(let error): throw .unreachable("the connection to \(server) broke: \(error)")
        }
    }

    /// The host of `host:port`, without brackets.
    private static func host(_ place: String) -> String {
        let host = place.prefix(upTo: place.lastIndex(of: ":") ?? place.endIndex)
        return host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : String(host)
    }
}
