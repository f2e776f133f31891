internal import COpenSSL

/// A key that checks signatures. What kind of key it is decides for which algorithms it is ever used, whatever a token says.
///
/// *Owns* OpenSSL's key. *Thread*: any. *Limits*: RSA of at least 2048 bits, P-256, Ed25519.
@safe public final class SignatureKey: @unchecked Sendable {
    // @unchecked: made once; OpenSSL only reads it afterwards.
    private enum Kind { case secret, rsa, p256, ed25519 }

    private let kind: Kind
    private let secret: [UInt8]
    private let key: OpaquePointer?

    /// A secret shared with whoever signs.
    public init(secret: [UInt8]) {
        kind = .secret
        self.secret = secret
        unsafe key = nil
    }

    /// A public key in PEM form; a certificate or a private key is none.
    public init(publicPEM: [UInt8]) throws(TLSError) {
        guard let source = unsafe BIO_new_mem_buf(publicPEM, Int32(clamping: publicPEM.count)) else { throw TLSError("OpenSSL has no memory", isLasting: false) }
        defer { unsafe BIO_free(source) }
        guard let read = unsafe PEM_read_bio_PUBKEY(source, nil, nil, nil) else {
            throw TLSError("it holds no public key (-----BEGIN PUBLIC KEY-----)", isLasting: true)
        }
        secret = []
        unsafe key = read
        guard let kind = unsafe Self.kind(of: read) else {
            kind = .secret
            throw TLSError("its key is none of RSA with 2048 bits or more, P-256 and Ed25519", isLasting: true)
        }
        self.kind = kind
    }

    /// A public key as DER: `SubjectPublicKeyInfo`.
    private init(information: [UInt8]) throws(TLSError) {
        let read = unsafe information.withUnsafeBufferPointer { bytes in
            var place = bytes.baseAddress
            return unsafe d2i_PUBKEY(nil, &place, bytes.count)
        }
        guard let read = unsafe read else { throw TLSError("its numbers make no key", isLasting: true) }
        secret = []
        unsafe key = read
        guard let kind = unsafe Self.kind(of: read) else {
            kind = .secret
            throw TLSError("its key is none of RSA with 2048 bits or more, P-256 and Ed25519", isLasting: true)
        }
        self.kind = kind
    }

    deinit { unsafe EVP_PKEY_free(key) }

    // MARK: from a key set (RFC 7517)

    public static func rsa(modulus: [UInt8], exponent: [UInt8]) throws(TLSError) -> SignatureKey {
        let numbers = DER.sequence(DER.integer(modulus) + DER.integer(exponent))
        return try SignatureKey(information: DER.sequence(DER.sequence(DER.rsa + [0x05, 0x00]) + DER.bits(numbers)))
    }

    public static func p256(x: [UInt8], y: [UInt8]) throws(TLSError) -> SignatureKey {
        guard x.count == 32, y.count == 32 else { throw TLSError("its coordinates are not 32 bytes each", isLasting: true) }
        return try SignatureKey(information: DER.sequence(DER.sequence(DER.ellipticCurve + DER.p256) + DER.bits([0x04] + x + y)))
    }

    public static func ed25519(_ bytes: [UInt8]) throws(TLSError) -> SignatureKey {
        guard bytes.count == 32 else { throw TLSError("it is not 32 bytes", isLasting: true) }
        return try SignatureKey(information: DER.sequence(DER.sequence(DER.ed25519) + DER.bits(bytes)))
    }

    private static func kind(of key: OpaquePointer) -> Kind? {
        let bits = unsafe EVP_PKEY_get_bits(key)
        switch unsafe EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA: return bits >= 2048 ? .rsa : nil
        case EVP_PKEY_ED25519: return .ed25519
        case EVP_PKEY_EC:
            var name = [CChar](repeating: 0, count: 64)
            var length = 0
            guard unsafe EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1 else { return nil }
            let text = String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return text == "prime256v1" || text == "P-256" ? .p256 : nil
        default: return nil
        }
    }

    // MARK: use

    /// Whether the key is of the kind that an algorithm needs.
    public func fits(_ algorithm: SignatureAlgorithm) -> Bool {
        switch kind {
        case .secret: algorithm.isSymmetric
        case .rsa: algorithm == .RS256
        case .p256: algorithm == .ES256
        case .ed25519: algorithm == .EdDSA
        }
    }

    /// Whether a signature is right. Never for an algorithm that the key does not fit.
    public func verifies(_ signature: [UInt8], of message: [UInt8], by algorithm: SignatureAlgorithm) -> Bool {
        if !fits(algorithm) { return false }
        if kind == .secret { return Self.isSame(sign(message, by: algorithm), signature) }
        var signature = signature
        if kind == .p256 {
            guard signature.count == 64 else { return false }
            signature = DER.sequence(DER.integer(Array(signature[..<32])) + DER.integer(Array(signature[32...])))
        }
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer {
            unsafe EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        let digest = unsafe kind == .ed25519 ? nil : EVP_sha256()
        if unsafe EVP_DigestVerifyInit(context, nil, digest, nil, key) != 1 { return false }
        return unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// The signature of a message by a shared secret; empty when this is none.
    public func sign(_ message: [UInt8], by algorithm: SignatureAlgorithm) -> [UInt8] {
        if kind != .secret || !algorithm.isSymmetric { return [] }
        var code = [UInt8](repeating: 0, count: 64)
        var length = 0
        let name = algorithm == .HS256 ? "SHA256" : algorithm == .HS384 ? "SHA384" : "SHA512"
        let made = unsafe EVP_Q_mac(nil, "HMAC", nil, name, nil, secret, secret.count, message, message.count, &code, code.count, &length)
        return unsafe made == nil ? [] : Array(code[..<length])
    }

    /// Compares in a time that tells nothing about where they differ. Two empty ones are not the same.
    public static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        if left.count != right.count || left.isEmpty { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}

/// The little of ASN.1 that public keys and signatures are made of.
private enum DER {
    static let rsa: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    static let ellipticCurve: [UInt8] = [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
    static let p256: [UInt8] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
    static let ed25519: [UInt8] = [0x06, 0x03, 0x2B, 0x65, 0x70]

    static func sequence(_ content: [UInt8]) -> [UInt8] { [0x30] + length(content.count) + content }
    static func bits(_ content: [UInt8]) -> [UInt8] { [0x03] + length(content.count + 1) + [0x00] + content }

    /// A number that is not negative, from its bytes in big-endian order.
    static func integer(_ bytes: [UInt8]) -> [UInt8] {
        var digits = Array(bytes.drop { $0 == 0 })
        if digits.first.map({ $0 >= 0x80 }) ?? true { digits.insert(0, at: 0) }
        return [0x02] + length(digits.count) + digits
    }

    private static func length(_ count: Int) -> [UInt8] {
        if count < 0x80 { return [UInt8(count)] }
        if count < 0x100 { return [0x81, UInt8(count)] }
        return [0x82, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
    }
}
