/// The algorithms of JSON web signatures that are taken (RFC 7518, RFC 8037). `none` is none of them.
public enum SignatureAlgorithm: String, CaseIterable, Sendable {
    case HS256, HS384, HS512, RS256, ES256, EdDSA

    /// Whoever can check a signature can also make one.
    public var isSymmetric: Bool { self == .HS256 || self == .HS384 || self == .HS512 }
}
