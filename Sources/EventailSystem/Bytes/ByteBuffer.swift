internal import CLinux

/// Raw memory of a fixed size with readable padding behind its end, as simdjson wants.
///
/// *Owns* the memory. *Thread*: one owner fills it; frozen in a batch it is only read. *Limits*: `capacity` for ever.
@safe public final class ByteBuffer: @unchecked Sendable {
    // @unchecked: filled by one thread before it is shared; after that nobody writes.
    public let base: UnsafeMutableRawPointer
    public let capacity: Int
    /// How many bytes from the start are meant.
    public var count: Int

    /// Readable bytes behind `capacity`.
    public static let padding = 64

    public init(capacity: Int) {
        unsafe base = .allocate(byteCount: capacity + Self.padding, alignment: 64)
        unsafe memset(base + capacity, 0, Self.padding)
        self.capacity = capacity
        count = 0
    }

    public convenience init(_ bytes: [UInt8]) {
        self.init(capacity: max(bytes.count, 1))
        unsafe bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { unsafe base.copyMemory(from: start, byteCount: source.count) }
        }
        count = bytes.count
    }

    deinit { unsafe base.deallocate() }

    /// A copy of part of the content.
    public func bytes(_ range: Range<Int>) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "a range lies within the buffer's content")
        return unsafe Array(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    public func text(_ range: Range<Int>) -> String { String(decoding: bytes(range), as: UTF8.self) }
}
