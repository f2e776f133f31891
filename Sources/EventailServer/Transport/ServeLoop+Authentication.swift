internal import EventailJSON
internal import EventailSystem

/// Who WebSocket clients are: told at the handshake or by a message, and for how long it holds.
extension ServeLoop {
    /// What is known of a client at its handshake.
    enum Admission {
        /// Nobody has to say who they are.
        case everybody
        case known(Identity)
        /// It has to say so by a message.
        case unknown
        /// It is told by a close code: a page cannot see the status of a handshake.
        case refused(AuthenticationRefusal)
    }

    static let tokenProtocol = "base64url.bearer.authorization.eventail."

    /// Throws what is told as an HTTP response.
    func admit(_ request: Request, isRaw: Bool) throws(AuthenticationRefusal) -> Admission {
        guard let authenticator else { return .everybody }
        if request.header("authorization") != nil {
            return .known(try Self.checked(try authenticator.identity(authorization: request.singleAuthorization()), isRaw))
        }
        if let offered = Self.offeredToken(request) {
            do throws(AuthenticationRefusal) { return .known(try Self.checked(try authenticator.identity(token: offered), isRaw)) } catch {
                return .refused(error)
            }
        }
        if authenticator.letsAnonymousIn { return .known(try Self.checked(try authenticator.anonymous(), isRaw)) }
        // A client of bare lines sends no messages.
        if isRaw { throw .missing }
        return .unknown
    }

    /// Bare lines cannot be sorted out for one client.
    private static func checked(_ identity: Identity, _ isRaw: Bool) throws(AuthenticationRefusal) -> Identity {
        if isRaw && !identity.scope.isWhole { throw .forbidden("your role sees some events only, and bare clients get all") }
        return identity
    }

    /// The token among the subprotocols that a client offers: as it is, or in base64 for addresses.
    private static func offeredToken(_ request: Request) -> String? {
        for header in request.headers where header.name == "sec-websocket-protocol" {
            for word in header.value.split(separator: ",") {
                let word = word.trimmed
                guard word.hasPrefix(tokenProtocol) else { continue }
                let token = String(word.dropFirst(tokenProtocol.utf8.count))
                if token.contains(".") { return token }
                return Base64.decode(token).map { String(decoding: $0, as: UTF8.self) } ?? token
            }
        }
        return nil
    }

    /// The `auth` message: the first of a client that was not known, or a new token in time.
    func authenticate(_ client: Client, _ identifier: MessageIdentifier?, _ token: String) {
        guard let authenticator else {
            return broadcaster.refuse(client, identifier, "unsupported", "this server asks nobody who they are")
        }
        let identity: Identity
        do throws(AuthenticationRefusal) { identity = try authenticator.identity(token: token) } catch {
            return broadcaster.close(client, error.closeCode, error.message)
        }
        if let before = client.identity, before.scope != identity.scope || before.subject != identity.subject {
            return broadcaster.refuse(client, identifier, "forbidden", "a token of somebody else or with other rights needs a connection of its own")
        }
        client.identity = identity
        client.authenticateBy = 0
        client.knowsOfExpiry = false
        broadcaster.send(client) { json in
            json.field("type", "authenticated")
            if let identifier {
                json.key("id")
                identifier.write(into: &json)
            }
            json.field("role", identity.role)
            if let expires = identity.expires { json.field("expires", Timestamp(nanoseconds: expires).rfc3339) }
        }
    }

    /// Closes clients that do not say who they are, tells those whose token has expired, and closes them when they bring no new one.
    func watchIdentity(_ client: Client, _ now: Int64) {
        if client.authenticateBy != 0 {
            if now >= client.authenticateBy { broadcaster.close(client, 4408, "nobody said within \(Int(configuration.authenticationTimeout.seconds)) s who this is") }
            return
        }
        guard let expires = client.identity?.expires else { return }
        let past = Timestamp.now().nanoseconds - expires
        if past < 0 { return }
        if past >= configuration.expiryGrace.nanoseconds { return broadcaster.close(client, 4401, AuthenticationRefusal.expired.message) }
        if client.knowsOfExpiry { return }
        client.knowsOfExpiry = true
        if client.isRaw { return }
        broadcaster.refuse(
            client, nil, "token_expired", "the token has expired: send a new one with auth within \(Int(configuration.expiryGrace.seconds)) s", retryable: true)
    }
}

extension Request {
    /// The `Authorization` header; two of them say nothing.
    func singleAuthorization() throws(AuthenticationRefusal) -> String? {
        let found = headers.filter { $0.name == "authorization" }
        if found.count > 1 { throw .invalid("a request has one Authorization") }
        return found.first?.value
    }
}

extension SubscribeRequest {
    /// The part of it that somebody may see; nil for nothing.
    func narrowed(to identity: Identity?) -> SubscribeRequest? {
        guard let scope = identity?.scope, !scope.isWhole else { return self }
        func texts(_ bytes: [[UInt8]]) -> [String] { bytes.map { String(decoding: $0, as: UTF8.self) } }
        guard let agents = Identity.Scope.allowed(texts(filter.agents), of: scope.agents), let types = Identity.Scope.allowed(filter.types, of: scope.types)
        else { return nil }
        var request = self
        request.filter.agents = agents.map { Array($0.utf8) }
        request.filter.types = types
        if let executions = scope.executions {
            // A subscription is to one execution or to all.
            guard let execution = request.executionId ?? (executions.count == 1 ? executions[0] : nil), executions.contains(execution) else { return nil }
            request.filter.execution = Array(execution.utf8)
        }
        return request
    }
}
