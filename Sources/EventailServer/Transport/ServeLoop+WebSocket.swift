internal import EventailJSON
internal import EventailSystem

/// WebSocket clients and their messages.
extension ServeLoop {
    func upgrade(_ connection: Connection, _ request: Request) {
        switch Handshake.answer(request) {
        case .refused(var response):
            response.closes = true
            telemetry.refused.add(1)
            respond(connection, response, ends: true)
        case .accepted(let bytes, let speaksVersion1):
            let now = Timestamp.monotonicNanoseconds()
            let isRaw = connection.isRawPort || request.path == "/raw"
            let admission: Admission
            do throws(AuthenticationRefusal) { admission = try admit(request, isRaw: isRaw) } catch {
                var response = error.response
                response.closes = true
                telemetry.refused.add(1)
                return respond(connection, response, ends: true)
            }
            let client = Client(
                connection, isRaw: isRaw, speaksVersion1: speaksVersion1, longestMessage: configuration.subscribeBytes, now: now)
            connection.queue.append(FrameChunk(bytes))
            connection.phase = .webSocket
            connection.client = client
            connection.parser = nil
            telemetry.webSockets.add(1)
            touch(connection)
            switch admission {
            case .known(let identity): client.identity = identity
            case .unknown: client.authenticateBy = now + configuration.authenticationTimeout.nanoseconds
            case .refused(let refusal): return connection.closeWebSocket(refusal.closeCode, refusal.message, discarding: false)
            case .everybody: break
            }
            if isStopping { return connection.closeWebSocket(1001, "going away", discarding: false) }
            if speaksVersion1 && !isRaw {
                broadcaster.send(client) { json in
                    json.field("type", "connected")
                    json.field("clientId", "\(connection.number)")
                    json.field("heartbeat", Int(configuration.heartbeatInterval.seconds))
                }
            }
            if isRaw { broadcaster.index(client) }
            // Frames may have come together with the handshake.
            let early = connection.unread
            connection.unread = []
            if !early.isEmpty { unsafe early.withUnsafeBytes { unsafe receivedFrames(connection, $0) } }
        }
    }

    func receivedFrames(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) {
        guard let client = connection.client else { return }
        let now = Timestamp.monotonicNanoseconds()
        client.lastHeard = now
        guard unsafe client.reader.read(bytes) else { return close(connection) }
        let messages = client.reader.messages
        client.reader.messages.removeAll()
        connection.takeOutput()
        touch(connection)
        for message in messages {
            if connection.phase != .webSocket { return }
            switch message {
            case .close: break
            case .pong: break
            case .ping: countMessage(client, now)
            case .binary:
                countMessage(client, now)
                malformed(client, "messages are text")
            case .text(let text):
                countMessage(client, now)
                if connection.phase == .webSocket { perform(client, text) }
            }
        }
        if client.reader.hasEnded && connection.phase == .webSocket {
            // The close frame that wslay answered with is queued; a peer that closed gets it, then nothing follows.
            broadcaster.forget(client)
            connection.phase = .lingering
            connection.deadline = now + Connection.lingerNanoseconds
            connection.endsWhenSent = true
        }
    }

    private func countMessage(_ client: Client, _ now: Int64) {
        if now - client.minute >= 60_000_000_000 {
            client.minute = now
            client.messages = 0
        }
        client.messages += 1
        if client.messages > configuration.messagesPerMinute && client.connection.phase == .webSocket {
            broadcaster.close(client, 4429, "more than \(configuration.messagesPerMinute) messages in a minute")
        }
    }

    private func malformed(_ client: Client, _ reason: String) {
        if client.connection.phase != .webSocket { return }
        broadcaster.refuse(client, nil, "bad_message", reason)
        broadcaster.forget(client)
        client.connection.closeWebSocket(4400, reason, discarding: false)
    }

    private func perform(_ client: Client, _ text: [UInt8]) {
        // A client of bare lines gets nothing but lines.
        if client.isRaw { return }
        let message = messageReader.read(text)
        if client.authenticateBy != 0 {
            guard case .auth(let identifier, let token) = message else { return broadcaster.close(client, 4401, "the first message says who you are: auth") }
            return authenticate(client, identifier, token)
        }
        switch message {
        case .subscribe(let request):
            guard let request = request.narrowed(to: client.identity) else {
                return broadcaster.refuse(client, request.identifier, "forbidden", "your role may see nothing of this; name what it may see")
            }
            broadcaster.subscribe(client, request)
        case .unsubscribe(let request, let everything): unsubscribe(client, request, everything)
        case .ping(let identifier):
            broadcaster.send(client) { json in
                json.field("type", "pong")
                write(identifier, &json)
            }
        case .list(let identifier): list(client, identifier)
        case .auth(let identifier, let token): authenticate(client, identifier, token)
        case .wrong(let identifier, let code, let reason): broadcaster.refuse(client, identifier, code, reason)
        case .malformed(let reason): malformed(client, reason)
        }
    }

    private func unsubscribe(_ client: Client, _ request: SubscribeRequest, _ everything: Bool) {
        let request = request.narrowed(to: client.identity) ?? request
        if everything {
            broadcaster.end(client.subscriptions, of: client)
        } else if !broadcaster.unsubscribe(client, matching: request) {
            return broadcaster.refuse(client, request.identifier, "unknown_subscription", "there is no such subscription")
        }
        broadcaster.send(client) { json in
            json.field("type", "unsubscribed")
            write(request.identifier, &json)
        }
    }

    private func list(_ client: Client, _ identifier: MessageIdentifier?) {
        broadcaster.send(client) { json in
            json.field("type", "list")
            write(identifier, &json)
            json.field("subscriptions", array: { json in
                for subscription in client.subscriptions {
                    json.object { json in
                        write(subscription.request.identifier, &json)
                        if let execution = subscription.request.executionId { json.field("executionId", execution) }
                        if let conversation = subscription.request.conversationId { json.field("conversationId", conversation) }
                        json.field("all", subscription.filter.isAll)
                        json.field("live", subscription.state == .live)
                    }
                }
            })
        }
    }

    private func write(_ identifier: MessageIdentifier?, _ json: inout JSONWriter) {
        guard let identifier else { return }
        json.key("id")
        identifier.write(into: &json)
    }
}
