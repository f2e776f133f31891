internal import EventailJSON
public import EventailSystem
public import EventailTLS

/// Makes JSON web tokens that an `Authenticator` with the same secret believes.
public struct TokenMinter {
    private let secret: SignatureKey
    private let algorithm: SignatureAlgorithm

    public init(secret: [UInt8], algorithm: SignatureAlgorithm) {
        self.secret = SignatureKey(secret: secret)
        self.algorithm = algorithm
    }

    /// A token for an identity; one without an end ends after an hour.
    public func token(for identity: Identity, issuer: String? = nil, audience: String? = nil, now: Timestamp = .now()) -> String {
        var header = JSONWriter()
        header.object { json in
            json.field("alg", algorithm.rawValue)
            json.field("typ", "JWT")
        }
        var claims = JSONWriter()
        claims.object { json in
            json.field("sub", identity.subject)
            if let issuer { json.field("iss", issuer) }
            if let audience { json.field("aud", audience) }
            json.field("iat", now.nanoseconds / 1_000_000_000)
            json.field("exp", (identity.expires ?? now.nanoseconds + 3_600_000_000_000) / 1_000_000_000)
            json.field("role", identity.role)
            for (name, list) in [("agents", identity.scope.agents), ("executions", identity.scope.executions), ("types", identity.scope.types)] {
                guard let list else { continue }
                json.field(name, array: { json in for text in list { json.value(text) } })
            }
        }
        let signed = Base64.encode(header.bytes, .addresses) + "." + Base64.encode(claims.bytes, .addresses)
        return signed + "." + Base64.encode(secret.sign(Array(signed.utf8), by: algorithm), .addresses)
    }
}
