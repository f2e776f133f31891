internal import EventailJSON
internal import EventailSystem
internal import EventailTLS

/// Public keys, each perhaps with a name: one from a PEM file, others from a JSON Web Key Set.
///
/// *Limits*: `most` keys of a set, files of `mostBytes`.
struct KeySet {
    static let most = 64
    static let mostBytes = 256 << 10

    struct Key {
        let identifier: String?
        /// What the set binds it to; nil binds it to what its kind fits.
        let algorithm: SignatureAlgorithm?
        let key: SignatureKey
    }

    var keys: [Key] = []

    /// Keys that a token of that algorithm and key name may be signed with.
    func keys(for algorithm: SignatureAlgorithm, named identifier: String?) -> [SignatureKey] {
        keys.filter { key in
            key.key.fits(algorithm) && (key.algorithm == nil || key.algorithm == algorithm)
                && (identifier == nil || key.identifier == nil || key.identifier == identifier)
        }.map(\.key)
    }

    init() {}

    /// Reads a set. Keys for encryption, of other kinds and secrets are left out: a file of public keys makes no token valid that anybody could sign.
    init(json bytes: [UInt8]) throws(ServerError) {
        // The document lies in the parser's memory.
        let parser = TapeParser(capacity: 64 << 10)
        defer { withExtendedLifetime(parser) {} }
        guard case .success(let document) = parser.parse(bytes), let list = document.root["keys"], list.isArray else {
            throw .authentication("the key set is no JSON object with a list of keys")
        }
        for item in list.items.prefix(Self.most) {
            if let use = item["use"]?.string, use != "sig" { continue }
            guard let key = try Self.key(item) else { continue }
            var algorithm: SignatureAlgorithm?
            if let name = item["alg"]?.string {
                guard let known = SignatureAlgorithm(rawValue: name), key.fits(known) else { continue }
                algorithm = known
            }
            keys.append(Key(identifier: item["kid"]?.string, algorithm: algorithm, key: key))
        }
        if keys.isEmpty { throw .authentication("the key set has no key for RS256, ES256 or EdDSA") }
    }

    private static func key(_ item: Element) throws(ServerError) -> SignatureKey? {
        func bytes(_ name: String) -> [UInt8] { item[name]?.string.flatMap { Base64.decode($0) } ?? [] }
        do throws(TLSError) {
            switch (item["kty"]?.string, item["crv"]?.string) {
            case ("RSA", _): return try .rsa(modulus: bytes("n"), exponent: bytes("e"))
            case ("EC", "P-256"): return try .p256(x: bytes("x"), y: bytes("y"))
            case ("OKP", "Ed25519"): return try .ed25519(bytes("x"))
            default: return nil
            }
        } catch {
            throw .authentication("the key \(item["kid"]?.string ?? "without a name") of the key set cannot be used: \(error)")
        }
    }
}
