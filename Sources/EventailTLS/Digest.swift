internal import COpenSSL

/// Digests that protocols ask for.
public enum Digest {
    /// SHA-1 (20 bytes): the WebSocket handshake wants it; it proves nothing about who wrote something.
    public static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 20)
        var length: UInt32 = 0
        let code = unsafe EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha1(), nil)
        precondition(code == 1 && length == 20, "OpenSSL has SHA-1")
        return digest
    }
}
