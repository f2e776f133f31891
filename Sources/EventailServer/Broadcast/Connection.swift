internal import EventailSystem

/// One connection: an HTTP client, or since its handshake a WebSocket client.
///
/// *Owns* its socket and what waits to be sent. *Thread*: `serve`. *Limits*: pipelined requests wait unread while one is answered.
final class Connection: @unchecked Sendable {
    // @unchecked: touched on the serve thread only.
    enum Phase { case http, webSocket, lingering }

    let number: UInt64
    let descriptor: Descriptor
    let peer: SocketAddress
    /// Its listener sends bare events to every WebSocket.
    let isRawPort: Bool
    let openedAt: Int64
    var phase = Phase.http
    var parser: RequestParser?
    var client: Client?
    var queue = SendQueue()
    /// Bytes received behind the request that is being answered.
    var unread: [UInt8] = []
    /// A request is being answered on `query`.
    var isBusy = false
    /// Closed once everything is sent.
    var endsWhenSent = false
    /// Its sending side has ended; what still comes is read over.
    var isFinishing = false
    /// The kernel's buffer was full at the last attempt.
    var isBlocked = false
    /// Interest in writing is registered.
    var watchesWriting = false
    var watchesReading = true
    /// Already in the list of connections to be sent to.
    var isTouched = false
    var isClosed = false
    /// The other side is gone or an error was seen: nothing can be sent.
    var isBroken = false
    /// When it is closed for taking too long, on the monotonic clock.
    var deadline: Int64
    var sentBytes: Int64 = 0

    init(number: UInt64, descriptor: Descriptor, peer: SocketAddress, isRawPort: Bool, now: Int64, deadline: Int64) {
        self.number = number
        self.descriptor = descriptor
        self.peer = peer
        self.isRawPort = isRawPort
        openedAt = now
        self.deadline = deadline
    }

    func touch(_ list: inout [Connection]) {
        if isTouched { return }
        isTouched = true
        list.append(self)
    }

    /// Sends what the kernel takes now.
    func flush(_ gatherer: Gatherer) {
        if isBroken || queue.isEmpty { return }
        let before = queue.pending
        switch queue.send(to: descriptor, with: gatherer) {
        case .moved, .wouldBlock:
            isBlocked = !queue.isEmpty
            sentBytes += Int64(before - queue.pending)
        case .ended, .failed: isBroken = true
        }
    }

    /// Puts a close frame behind what waits, or in place of what was not begun; then the other side has its say.
    func closeWebSocket(_ code: UInt16, _ reason: String, discarding: Bool) {
        guard let client, phase == .webSocket else { return }
        if discarding { queue.removeUnbegun() }
        client.reader.close(code, reason)
        takeOutput()
        phase = .lingering
        deadline = Timestamp.monotonicNanoseconds() + Self.drainNanoseconds
    }

    /// Queues what the WebSocket reader has to say.
    func takeOutput() {
        guard let reader = client?.reader, !reader.output.isEmpty else { return }
        queue.append(FrameChunk(reader.output))
        reader.output.removeAll()
    }

    /// How long a client that is being closed may take for what waits for it.
    static let drainNanoseconds: Int64 = 30_000_000_000
    /// How long its closing handshake may take behind that.
    static let lingerNanoseconds: Int64 = 5_000_000_000
    /// How long both may take of a client of which nothing was heard.
    static let farewellNanoseconds: Int64 = 1_000_000_000
}
