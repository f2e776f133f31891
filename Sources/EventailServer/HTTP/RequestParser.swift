internal import CHTTPParser

/// Cuts a connection's bytes into HTTP/1.1 requests, however they arrive.
///
/// *Owns* http-parser's state and the request being read. *Thread*: `serve`. *Limits*: bytes of header and body; it stops behind each whole
/// request, so that pipelined ones wait their turn.
@safe final class RequestParser {
    enum Outcome {
        /// The bytes are used up and the request is not whole.
        case incomplete
        /// A request; the parser is ready for the next one.
        case request(Request)
        /// The connection cannot go on; the status and sentence for the client.
        case refused(status: Int, String)
    }

    private let parser: UnsafeMutablePointer<http_parser>
    private let headerLimit: Int
    private let bodyLimit: Int
    private var request = Request()
    private var field: [UInt8] = []
    private var value: [UInt8] = []
    private var target: [UInt8] = []
    private var readingValue = false
    private var headerBytes = 0
    private var complete = false
    private var refusal: (Int, String)?
    /// Some bytes of a request have come.
    private(set) var hasBegun = false
    private(set) var hasHeader = false
    /// The client waits for leave to send the body (RFC 9110 section 10.1.1); the owner answers and clears it.
    var wantsContinue = false

    init(headerLimit: Int, bodyLimit: Int) {
        self.headerLimit = headerLimit
        self.bodyLimit = bodyLimit
        unsafe parser = .allocate(capacity: 1)
        unsafe http_parser_init(parser, HTTP_REQUEST)
        unsafe parser.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit { unsafe parser.deallocate() }

    /// Reads bytes up to the end of one request. `used` tells how many of them are done with.
    func read(_ bytes: UnsafeRawBufferPointer, used: inout Int) -> Outcome {
        used = 0
        if unsafe bytes.isEmpty { return .incomplete }
        hasBegun = true
        unsafe http_parser_pause(parser, 0)
        var settings = Self.settings
        used = unsafe http_parser_execute(parser, &settings, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        if let refusal { return .refused(status: refusal.0, refusal.1) }
        if complete { return finish() }
        let code = unsafe http_errno(parser.pointee.http_errno)
        if code == HPE_OK || code == HPE_PAUSED { return .incomplete }
        if code == HPE_HEADER_OVERFLOW { return .refused(status: 431, "the request's header is longer than \(headerLimit) bytes") }
        return .refused(status: 400, "this is no HTTP/1.1 request: \(unsafe String(cString: http_errno_description(code)))")
    }

    private func finish() -> Outcome {
        defer { reset() }
        let text = String(decoding: target, as: UTF8.self)
        request.target = text
        // An absolute target names the host itself, whatever the Host header says (RFC 9112, section 3.2.2).
        var local = text[...]
        for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
            request.headers.removeAll { $0.name == "host" }
            request.headers.append((name: "host", value: String(rest[..<end])))
            local = rest[end...].hasPrefix("/") ? rest[end...] : "/" + rest[end...]
        }
        let pieces = local.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = PercentEncoding.decode(pieces.first ?? "", plusIsSpace: false),
            let parameters = QueryParameters(decoding: pieces.count > 1 ? pieces[1] : "")
        else { return .refused(status: 400, "the request's target is not percent-encoded UTF-8") }
        request.path = path
        request.parameters = parameters
        return .request(request)
    }

    private func reset() {
        request = Request()
        target.removeAll()
        headerBytes = 0
        complete = false
        hasBegun = false
        hasHeader = false
        wantsContinue = false
        readingValue = false
    }

    private func endHeaderField() {
        if field.isEmpty { return }
        request.headers.append((String(decoding: field, as: UTF8.self).lowercased(), String(decoding: value, as: UTF8.self).trimmed))
        field.removeAll(keepingCapacity: true)
        value.removeAll(keepingCapacity: true)
    }

    private func refuse(_ status: Int, _ sentence: String) { if refusal == nil { refusal = (status, sentence) } }

    // MARK: http-parser's calls; each answers 0 to go on

    private func headerRead(_ count: Int) -> Int32 {
        headerBytes += count
        if headerBytes <= headerLimit { return 0 }
        refuse(431, "the request's header is longer than \(headerLimit) bytes")
        return -1
    }

    private func headersCompleted() -> Int32 {
        endHeaderField()
        hasHeader = true
        request.method = unsafe String(cString: http_method_str(http_method(parser.pointee.method)))
        request.isVersion11 = unsafe parser.pointee.http_major > 1 || (parser.pointee.http_major == 1 && parser.pointee.http_minor >= 1)
        request.keepAlive = unsafe http_should_keep_alive(parser) != 0
        let length = unsafe parser.pointee.content_length
        if length != UInt64.max && length > UInt64(bodyLimit) {
            refuse(413, "the request's body is longer than \(bodyLimit) bytes")
            return -1
        }
        // Other protocols than WebSocket are not offered: such a request is answered as if it had not asked (RFC 9110 section 7.8).
        request.wantsUpgrade = request.header("upgrade", holds: "websocket") && request.header("connection", holds: "upgrade")
        if !request.wantsUpgrade { unsafe parser.pointee.upgrade = 0 }
        wantsContinue = request.header("expect", holds: "100-continue")
        return 0
    }

    private func bodyRead(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        if request.body.count + bytes.count > bodyLimit {
            refuse(413, "the request's body is longer than \(bodyLimit) bytes")
            return -1
        }
        unsafe request.body.append(contentsOf: bytes)
        return 0
    }

    private func completed() {
        complete = true
        unsafe http_parser_pause(parser, 1)
    }

    private static func owner(_ parser: UnsafeMutablePointer<http_parser>?) -> RequestParser {
        unsafe Unmanaged<RequestParser>.fromOpaque(parser!.pointee.data).takeUnretainedValue()
    }

    private static var settings: http_parser_settings {
        var settings = http_parser_settings()
        unsafe http_parser_settings_init(&settings)
        unsafe settings.on_url = { parser, text, count in
            let owner = unsafe RequestParser.owner(parser)
            unsafe owner.target.append(contentsOf: UnsafeRawBufferPointer(start: text, count: count))
            return owner.headerRead(count)
        }
        unsafe settings.on_header_field = { parser, text, count in
            let owner = unsafe RequestParser.owner(parser)
            if owner.readingValue { owner.endHeaderField() }
            owner.readingValue = false
            // Trailers of a chunked body are read over.
            if owner.hasHeader { return owner.headerRead(count) }
            unsafe owner.field.append(contentsOf: UnsafeRawBufferPointer(start: text, count: count))
            return owner.headerRead(count + 4)
        }
        unsafe settings.on_header_value = { parser, text, count in
            let owner = unsafe RequestParser.owner(parser)
            owner.readingValue = true
            if owner.hasHeader { return owner.headerRead(count) }
            unsafe owner.value.append(contentsOf: UnsafeRawBufferPointer(start: text, count: count))
            return owner.headerRead(count)
        }
        unsafe settings.on_headers_complete = { parser in unsafe RequestParser.owner(parser).headersCompleted() }
        unsafe settings.on_body = { parser, text, count in
            unsafe RequestParser.owner(parser).bodyRead(UnsafeRawBufferPointer(start: text, count: count))
        }
        unsafe settings.on_message_complete = { parser in
            unsafe RequestParser.owner(parser).completed()
            return 0
        }
        return settings
    }
}
