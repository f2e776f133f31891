/// The HTTP and WebSocket server.
public struct ServerConfiguration: Sendable, Equatable {
    /// Empty: there is no server.
    public var listen: [ListenAddress]
    public var insecure: Bool
    /// Names that a request's Host header may hold besides the addresses listened on.
    public var hosts: [String]
    public var origins: [String]
    public var readyRequiresSinks: Bool
    public var mostClients: Int
    public var messagesPerMinute: Int
    /// The longest message that a client may send, in bytes.
    public var mostMessageBytes: Int
    /// What may wait for one slow client, in bytes.
    public var sendBufferBytes: Int
    public var heartbeatInterval: Duration
    public var heartbeatTimeout: Duration

    init(_ settings: SettingValue) {
        listen = settings["listen"].texts.compactMap(ListenAddress.init)
        insecure = settings["insecure"].boolean
        hosts = settings["hosts"].texts
        origins = settings["origins"].texts
        readyRequiresSinks = settings["ready_requires_sinks"].boolean
        let limits = settings["limits"]
        mostClients = limits["clients"].integer
        messagesPerMinute = limits["messages_per_minute"].integer
        mostMessageBytes = Int(limits["subscribe_bytes"].size)
        sendBufferBytes = Int(limits["send_buffer"].size)
        heartbeatInterval = settings["heartbeat"]["interval"].duration
        heartbeatTimeout = settings["heartbeat"]["timeout"].duration
    }
}
