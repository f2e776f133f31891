/// What `/api/v1/sources`, `/readyz` and `/metrics` tell of one receiver.
public struct ReceiverStatus: Sendable {
    public enum State: String, Sendable {
        /// Not connected yet.
        case connecting
        case receiving
        /// Connected, but there is no such stream yet.
        case waiting
        /// The inbox is full: consumers are behind.
        case full
        case failing
    }

    public let name: String
    public var state = State.connecting
    public var lastError: String?
    public var retries: Int64 = 0
    /// Since the start.
    public var entries: Int64 = 0
    public var bytes: Int64 = 0
    /// Entries of a shared stream that another hub has taken.
    public var dropped: Int64 = 0
    /// Bytes received and not yet removed.
    public var inboxBytes: Int64 = 0
    /// By part of the stream: the newest entry received.
    public var positions: [String: String] = [:]

    public init(name: String) { self.name = name }
}
