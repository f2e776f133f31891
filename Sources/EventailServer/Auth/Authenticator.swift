public import EventailSystem
internal import EventailTLS
internal import Synchronization

/// Tells from a token who asks.
///
/// *Owns* the keys; a key set is read again when its file changes, at most once a second. *Thread*: any.
public final class Authenticator: Sendable {
    /// How far a token's `nbf` may lie ahead because clocks differ.
    static let clockSkew = 60.0
    private static let glanceInterval: Int64 = 1_000_000_000

    private let configuration: AuthenticationConfiguration
    private let fixed: KeySet
    private let rotating: Mutex<Rotating>

    private struct Rotating {
        var keys = KeySet()
        var glance: FileGlance?
        var lookedAt: Int64 = 0
    }

    /// Reads the keys; what is wrong with them keeps the server from starting.
    public init(_ configuration: AuthenticationConfiguration) throws(ServerError) {
        self.configuration = configuration
        var fixed = KeySet()
        if let secret = configuration.secret { fixed.keys.append(KeySet.Key(identifier: nil, algorithm: nil, key: SignatureKey(secret: secret))) }
        if let path = configuration.publicKeyPath {
            let pem = try Self.read(path)
            do throws(TLSError) { fixed.keys.append(KeySet.Key(identifier: nil, algorithm: nil, key: try SignatureKey(publicPEM: pem))) } catch {
                throw .authentication("\(path): \(error)")
            }
        }
        self.fixed = fixed
        var first = Rotating()
        if let path = configuration.keySetPath {
            first.keys = try KeySet(json: try Self.read(path))
            first.glance = Self.glance(path)
        }
        rotating = Mutex(first)
    }

    private static func read(_ path: String) throws(ServerError) -> [UInt8] {
        do throws(SystemError) { return try FileSystem.read(path, limit: KeySet.mostBytes) } catch {
            throw .authentication("\(path) cannot be read: \(error.reason)")
        }
    }

    private static func glance(_ path: String) -> FileGlance? {
        do throws(SystemError) { return try FileGlance(at: path) } catch { return nil }
    }

    // MARK: requests

    /// Who sends a request with that `Authorization` header (nil for none).
    func identity(authorization header: String?) throws(AuthenticationRefusal) -> Identity {
        guard let header else { return try anonymous() }
        let words = header.trimmed.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, words[0].lowercased() == "bearer" else { throw .invalid("Authorization is: Bearer TOKEN") }
        return try identity(token: String(words[1]))
    }

    /// Who has no token.
    func anonymous() throws(AuthenticationRefusal) -> Identity {
        guard let role = configuration.anonymousRole else { throw .missing }
        return Identity(subject: "", role: role, scope: try scope(of: role))
    }

    /// Whether somebody without a token is let in.
    var letsAnonymousIn: Bool { configuration.anonymousRole != nil }

    /// Who has a token.
    public func identity(token: String, now: Timestamp = .now()) throws(AuthenticationRefusal) -> Identity {
        let bytes = Array(token.utf8)
        // All are compared, so that time tells nothing.
        var found: String?
        for (known, role) in configuration.tokens where SignatureKey.isSame(Array(known.utf8), bytes) { found = role }
        if let found { return Identity(subject: found, role: found, scope: try scope(of: found)) }
        if configuration.algorithms.isEmpty { throw .invalid("the token is not known here") }
        let webToken = try WebToken(token)
        guard configuration.algorithms.contains(webToken.algorithm) else { throw .invalid("the token's algorithm is not taken") }
        guard keys(webToken).contains(where: { $0.verifies(webToken.signature, of: webToken.signed, by: webToken.algorithm) }) else {
            throw .invalid("the token's signature is wrong")
        }
        return try identity(webToken.claims, now)
    }

    private func identity(_ claims: WebToken.Claims, _ now: Timestamp) throws(AuthenticationRefusal) -> Identity {
        let seconds = Double(now.nanoseconds) / 1e9
        guard let expires = claims.expires else { throw .invalid("the token has no exp") }
        if expires <= seconds { throw .expired }
        if let notBefore = claims.notBefore, notBefore > seconds + Self.clockSkew { throw .invalid("the token is not valid yet") }
        if let issuer = configuration.issuer, claims.issuer != issuer { throw .invalid("the token is of another issuer") }
        if let audience = configuration.audience, !claims.audience.contains(audience) { throw .invalid("the token is for another audience") }
        let role = claims.role ?? ""
        let own = Identity.Scope(agents: claims.agents, executions: claims.executions, types: claims.types)
        let most = Double(Int64.max / 1_000_000_000)
        return Identity(
            subject: claims.subject ?? "", role: role, scope: try scope(of: role).and(own), expires: Int64(min(expires, most)) * 1_000_000_000)
    }

    private func scope(of role: String) throws(AuthenticationRefusal) -> Identity.Scope {
        if configuration.roles.isEmpty { return Identity.Scope() }
        guard let scope = configuration.roles[role] else {
            throw .forbidden(role.isEmpty ? "the token has no role" : "the role \"\(role)\" is none of this server's")
        }
        return scope
    }

    // MARK: keys

    private func keys(_ token: WebToken) -> [SignatureKey] {
        fixed.keys(for: token.algorithm, named: token.keyIdentifier)
            + current().keys(for: token.algorithm, named: token.keyIdentifier)
    }

    /// The key set as the file is now; a file that cannot be read or used leaves the keys that there were.
    private func current() -> KeySet {
        guard let path = configuration.keySetPath else { return KeySet() }
        return rotating.withLock { state in
            let now = Timestamp.monotonicNanoseconds()
            if now - state.lookedAt < Self.glanceInterval { return state.keys }
            state.lookedAt = now
            let glance = Self.glance(path)
            if glance == nil || glance == state.glance { return state.keys }
            state.glance = glance
            do throws(ServerError) {
                state.keys = try KeySet(json: try Self.read(path))
                Log.info("server", "the key set was read again", ["file": path, "keys": "\(state.keys.keys.count)"])
            } catch {
                Log.error("server", "the key set cannot be used; the keys before it stay", ["file": path, "reason": error.description])
            }
            return state.keys
        }
    }
}
