/// One key of a consumer's durable state that changed; goes into the same transaction as its checkpoint.
public struct StoredChange: Sendable {
    /// Which table of the consumer's, e.g. series by minute or usage keys; its owner's enum.
    public let kind: UInt8
    /// Ordered by bytes, so that numbers in it are big-endian.
    public let key: [UInt8]
    /// nil removes the key.
    public let value: [UInt8]?

    public init(kind: UInt8, key: [UInt8], value: [UInt8]?) {
        self.kind = kind
        self.key = key
        self.value = value
    }
}

/// Where a consumer reads its durable state back: the committed one, without changes not yet committed.
public protocol StoredState: Sendable {
    /// The value of a key, nil when there is none.
    func value(kind: UInt8, key: [UInt8]) throws -> [UInt8]?
    /// All keys with `from <= key < to` in order of their bytes (an empty `to` means no end), at most `limit` of them.
    func values(kind: UInt8, from: [UInt8], to: [UInt8], limit: Int) throws -> [(key: [UInt8], value: [UInt8])]
}
