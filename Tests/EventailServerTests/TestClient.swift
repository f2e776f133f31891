import EventailSystem

/// A blocking TCP client of a test's: HTTP and WebSocket by hand, so that every byte is the test's own.
final class TestClient {
    let socket: Descriptor
    private var received: [UInt8] = []
    /// Where in `received` the next message starts.
    private var at = 0
    private var room = [UInt8](repeating: 0, count: 256 << 10)

    struct Reply {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    struct Frame {
        var opcode: UInt8
        var payload: [UInt8]
        var text: String { String(decoding: payload, as: UTF8.self) }
        var closeCode: Int { payload.count < 2 ? 0 : Int(payload[0]) << 8 | Int(payload[1]) }
    }

    init(_ address: SocketAddress, receiveBuffer: Int32 = 0, timeout: Duration = .seconds(10)) throws {
        socket = try Socket.connect(to: address, timeout: timeout)
        if receiveBuffer > 0 { try Socket.setReceiveBuffer(socket, bytes: receiveBuffer) }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let outcome = unsafe Array(rest).withUnsafeBytes { unsafe Socket.send(socket, $0) }
            guard case .moved(let count) = outcome else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// More bytes; false at the end or after the timeout.
    @discardableResult
    func receive() -> Bool {
        let outcome = unsafe room.withUnsafeMutableBytes { unsafe Socket.receive(socket, into: $0) }
        guard case .moved(let count) = outcome else { return false }
        if at > 0 {
            received.removeFirst(at)
            at = 0
        }
        received.append(contentsOf: room[0..<count])
        return true
    }

    // MARK: HTTP

    func get(_ target: String, headers: String = "", host: String = "127.0.0.1") -> Reply? {
        send("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\(headers)\r\n")
        return reply()
    }

    /// The next response.
    func reply(head: Bool = false) -> Reply? {
        while true {
            if let end = find([13, 10, 13, 10]) {
                let lines = String(decoding: received[at..<end], as: UTF8.self).split(separator: "\r\n")
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
                }
                let status = Int(lines[0].split(separator: " ")[1]) ?? 0
                let length = head || status == 101 || status == 100 ? 0 : Int(headers["content-length"] ?? "0") ?? 0
                if received.count < end + 4 + length {
                    if !receive() { return nil }
                    continue
                }
                let body = String(decoding: received[(end + 4)..<(end + 4 + length)], as: UTF8.self)
                at = end + 4 + length
                return Reply(status: status, headers: headers, body: body)
            }
            if !receive() { return nil }
        }
    }

    private func find(_ bytes: [UInt8]) -> Int? {
        if received.count - at < bytes.count { return nil }
        return (at...(received.count - bytes.count)).first { received[$0..<$0 + bytes.count].elementsEqual(bytes) }
    }

    // MARK: WebSocket

    func upgrade(_ path: String = "/", headers: String = "", host: String = "127.0.0.1") -> Reply? {
        send(Self.upgradeRequest(path, headers: headers, host: host))
        return reply()
    }

    static func upgradeRequest(_ path: String, headers: String = "", host: String = "127.0.0.1") -> String {
        "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\(headers)\r\n"
    }

    static func frame(_ payload: [UInt8], opcode: UInt8 = 1, fin: Bool = true, masked: Bool = true) -> [UInt8] {
        var bytes: [UInt8] = [(fin ? 0x80 : 0) | opcode]
        let bit: UInt8 = masked ? 0x80 : 0
        if payload.count < 126 {
            bytes.append(bit | UInt8(payload.count))
        } else if payload.count < 65536 {
            bytes += [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        } else {
            bytes += [bit | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
        }
        if !masked { return bytes + payload }
        let mask: [UInt8] = [0x11, 0x22, 0x33, 0x44]
        return bytes + mask + payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
    }

    func say(_ text: String) { send(Self.frame(Array(text.utf8))) }

    /// The next frame; nil at the end or after the timeout.
    func frame() -> Frame? {
        while true {
            if received.count - at >= 2 {
                let short = Int(received[at + 1] & 0x7F)
                let header = short < 126 ? 2 : short == 126 ? 4 : 10
                if received.count - at >= header {
                    let length = short < 126 ? short : received[at + 2..<at + header].reduce(0) { $0 << 8 | Int($1) }
                    if received.count - at >= header + length {
                        let frame = Frame(opcode: received[at] & 15, payload: Array(received[at + header..<at + header + length]))
                        at += header + length
                        return frame
                    }
                }
            }
            if !receive() { return nil }
        }
    }

    /// The next text message.
    func message() -> String? {
        while let frame = frame() {
            if frame.opcode == 1 { return frame.text }
            if frame.opcode == 8 { return "close \(frame.closeCode)" }
        }
        return nil
    }
}
