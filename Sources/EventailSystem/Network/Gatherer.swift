internal import CLinux

/// Pieces of memory that leave a socket in one call.
///
/// *Owns* room for the list, not the pieces: they must live until `send` returned. *Thread*: one. *Limits*: `most` pieces a call.
@safe public final class Gatherer {
    private let pieces: UnsafeMutablePointer<iovec>
    public private(set) var count = 0
    public private(set) var byteCount = 0

    public static let most = 256

    public init() { unsafe pieces = .allocate(capacity: Self.most) }
    deinit { unsafe pieces.deallocate() }

    public var isFull: Bool { count == Self.most }

    public func removeAll() {
        count = 0
        byteCount = 0
    }

    public func add(_ start: UnsafeRawPointer, count length: Int) {
        precondition(count < Self.most, "a list of pieces has room for one more")
        unsafe pieces[count] = iovec(iov_base: UnsafeMutableRawPointer(mutating: start), iov_len: length)
        count += 1
        byteCount += length
    }

    /// Sends what the kernel takes of all pieces, first to last.
    public func send(_ descriptor: Descriptor) -> Socket.Transfer {
        var message = unsafe msghdr()
        unsafe message.msg_iov = pieces
        unsafe message.msg_iovlen = count
        let put = unsafe sendmsg(descriptor.number, &message, Int32(MSG_NOSIGNAL))
        return put >= 0 ? .moved(put) : Socket.failure("send")
    }
}
