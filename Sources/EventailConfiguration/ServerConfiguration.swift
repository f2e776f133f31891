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

    /// Who may see what; nil when nobody has to say who they are.
    public var authentication: Authentication?

    /// How clients say who they are.
    public struct Authentication: Sendable, Equatable {
        /// Empty: JSON web tokens are not taken.
        public var algorithms: [String] = []
        public var secret: String?
        public var publicKey: String?
        public var keySet: String?
        public var issuer: String?
        public var audience: String?
        public var tokens: [FixedToken] = []
        public var roles: [Role] = []
        /// Nil: nobody is let in without a token.
        public var anonymousRole: String?
    }

    /// A token that is no JWT.
    public struct FixedToken: Sendable, Equatable {
        public var token: String
        public var role: String
    }

    /// What a role may see; nil lists restrict nothing.
    public struct Role: Sendable, Equatable {
        public var name: String
        public var agents: [String]?
        public var executions: [String]?
        public var types: [String]?
    }

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
        authentication = Self.authentication(settings["auth"])
        heartbeatTimeout = settings["heartbeat"]["timeout"].duration
    }

    private static func authentication(_ settings: SettingValue) -> Authentication? {
        if !settings.isSet { return nil }
        func text(_ value: SettingValue) -> String? { value.isSet ? value.text : nil }
        func list(_ value: SettingValue) -> [String]? { value.isSet ? value.texts : nil }
        var made = Authentication()
        let jwt = settings["jwt"]
        if jwt.isSet {
            made.algorithms = jwt["algorithms"].texts
            made.secret = text(jwt["secret"])
            made.publicKey = text(jwt["public_key"])
            made.keySet = text(jwt["key_set"])
            made.issuer = text(jwt["issuer"])
            made.audience = text(jwt["audience"])
        }
        made.tokens = settings["tokens"].items.map { FixedToken(token: $0["token"].text, role: $0["role"].text) }
        made.roles = settings["roles"].memberList.map { role in
            Role(name: role.key, agents: list(role.value["agents"]), executions: list(role.value["executions"]), types: list(role.value["types"]))
        }
        let anonymous = settings["anonymous_role"].text
        made.anonymousRole = anonymous == "none" ? nil : anonymous
        return made
    }
}
