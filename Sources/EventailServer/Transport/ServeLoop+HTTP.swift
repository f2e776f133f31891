internal import EventailSystem

/// Requests and responses.
extension ServeLoop {
    func receivedRequestBytes(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) {
        if connection.endsWhenSent { return }
        unsafe connection.unread.append(contentsOf: bytes)
        readRequests(connection)
    }

    /// Reads and answers requests until the bytes are used up or one is answered on `query`.
    func readRequests(_ connection: Connection) {
        while connection.phase == .http && !connection.isBusy && !connection.isClosed && !connection.endsWhenSent && !connection.unread.isEmpty {
            let parser = connection.parser ?? RequestParser(headerLimit: configuration.headerBytes, bodyLimit: configuration.bodyBytes)
            connection.parser = parser
            let began = parser.hasBegun
            let hadHeader = parser.hasHeader
            var used = 0
            let outcome = unsafe connection.unread.withUnsafeBytes { unsafe parser.read($0, used: &used) }
            connection.unread.removeFirst(used)
            let now = Timestamp.monotonicNanoseconds()
            switch outcome {
            case .incomplete:
                if !began { connection.deadline = now + configuration.headerTimeout.nanoseconds }
                if parser.hasHeader && !hadHeader { connection.deadline = now + configuration.bodyTimeout.nanoseconds }
                if parser.wantsContinue {
                    parser.wantsContinue = false
                    connection.queue.append(FrameChunk(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)))
                    touch(connection)
                }
                // All bytes are used unless the parser stopped at the end of a request.
                if connection.unread.isEmpty || used == 0 { break }
                continue
            case .request(let request):
                connection.deadline = now + configuration.bodyTimeout.nanoseconds
                answer(connection, request)
                continue
            case .refused(let status, let detail):
                telemetry.refused.add(1)
                respond(connection, .problem(status, detail), ends: true)
            }
            break
        }
        // What a client sends ahead of its answers stays in the kernel beyond some requests.
        watch(connection, reading: !(connection.isBusy && connection.unread.count > 64 << 10))
    }

    private func answer(_ connection: Connection, _ request: Request) {
        telemetry.requests.add(1)
        if let refusal = policy.refusal(of: request) {
            telemetry.refused.add(1)
            return respond(connection, refusal, to: request)
        }
        if request.wantsUpgrade { return upgrade(connection, request) }
        if request.method == "OPTIONS" { return respond(connection, preflight(request), to: request) }
        switch router.find(request) {
        case .refused(let response): respond(connection, response, to: request)
        case .found(let route, var request):
            do throws(AuthenticationRefusal) { request.identity = try identity(of: request, for: route.access) } catch {
                telemetry.refused.add(1)
                return respond(connection, error.response, to: request)
            }
            if route.place == .serve { return respond(connection, route.handler(request), to: request) }
            connection.isBusy = true
            let (handler, request) = (route.handler, request)
            let asked = runner.submit { [self] in
                let response = handler(request)
                return { [self] in
                    connection.isBusy = false
                    if connection.isClosed { return }
                    respond(connection, response, to: request)
                    readRequests(connection)
                }
            }
            if !asked {
                connection.isBusy = false
                respond(connection, .problem(503, "too many questions wait; ask again in a second", headers: [("Retry-After", "1")]), to: request)
            }
        }
    }

    /// Who asks for something of that access; nil where nobody has to say.
    private func identity(of request: Request, for access: Route.Access) throws(AuthenticationRefusal) -> Identity? {
        guard let authenticator, access != .open else { return nil }
        let identity = try authenticator.identity(authorization: request.singleAuthorization())
        if access == .whole && !identity.scope.isWhole { throw .forbidden("your role sees some events only, and this tells of all") }
        return identity
    }

    /// A page of a listed origin asks whether it may send a request.
    private func preflight(_ request: Request) -> Response {
        var response = Response(status: 204)
        response.headers = [("Allow", "GET, HEAD, POST, OPTIONS")]
        if let origin = request.header("origin"), policy.isListed(origin) {
            response.headers += [
                ("Access-Control-Allow-Methods", "GET, HEAD, POST"), ("Access-Control-Allow-Headers", "Content-Type, Authorization"),
                ("Access-Control-Max-Age", "600"),
            ]
        }
        return response
    }

    private func respond(_ connection: Connection, _ response: Response, to request: Request) {
        var response = response
        if let origin = request.header("origin"), policy.isListed(origin) {
            response.headers += [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]
        }
        let keep = request.keepAlive && !response.closes && !isStopping
        connection.queue.append(FrameChunk(response.encoded(head: request.method == "HEAD", keepAlive: keep)))
        connection.deadline = Timestamp.monotonicNanoseconds() + configuration.idleTimeout.nanoseconds
        if !keep { connection.endsWhenSent = true }
        touch(connection)
    }

    /// Answers what is no whole request.
    func respond(_ connection: Connection, _ response: Response, ends: Bool) {
        connection.queue.append(FrameChunk(response.encoded(head: false, keepAlive: !ends)))
        connection.endsWhenSent = ends
        connection.deadline = Timestamp.monotonicNanoseconds() + configuration.bodyTimeout.nanoseconds
        touch(connection)
    }
}
