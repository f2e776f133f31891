/// Who asks, and what of the events that one may see.
///
/// Nil lists restrict nothing; an empty one lets nothing through. A role's lists and those of a token's claims both hold.
public struct Identity: Sendable, Equatable {
    public var subject: String
    public var role: String
    public var scope: Scope
    /// When it ends, nanoseconds since 1970; nil for never.
    public var expires: Int64?

    public init(subject: String, role: String, scope: Scope = Scope(), expires: Int64? = nil) {
        self.subject = subject
        self.role = role
        self.scope = scope
        self.expires = expires
    }

    /// Which events may be seen.
    public struct Scope: Sendable, Equatable {
        public var agents: [String]?
        public var executions: [String]?
        public var types: [String]?

        public init(agents: [String]? = nil, executions: [String]? = nil, types: [String]? = nil) {
            self.agents = agents
            self.executions = executions
            self.types = types
        }

        public var isWhole: Bool { agents == nil && executions == nil && types == nil }

        /// What both let through.
        func and(_ other: Scope) -> Scope {
            Scope(
                agents: Self.both(agents, other.agents), executions: Self.both(executions, other.executions), types: Self.both(types, other.types))
        }

        static func both(_ left: [String]?, _ right: [String]?) -> [String]? {
            guard let left else { return right }
            guard let right else { return left }
            return left.filter(right.contains)
        }

        /// What is left of names that are asked for, where an empty list asks for all; nil when nothing is left.
        static func allowed(_ asked: [String], of allowed: [String]?) -> [String]? {
            guard let allowed else { return asked }
            let left = asked.isEmpty ? allowed : asked.filter(allowed.contains)
            return left.isEmpty ? nil : left
        }
    }
}

/// Why somebody is not let in.
public enum AuthenticationRefusal: Error, Sendable, Equatable {
    /// There is no token, and one is needed.
    case missing
    /// The token is wrong; the sentence says why, without anything of the token.
    case invalid(String)
    /// The token was right once.
    case expired
    /// The token is right, but its role may nothing here.
    case forbidden(String)

    public var message: String {
        switch self {
        case .missing: "say who you are with a token: Authorization: Bearer ..."
        case .invalid(let reason), .forbidden(let reason): reason
        case .expired: "the token has expired; get a new one and come back"
        }
    }

    /// The WebSocket close code that says it.
    var closeCode: UInt16 {
        if case .forbidden = self { return 4403 }
        return 4401
    }
}
