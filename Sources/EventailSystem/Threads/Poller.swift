internal import CLinux

/// An epoll set: tells which of many descriptors can be read or written.
///
/// *Thread*: one waits; others may add. *Limits*: 256 events a turn.
@safe public final class Poller: @unchecked Sendable {
    // @unchecked: `room` is touched by the waiting thread only; the kernel guards the set itself.
    private let set: Descriptor
    private let room: UnsafeMutablePointer<epoll_event>
    private static let most = 256

    public struct Interest: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        public static let readable = Interest(rawValue: UInt32(EPOLLIN.rawValue))
        public static let writable = Interest(rawValue: UInt32(EPOLLOUT.rawValue))
        /// The peer closed its writing side.
        public static let ended = Interest(rawValue: UInt32(EPOLLRDHUP.rawValue))
        /// Reported whether asked for or not.
        public static let failed = Interest(rawValue: UInt32(EPOLLERR.rawValue) | UInt32(EPOLLHUP.rawValue))
    }

    public init() throws(SystemError) {
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        if number < 0 { throw SystemError.last("epoll_create1") }
        set = Descriptor(owning: number)
        unsafe room = .allocate(capacity: Self.most)
    }

    deinit { unsafe room.deallocate() }

    /// Watches a descriptor; `token` comes back with its events.
    public func add(_ number: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_ADD, number, interest, token)
    }

    public func change(_ number: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_MOD, number, interest, token)
    }

    public func remove(_ number: Int32) throws(SystemError) {
        try control(EPOLL_CTL_DEL, number, [], 0)
    }

    /// Waits for events, at most `timeout` (nil: for ever), and hands each to `body`. Returns how many there were.
    @discardableResult
    public func wait(_ timeout: Duration?, _ body: (_ token: UInt64, _ events: Interest) -> Void) throws(SystemError) -> Int {
        // Rounded up: a wait of less than a millisecond must not spin. Never negative: that would be for ever.
        let milliseconds = timeout.map { wait -> Int32 in
            let nanoseconds = max(0, wait.nanoseconds)
            return Int32(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1))
        } ?? -1
        let count = unsafe epoll_wait(set.number, room, Int32(Self.most), milliseconds)
        if count < 0 {
            let error = SystemError.last("epoll_wait")
            if error.isInterrupted { return 0 }
            throw error
        }
        for index in 0..<Int(count) {
            unsafe body(CLinux_epoll_token(room + index), Interest(rawValue: CLinux_epoll_events(room + index)))
        }
        return Int(count)
    }

    private func control(_ operation: Int32, _ number: Int32, _ interest: Interest, _ token: UInt64) throws(SystemError) {
        if CLinux_epoll_control(set.number, operation, number, interest.rawValue, token) != 0 { throw SystemError.last("epoll_ctl") }
    }
}
