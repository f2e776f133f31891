internal import EventailSystem

/// The `serve` thread: accepts, reads requests and messages, sends responses and events.
///
/// *Owns* all connections and the broadcaster. *Thread*: its own; others reach it through the hub's, the query runner's and `wake`'s signals.
/// *Limits*: `clients` connections, 64 KiB read from one before the next has its turn.
@safe final class ServeLoop: @unchecked Sendable {
    // @unchecked: everything but `wake` and `orders` is touched on the serve thread only.
    private(set) var configuration: ServerConfiguration
    let broadcaster: Broadcaster
    let telemetry: ServerTelemetry
    let runner: QueryRunner
    let gatherer = Gatherer()
    var connections: [UInt64: Connection] = [:]
    /// Set by `stop`: no more connections, and those there are end.
    private(set) var isStopping = false
    let messageReader: ClientMessageReader
    let router: Router
    private(set) var policy: HostPolicy
    /// Nil: nobody has to say who they are.
    private(set) var authenticator: Authenticator?

    private let poller: Poller
    private let listeners: [(descriptor: Descriptor, isRaw: Bool)]
    private let wake: EventSignal
    private let orders: ServeOrders
    private var stopAt: Int64 = 0
    private var nextNumber: UInt64 = 1000
    private var nextTick: Int64 = 0
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    /// Accepting rests until then: the process has no descriptor left.
    private var acceptRestsUntil: Int64 = 0

    private static let hubToken: UInt64 = 0
    private static let queryToken: UInt64 = 1
    private static let wakeToken: UInt64 = 2
    private static let firstListenerToken: UInt64 = 10
    private static let tick: Int64 = 500_000_000

    init(
        configuration: ServerConfiguration, broadcaster: Broadcaster, telemetry: ServerTelemetry, runner: QueryRunner, router: Router,
        policy: HostPolicy, authenticator: Authenticator?, listeners: [(descriptor: Descriptor, isRaw: Bool)], wake: EventSignal, orders: ServeOrders
    ) throws(SystemError) {
        self.configuration = configuration
        self.broadcaster = broadcaster
        self.telemetry = telemetry
        self.runner = runner
        self.router = router
        self.policy = policy
        self.authenticator = authenticator
        self.listeners = listeners
        self.wake = wake
        self.orders = orders
        messageReader = ClientMessageReader(mostLast: configuration.lastEvents)
        poller = try Poller()
        try poller.add(broadcaster.hub.signal.descriptor.number, .readable, token: Self.hubToken)
        try poller.add(runner.signal.descriptor.number, .readable, token: Self.queryToken)
        try poller.add(wake.descriptor.number, .readable, token: Self.wakeToken)
        for (index, listener) in listeners.enumerated() {
            try poller.add(listener.descriptor.number, .readable, token: Self.firstListenerToken + UInt64(index))
        }
    }

    deinit { unsafe room.deallocate() }

    /// Serves until it is told to stop and every connection has ended, or the time for that is over.
    func run() {
        var hubIsWaiting = false
        var moreAtOnce = false
        while !(isStopping && (connections.isEmpty || Timestamp.monotonicNanoseconds() >= stopAt)) {
            let timeout: Duration? = moreAtOnce ? .zero : connections.isEmpty && acceptRestsUntil == 0 ? nil : .milliseconds(500)
            var ready: [(UInt64, Poller.Interest)] = []
            do throws(SystemError) {
                try poller.wait(timeout) { token, events in ready.append((token, events)) }
            } catch {
                Log.error("serve", "waiting for connections failed; the server ends", ["reason": error.description])
                break
            }
            for (token, events) in ready {
                switch token {
                case Self.hubToken: hubIsWaiting = true
                case Self.queryToken: runner.finish()
                case Self.wakeToken: wakened()
                case Self.firstListenerToken..<Self.firstListenerToken + UInt64(listeners.count):
                    accept(listeners[Int(token - Self.firstListenerToken)])
                default: if let connection = connections[token] { happened(connection, events) }
                }
            }
            if hubIsWaiting { hubIsWaiting = broadcaster.takePublished() }
            let following = broadcaster.pumpAll()
            sendTouched()
            broadcaster.sent()
            moreAtOnce = hubIsWaiting || following
            let now = Timestamp.monotonicNanoseconds()
            if now >= nextTick {
                nextTick = now + Self.tick
                ticked(now)
                sendTouched()
            }
        }
        for connection in Array(connections.values) { close(connection) }
    }

    private func wakened() {
        wake.clear()
        if let change = orders.takeChange() {
            configuration = change.configuration
            broadcaster.configuration = change.configuration
            policy = change.policy
            authenticator = change.authenticator
        }
        guard let order = orders.stopping, !isStopping else { return }
        isStopping = true
        stopAt = order.deadline
        for listener in listeners { remove(listener.descriptor) }
        for connection in Array(connections.values) {
            switch connection.phase {
            case .webSocket:
                if let client = connection.client { broadcaster.forget(client) }
                connection.closeWebSocket(order.restarting ? 1012 : 1001, order.restarting ? "restarting; come back in 5 s" : "going away", discarding: false)
                touch(connection)
            case .http where !connection.isBusy && connection.queue.isEmpty: close(connection)
            case .http: connection.endsWhenSent = !connection.isBusy
            case .lingering: break
            }
        }
    }

    // MARK: connections

    private func accept(_ listener: (descriptor: Descriptor, isRaw: Bool)) {
        if isStopping { return }
        let now = Timestamp.monotonicNanoseconds()
        if now < acceptRestsUntil { return }
        acceptRestsUntil = 0
        for _ in 0..<64 {
            do throws(SystemError) {
                guard let (descriptor, peer) = try Socket.accept(listener.descriptor) else { return }
                let connection = Connection(
                    number: nextNumber, descriptor: descriptor, peer: peer, isRawPort: listener.isRaw, now: now,
                    deadline: now + configuration.headerTimeout.nanoseconds)
                nextNumber += 1
                try poller.add(descriptor.number, [.readable, .ended], token: connection.number)
                connections[connection.number] = connection
                telemetry.connections.set(Int64(connections.count))
                if connections.count > configuration.clients {
                    telemetry.refused.add(1)
                    respond(connection, .problem(503, "\(configuration.clients) clients are connected already", headers: [("Retry-After", "5")]), ends: true)
                }
            } catch {
                // Without a rest a listener that is ready for ever would spin.
                acceptRestsUntil = now + 100_000_000
                Log.warning("serve", "a connection could not be accepted", ["reason": error.description])
                return
            }
        }
    }

    private func happened(_ connection: Connection, _ events: Poller.Interest) {
        if !events.isDisjoint(with: .writable) {
            connection.isBlocked = false
            touch(connection)
        }
        if !events.isDisjoint(with: [.readable, .ended, .failed]) { receive(connection) }
    }

    private func receive(_ connection: Connection) {
        if connection.isClosed { return }
        if !connection.watchesReading {
            // Only the end of the connection is reported then.
            connection.isBroken = true
            touch(connection)
            return
        }
        switch unsafe Socket.receive(connection.descriptor, into: room) {
        case .moved(let count):
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: room[0..<count])
            switch connection.phase {
            case .http: unsafe receivedRequestBytes(connection, bytes)
            case .webSocket: unsafe receivedFrames(connection, bytes)
            case .lingering: unsafe receivedClosing(connection, bytes)
            }
        case .wouldBlock: break
        case .ended:
            // A client that only ended its sending side may still want the answer.
            if connection.phase == .http && (connection.isBusy || !connection.queue.isEmpty) {
                connection.endsWhenSent = true
                watch(connection, reading: false)
                touch(connection)
            } else {
                close(connection)
            }
        case .failed: close(connection)
        }
    }

    private func receivedClosing(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) {
        guard let client = connection.client, !connection.isFinishing else { return }
        _ = unsafe client.reader.read(bytes)
        client.reader.messages.removeAll()
        client.reader.output.removeAll()
        if client.reader.hasEnded {
            connection.endsWhenSent = true
            touch(connection)
        }
    }

    func touch(_ connection: Connection) { connection.touch(&broadcaster.touched) }

    private func sendTouched() {
        while !broadcaster.touched.isEmpty {
            let list = broadcaster.touched
            broadcaster.touched.removeAll(keepingCapacity: true)
            for connection in list {
                connection.isTouched = false
                if connection.isClosed { continue }
                if !connection.isBlocked {
                    let before = connection.sentBytes
                    connection.flush(gatherer)
                    telemetry.sentBytes.add(connection.sentBytes - before)
                }
                if connection.isBroken || (connection.queue.isEmpty && connection.endsWhenSent) {
                    finish(connection)
                    continue
                }
                if connection.phase == .lingering && connection.queue.isEmpty {
                    connection.deadline = min(connection.deadline, Timestamp.monotonicNanoseconds() + Connection.lingerNanoseconds)
                }
                watch(connection, reading: connection.watchesReading, writing: !connection.queue.isEmpty)
            }
        }
    }

    /// Everything is sent: the sending side ends first, so that the last bytes arrive also when unread input is left.
    private func finish(_ connection: Connection) {
        if connection.isBroken { return close(connection) }
        if connection.isFinishing { return }
        connection.isFinishing = true
        Socket.endSending(connection.descriptor)
        connection.phase = .lingering
        connection.deadline = Timestamp.monotonicNanoseconds() + 1_000_000_000
        watch(connection, reading: true, writing: false)
    }

    func watch(_ connection: Connection, reading: Bool? = nil, writing: Bool? = nil) {
        let reading = reading ?? connection.watchesReading
        let writing = writing ?? connection.watchesWriting
        if reading == connection.watchesReading && writing == connection.watchesWriting { return }
        connection.watchesReading = reading
        connection.watchesWriting = writing
        var interest: Poller.Interest = []
        if reading { interest.formUnion([.readable, .ended]) }
        if writing { interest.insert(.writable) }
        do throws(SystemError) {
            try poller.change(connection.descriptor.number, interest, token: connection.number)
        } catch {
            Log.warning("serve", "a connection cannot be watched and is closed", ["reason": error.description])
            close(connection)
        }
    }

    func close(_ connection: Connection) {
        if connection.isClosed { return }
        connection.isClosed = true
        if let client = connection.client {
            broadcaster.forget(client)
            telemetry.webSockets.add(-1)
        }
        remove(connection.descriptor)
        connections[connection.number] = nil
        telemetry.connections.set(Int64(connections.count))
    }

    private func remove(_ descriptor: Descriptor) {
        do throws(SystemError) { try poller.remove(descriptor.number) } catch {
            Log.warning("serve", "a descriptor could not be taken out of the poll set", ["reason": error.description])
        }
    }

    // MARK: time

    private func ticked(_ now: Int64) {
        if acceptRestsUntil != 0 && now >= acceptRestsUntil { for listener in listeners { accept(listener) } }
        for connection in Array(connections.values) {
            switch connection.phase {
            case .webSocket: if let client = connection.client {
                    watchIdentity(client, now)
                    if connection.phase == .webSocket { beat(client, now) }
                }
            case .http:
                if now < connection.deadline || connection.isBusy { continue }
                // A client that began a request and does not go on is told so.
                if connection.parser?.hasBegun == true && connection.queue.isEmpty && !connection.endsWhenSent {
                    respond(connection, .problem(408, "the request did not arrive in time"), ends: true)
                } else {
                    close(connection)
                }
            case .lingering: if now >= connection.deadline { close(connection) }
            }
        }
    }

    private func beat(_ client: Client, _ now: Int64) {
        if now - client.lastHeard >= configuration.heartbeatTimeout.nanoseconds {
            broadcaster.close(client, 4408, "nothing was heard for \(Int(configuration.heartbeatTimeout.seconds)) s")
            // It hardly answers a goodbye either.
            client.connection.deadline = now + min(configuration.heartbeatInterval.nanoseconds, Connection.farewellNanoseconds)
        } else if now - client.lastPing >= configuration.heartbeatInterval.nanoseconds {
            client.lastPing = now
            broadcaster.enqueue(Self.ping, to: client)
            broadcaster.bookmark(client)
        }
    }

    private static let ping = FrameChunk([0x89, 0x00])
}
