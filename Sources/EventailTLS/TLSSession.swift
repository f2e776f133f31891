internal import COpenSSL
public import EventailSystem

/// One client's TLS session over a socket whose calls wait.
///
/// *Owns* OpenSSL's session and keeps the socket open. *Thread*: one. *Limits*: the socket's own timeouts end each wait.
@safe public final class TLSSession {
    private let session: OpaquePointer
    private let client: TLSClient
    private let socket: Descriptor

    /// Shakes hands with the server, which must prove to be `host`: a name, or an address that its certificate has.
    public init(_ client: TLSClient, over socket: Descriptor, host: String) throws(TLSError) {
        self.client = client
        self.socket = socket
        guard let made = unsafe SSL_new(client.context) else { throw TLSError("OpenSSL gives no session", isLasting: false) }
        unsafe session = made
        unsafe SSL_set_fd(session, socket.number)
        let isAddress = host.contains(":") || host.utf8.allSatisfy { $0 == 0x2E || ($0 >= 0x30 && $0 <= 0x39) }
        if isAddress {
            unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host)
        } else {
            unsafe SSL_set1_host(session, host)
            // A macro in C: the name that the server chooses its certificate by.
            var name = Array(host.utf8CString)
            unsafe name.withUnsafeMutableBytes { bytes in
                _ = unsafe SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), bytes.baseAddress)
            }
        }
        ERR_clear_error()
        let code = unsafe SSL_connect(session)
        if code == 1 { return }
        let verdict = Int32(clamping: unsafe SSL_get_verify_result(session))
        if verdict != X509_V_OK {
            throw TLSError("the certificate of \(host) is not believed: \(unsafe String(cString: X509_verify_cert_error_string(Int(verdict))))", isLasting: true)
        }
        throw TLSError("no TLS with \(host): \(Self.lastWords())", isLasting: false)
    }

    deinit { unsafe SSL_free(session) }

    /// Receives what is there, at most `room.count` bytes, waiting for the first.
    public func receive(into room: UnsafeMutableRawBufferPointer) -> Socket.Transfer {
        ERR_clear_error()
        let got = unsafe SSL_read(session, room.baseAddress, Int32(clamping: room.count))
        return got > 0 ? .moved(Int(got)) : outcome(got, "TLS read")
    }

    /// Sends some of `bytes`, at least one.
    public func send(_ bytes: UnsafeRawBufferPointer) -> Socket.Transfer {
        ERR_clear_error()
        let put = unsafe SSL_write(session, bytes.baseAddress, Int32(clamping: min(bytes.count, 1 << 20)))
        return put > 0 ? .moved(Int(put)) : outcome(put, "TLS write")
    }

    private func outcome(_ code: Int32, _ operation: String) -> Socket.Transfer {
        let system = SystemError.last(operation)
        switch unsafe SSL_get_error(session, code) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL: return system.code == 0 ? .ended : (system.wouldBlock ? .wouldBlock : .failed(system))
        default: return .ended
        }
    }

    /// What OpenSSL says of its last failure in this thread.
    static func lastWords() -> String {
        let code = ERR_get_error()
        if code == 0 { return "the other side ended it" }
        var text = [CChar](repeating: 0, count: 256)
        unsafe ERR_error_string_n(code, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
