internal import EventailJSON
internal import EventailSystem
internal import EventailTLS

/// A JSON web token (RFC 7519) taken apart, not yet believed.
///
/// Strict: three parts, no name twice, no header that names a key or that has to be understood (`crit`). *Limits*: `longest` bytes.
struct WebToken {
    static let longest = 8192

    let algorithm: SignatureAlgorithm
    let keyIdentifier: String?
    let signed: [UInt8]
    let signature: [UInt8]
    let claims: Claims

    /// What it says about who has it.
    struct Claims {
        var subject: String?
        var issuer: String?
        var audience: [String] = []
        /// Seconds since 1970.
        var expires: Double?
        var notBefore: Double?
        var role: String?
        var agents: [String]?
        var executions: [String]?
        var types: [String]?
    }

    init(_ text: String) throws(AuthenticationRefusal) {
        guard text.utf8.count <= Self.longest else { throw .invalid("a token has at most \(Self.longest) bytes") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.bytes(parts[0]), let payload = Self.bytes(parts[1]), let signature = Self.bytes(parts[2]) else {
            throw .invalid("the token is no JSON web token")
        }
        let parser = TapeParser(capacity: 16 << 10)
        // A parser keeps one document at a time, so the header is done with before the claims are read.
        (algorithm, keyIdentifier) = try Self.header(header, parser)
        claims = try Self.claims(payload, parser)
        self.signature = signature
        signed = Array("\(parts[0]).\(parts[1])".utf8)
    }

    private static func bytes(_ part: Substring) -> [UInt8]? {
        // The ordinary alphabet and filling are not those of a token.
        part.utf8.contains { $0 == 0x2B || $0 == 0x2F || $0 == 0x3D } ? nil : Base64.decode(String(part))
    }

    private static func object(_ bytes: [UInt8], _ parser: TapeParser) throws(AuthenticationRefusal) -> [(key: String, value: Element)] {
        guard case .success(let document) = parser.parse(bytes), document.root.isObject else { throw .invalid("a part of the token is no JSON object") }
        let members = document.root.members
        guard Set(members.map(\.key)).count == members.count else { throw .invalid("a part of the token says something twice") }
        return members
    }

    private static func header(_ bytes: [UInt8], _ parser: TapeParser) throws(AuthenticationRefusal) -> (SignatureAlgorithm, String?) {
        var algorithm: SignatureAlgorithm?
        var identifier: String?
        for (key, value) in try object(bytes, parser) {
            switch key {
            case "alg":
                guard let known = value.string.flatMap(SignatureAlgorithm.init(rawValue:)) else { throw .invalid("the token's algorithm is not taken") }
                algorithm = known
            case "kid": identifier = value.string
            case "jwk", "jku", "x5u", "x5c", "crit": throw .invalid("a token does not bring its own key: \(key) is refused")
            default: break
            }
        }
        guard let algorithm else { throw .invalid("the token names no algorithm") }
        return (algorithm, identifier)
    }

    private static func claims(_ bytes: [UInt8], _ parser: TapeParser) throws(AuthenticationRefusal) -> Claims {
        var claims = Claims()
        for (key, value) in try object(bytes, parser) {
            switch key {
            case "sub": claims.subject = try text(value, key)
            case "iss": claims.issuer = try text(value, key)
            case "aud": claims.audience = try list(value, key)
            case "exp": claims.expires = try number(value, key)
            case "nbf": claims.notBefore = try number(value, key)
            case "role": claims.role = try text(value, key)
            case "agents": claims.agents = try list(value, key)
            case "executions": claims.executions = try list(value, key)
            case "types": claims.types = try list(value, key)
            default: break
            }
        }
        return claims
    }

    private static func text(_ value: Element, _ key: String) throws(AuthenticationRefusal) -> String {
        guard let text = value.string else { throw .invalid("the token's \(key) is no text") }
        return text
    }

    private static func number(_ value: Element, _ key: String) throws(AuthenticationRefusal) -> Double {
        guard let number = value.double, number.isFinite, abs(number) < 1e12 else { throw .invalid("the token's \(key) is no time") }
        return number
    }

    private static func list(_ value: Element, _ key: String) throws(AuthenticationRefusal) -> [String] {
        if let single = value.string { return [single] }
        guard value.isArray else { throw .invalid("the token's \(key) is no list of texts") }
        var texts: [String] = []
        for item in value.items { texts.append(try text(item, key)) }
        return texts
    }
}
