/// Why a TLS session cannot be or go on: what was tried and OpenSSL's words.
public struct TLSError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
    /// Whether another file or certificate is needed: trying again does not help.
    public let isLasting: Bool

    public init(_ description: String, isLasting: Bool) {
        self.description = description
        self.isLasting = isLasting
    }
}
