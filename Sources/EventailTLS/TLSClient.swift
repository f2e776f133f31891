internal import COpenSSL

/// How a client speaks TLS: whom it trusts and who it says it is. At least TLS 1.2.
///
/// *Owns* OpenSSL's context. *Thread*: any makes sessions of it. *Limits*: none of its own.
@safe public final class TLSClient: @unchecked Sendable {
    // @unchecked: the context is made once; OpenSSL guards it when sessions are made of it.
    /// Files in PEM form.
    public struct Settings: Sendable, Equatable {
        /// Authorities to trust; nil: the system's.
        public var authorities: String?
        /// This client's certificate with its chain, and its private key.
        public var certificate: String?
        public var key: String?
        /// False believes any certificate: for tests only.
        public var verifies = true

        public init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
            self.authorities = authorities
            self.certificate = certificate
            self.key = key
        }
    }

    let context: OpaquePointer
    let settings: Settings

    public init(_ settings: Settings = Settings()) throws(TLSError) {
        guard let made = unsafe SSL_CTX_new(TLS_client_method()) else { throw TLSError("OpenSSL gives no context", isLasting: false) }
        unsafe context = made
        self.settings = settings
        // A macro in C.
        _ = unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        if let file = settings.authorities {
            if unsafe SSL_CTX_load_verify_locations(context, file, nil) != 1 { throw Self.refused("the authorities in \(file) cannot be read") }
        } else if unsafe SSL_CTX_set_default_verify_paths(context) != 1 {
            throw Self.refused("the system's authorities cannot be read")
        }
        if let file = settings.certificate {
            if unsafe SSL_CTX_use_certificate_chain_file(context, file) != 1 { throw Self.refused("the certificate in \(file) cannot be read") }
            let key = settings.key ?? file
            if unsafe SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 { throw Self.refused("the key in \(key) cannot be read") }
        }
        unsafe SSL_CTX_set_verify(context, settings.verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
    }

    deinit { unsafe SSL_CTX_free(context) }

    private static func refused(_ what: String) -> TLSError { TLSError("\(what): \(TLSSession.lastWords())", isLasting: true) }
}
