/// How the server listens and what it allows (CONTRACT section 2, `server`).
public struct ServerConfiguration: Sendable {
    /// Where it listens, as `host:port`; port 0 lets the kernel choose.
    public var listen = ["127.0.0.1:8765"]
    /// Ports whose every WebSocket gets all events bare.
    public var rawListen: [String] = []
    /// Names that `Host` may hold besides the listen addresses and loopback.
    public var hosts: [String] = []
    /// Values of `Origin` that are allowed besides the server's own, e.g. `https://dashboard.example`.
    public var origins: [String] = []
    /// Allows listening beyond loopback although nobody has to say who they are.
    public var insecure = false
    /// Who may see what; nil asks nobody who they are.
    public var authentication: AuthenticationConfiguration?
    /// Connections of all kinds at once.
    public var clients = 10_000
    /// Messages and pings of one WebSocket client in a minute.
    public var messagesPerMinute = 600
    /// The longest message of a WebSocket client.
    public var subscribeBytes = 64 << 10
    /// Bytes that may wait for one WebSocket client.
    public var sendBuffer = 4 << 20
    /// Pings go out this often.
    public var heartbeatInterval = Duration.seconds(30)
    /// A WebSocket client of which nothing came for so long is closed.
    public var heartbeatTimeout = Duration.seconds(60)
    /// `/readyz` is 503 when a sink is in trouble.
    public var readyRequiresSinks = false

    /// Bytes of request line and headers.
    public var headerBytes = 32 << 10
    /// Bytes of a request's body.
    public var bodyBytes = 16 << 20
    /// Time for the whole header of a request.
    public var headerTimeout = Duration.seconds(10)
    /// Time for the whole body of a request, and of taking a response.
    public var bodyTimeout = Duration.seconds(60)
    /// A connection without a request is closed after this.
    public var idleTimeout = Duration.seconds(75)
    /// How long a WebSocket client without a token may take to send one.
    public var authenticationTimeout = Duration.seconds(10)
    /// How long a WebSocket client may go on after it was told that its token has expired.
    public var expiryGrace = Duration.seconds(25)
    /// Requests and replays that may wait for the `query` thread.
    public var queries = 64
    /// Subscriptions of one client.
    public var subscriptions = 64
    /// Bytes of events kept in memory for replay; older ones come from history.
    public var recentBytes = 32 << 20
    /// The most events that `last` may ask for.
    public var lastEvents = 10_000

    public init() {}
}
