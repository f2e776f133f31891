public import EventailJSON

/// One HTTP response, whole.
public struct Response: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// The connection ends behind it.
    public var closes = false

    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON document.
    public static func json(status: Int = 200, _ write: (inout JSONWriter) -> Void) -> Response {
        var json = JSONWriter()
        write(&json)
        return .json(status: status, json.bytes)
    }

    /// A JSON document that is written already.
    static func json(status: Int = 200, _ bytes: [UInt8]) -> Response {
        Response(status: status, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")], body: bytes)
    }

    /// A page of a list: `{"items":[...],"next":...}`.
    public static func list(next: String? = nil, _ write: (inout JSONWriter) -> Void) -> Response {
        json { json in
            json.object { json in
                json.field("items", array: write)
                json.field("next", next)
            }
        }
    }

    /// Problem details (RFC 9457).
    public static func problem(_ status: Int, _ detail: String, headers: [(name: String, value: String)] = []) -> Response {
        var json = JSONWriter()
        json.object { json in
            json.field("type", "about:blank")
            json.field("title", reason(status))
            json.field("status", status)
            json.field("detail", detail)
        }
        return Response(
            status: status, headers: [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")] + headers,
            body: json.bytes)
    }

    /// The response as bytes on the wire; a HEAD request's has no body but the same headers.
    func encoded(head: Bool, keepAlive: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
        for header in headers { text += "\(header.name): \(header.value)\r\n" }
        // 204 and 304 have no body by definition; every other response tells its length.
        if status != 204 && status != 304 { text += "Content-Length: \(body.count)\r\n" }
        text += "X-Content-Type-Options: nosniff\r\n"
        text += keepAlive && !closes ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n"
        var bytes = Array(text.utf8)
        if !head { bytes.append(contentsOf: body) }
        return bytes
    }

    static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 421: "Misdirected Request"
        case 426: "Upgrade Required"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        default: "Status \(status)"
        }
    }
}
