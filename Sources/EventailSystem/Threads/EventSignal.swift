internal import CLinux

/// A bell that one thread rings and another waits for, by itself or in an epoll set (an eventfd).
///
/// Rings coalesce. *Thread*: any.
public final class EventSignal: Sendable {
    public let descriptor: Descriptor

    public init() throws(SystemError) {
        let number = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        if number < 0 { throw SystemError.last("eventfd") }
        descriptor = Descriptor(owning: number)
    }

    public func ring() { eventfd_write(descriptor.number, 1) }

    /// Takes all rings so far; true when there was one.
    @discardableResult
    public func clear() -> Bool {
        var value: eventfd_t = 0
        return unsafe eventfd_read(descriptor.number, &value) == 0
    }
}
