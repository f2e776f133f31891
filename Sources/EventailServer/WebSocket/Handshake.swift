internal import EventailSystem
internal import EventailTLS

/// The opening handshake of RFC 6455 section 4.2.
enum Handshake {
    static let subprotocol = "eventail.v1"

    enum Outcome {
        /// The response to send; whether the client speaks `eventail.v1`.
        case accepted([UInt8], speaksVersion1: Bool)
        case refused(Response)
    }

    static func answer(_ request: Request) -> Outcome {
        if request.method != "GET" || !request.isVersion11 {
            return .refused(.problem(400, "a WebSocket is opened with GET and HTTP/1.1"))
        }
        if request.header("sec-websocket-version")?.trimmed != "13" {
            return .refused(.problem(426, "the WebSocket version is 13", headers: [("Sec-WebSocket-Version", "13"), ("Upgrade", "websocket")]))
        }
        let keys = request.headers.filter { $0.name == "sec-websocket-key" }
        guard keys.count == 1, let key = keys.first?.value, isKey(key) else {
            return .refused(.problem(400, "Sec-WebSocket-Key is 16 bytes in base64"))
        }
        let speaks = request.headers.contains { header in
            header.name == "sec-websocket-protocol" && header.value.split(separator: ",").contains { $0.trimmed == subprotocol }
        }
        var text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        text += "Sec-WebSocket-Accept: \(accept(key))\r\n"
        if speaks { text += "Sec-WebSocket-Protocol: \(subprotocol)\r\n" }
        return .accepted(Array((text + "\r\n").utf8), speaksVersion1: speaks)
    }

    /// The proof that the server understood: base64 of SHA-1 of the key and a fixed text.
    static func accept(_ key: String) -> String {
        Base64.encode(Digest.sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    private static func isKey(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        if bytes.count != 24 || bytes[22] != 0x3D || bytes[23] != 0x3D { return false }
        return bytes[0..<22].allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F: true
            default: false
            }
        }
    }
}
