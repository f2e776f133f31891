internal import EventailSystem

/// A small WebSocket client (RFC 6455) for following a running Eventail.
///
/// *Owns* its socket. *Thread*: one. *Limits*: messages of 64 MiB, no TLS. That the server knows the protocol is taken from status 101 and
/// its `Upgrade` header: it is a server of ours, named by the user, not a page's guess.
final class WebSocketClient {
    enum Failure: Error, CustomStringConvertible {
        case system(SystemError)
        case refused(String)
        /// The server closed, with its code and reason.
        case closed(Int, String)

        var description: String {
            switch self {
            case .system(let error): "\(error)"
            case .refused(let answer): "the server did not upgrade to WebSocket: \(answer)"
            case .closed(let code, let reason): "the server closed the connection (\(code)\(reason.isEmpty ? "" : ", \(reason)"))"
            }
        }
    }

    let socket: Descriptor
    private var received: [UInt8] = []
    private var message: [UInt8] = []
    private static let mostBytes = 64 << 20

    /// Connects and upgrades; a token says who asks.
    init(to address: TapAddress, token: String?) throws(Failure) {
        do throws(SystemError) {
            socket = try Socket.connect(to: SocketAddress(resolving: address.authority), timeout: .seconds(10))
        } catch {
            throw .system(error)
        }
        let key = Base64.encode(ProcessUsage.randomBytes(16))
        // A token from a file may end with a line end; nothing else of that kind belongs into a header.
        let authorization = token.map { "Authorization: Bearer \($0.filter { $0.isASCII && !$0.isWhitespace })\r\n" } ?? ""
        try send(
            Array(
                """
                GET \(address.path) HTTP/1.1\r
                Host: \(address.authority)\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: \(key)\r
                \(authorization)\r

                """.utf8))
        try readHead()
    }

    private func readHead() throws(Failure) {
        while true {
            if let end = Self.headEnd(received) {
                let head = String(decoding: received[..<end], as: UTF8.self)
                received.removeSubrange(..<(end + 4))
                let lines = head.split(separator: "\r\n")
                let upgrades = lines.contains { $0.lowercased().replacing(" ", with: "") == "upgrade:websocket" }
                guard lines.first?.hasPrefix("HTTP/1.1 101") == true, upgrades else { throw .refused(String(lines.first ?? "")) }
                return
            }
            if received.count > 64 << 10 { throw .refused("its head is longer than 64 KiB") }
            try receive()
        }
    }

    /// Sends a text message.
    func send(text: String) throws(Failure) { try sendFrame(opcode: 1, Array(text.utf8)) }

    /// Takes what has come and hands out each whole text message. Called when the socket is readable.
    func receiveMessages(_ body: ([UInt8]) -> Void) throws(Failure) {
        try receive()
        while let (opcode, isFinal, payload) = try nextFrame() {
            switch opcode {
            case 0, 1, 2:
                message += payload
                if message.count > Self.mostBytes { throw .closed(1009, "a message is longer than 64 MiB") }
                if isFinal {
                    body(message)
                    message.removeAll(keepingCapacity: true)
                }
            case 8:
                let code = payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 1005
                throw .closed(code, String(decoding: payload.dropFirst(2), as: UTF8.self))
            case 9: try sendFrame(opcode: 10, payload)
            default: break
            }
        }
    }

    private func receive() throws(Failure) {
        var room = [UInt8](repeating: 0, count: 64 << 10)
        let transfer = unsafe room.withUnsafeMutableBytes { unsafe Socket.receive(socket, into: $0) }
        switch transfer {
        case .moved(let count): received += room[..<count]
        case .wouldBlock: throw .refused("it does not answer")
        case .ended: throw .closed(1006, "without a word")
        case .failed(let error): throw .system(error)
        }
    }

    private func nextFrame() throws(Failure) -> (opcode: UInt8, isFinal: Bool, payload: [UInt8])? {
        guard received.count >= 2 else { return nil }
        var start = 2
        var length = Int(received[1] & 0x7F)
        if length >= 126 {
            let digits = length == 126 ? 2 : 8
            guard received.count >= 2 + digits else { return nil }
            length = 0
            for index in 2..<2 + digits { length = length << 8 | Int(received[index]) }
            start += digits
        }
        guard length >= 0, length <= Self.mostBytes else { throw .closed(1009, "a frame is longer than 64 MiB") }
        guard received.count >= start + length else { return nil }
        let frame = (received[0] & 0x0F, received[0] & 0x80 != 0, Array(received[start..<start + length]))
        received.removeSubrange(..<(start + length))
        return frame
    }

    private func sendFrame(opcode: UInt8, _ payload: [UInt8]) throws(Failure) {
        var frame: [UInt8] = [0x80 | opcode]
        switch payload.count {
        case 0..<126: frame.append(0x80 | UInt8(payload.count))
        case 126..<(1 << 16): frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            frame.append(0x80 | 127)
            for shift in stride(from: 56, through: 0, by: -8) { frame.append(UInt8(payload.count >> shift & 0xFF)) }
        }
        // A client's frames are masked (RFC 6455 section 5.3).
        let mask = ProcessUsage.randomBytes(4)
        frame += mask
        for (index, byte) in payload.enumerated() { frame.append(byte ^ mask[index & 3]) }
        try send(frame)
    }

    private func send(_ bytes: [UInt8]) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let transfer = unsafe bytes.withUnsafeBytes { unsafe Socket.send(socket, UnsafeRawBufferPointer(rebasing: $0[done...])) }
            switch transfer {
            case .moved(let count): done += count
            case .wouldBlock: throw .refused("it does not take the request")
            case .ended: throw .closed(1006, "without a word")
            case .failed(let error): throw .system(error)
            }
        }
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        if bytes.count < 4 { return nil }
        for index in 0...bytes.count - 4
        where bytes[index] == 0x0D && bytes[index + 1] == 0x0A && bytes[index + 2] == 0x0D && bytes[index + 3] == 0x0A { return index }
        return nil
    }
}
