public import EventailTLS

/// How clients say who they are, and what each role may see (CONTRACT section 2, `server.auth`).
public struct AuthenticationConfiguration: Sendable {
    /// Algorithms that are taken; each is only ever used with keys of its kind.
    public var algorithms: [SignatureAlgorithm] = []
    /// The key of the HS algorithms.
    public var secret: [UInt8]?
    /// A public key in PEM form.
    public var publicKeyPath: String?
    /// A JSON Web Key Set, read again when the file changes.
    public var keySetPath: String?
    /// What `iss` must be and what `aud` must hold; nil asks for nothing.
    public var issuer: String?
    public var audience: String?
    /// Tokens that are no JWT, each with its role.
    public var tokens: [(token: String, role: String)] = []
    /// What each role may see. Without any, every token sees everything.
    public var roles: [String: Identity.Scope] = [:]
    /// The role of who has no token; nil lets nobody in without one.
    public var anonymousRole: String?

    public init() {}
}
