internal import CLinux

/// A queue of at most `capacity` elements between threads, with an end.
///
/// Batches cross threads through it, never single events. *Thread*: any number of either side. *Limits*: `capacity`; a producer either
/// waits (`push`) or is told (`tryPush`). After `close` nothing enters, what is inside still leaves, then `pop` answers nil.
@safe public final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
    // @unchecked: every stored property behind `mutex` is touched only while it is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let notEmpty: UnsafeMutablePointer<pthread_cond_t>
    private let notFull: UnsafeMutablePointer<pthread_cond_t>
    private var slots: [Element?]
    private var head = 0
    private var used = 0
    private var closed = false

    public let capacity: Int

    public init(capacity: Int) {
        precondition(capacity > 0, "a queue holds at least one element")
        self.capacity = capacity
        slots = Array(repeating: nil, count: capacity)
        unsafe mutex = .allocate(capacity: 1)
        unsafe notEmpty = .allocate(capacity: 1)
        unsafe notFull = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        // Waits with a deadline count on the monotonic clock, so that a changed wall clock changes nothing.
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(notEmpty, &attributes)
        unsafe pthread_cond_init(notFull, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(notFull)
        unsafe pthread_cond_destroy(notEmpty)
        unsafe pthread_mutex_destroy(mutex)
        unsafe notFull.deallocate()
        unsafe notEmpty.deallocate()
        unsafe mutex.deallocate()
    }

    /// How many elements wait now.
    public var count: Int { locked { used } }
    public var isClosed: Bool { locked { closed } }

    /// Puts an element in, waiting for room; false when the queue is closed.
    @discardableResult
    public func push(_ element: Element) -> Bool {
        locked {
            while used == capacity && !closed { unsafe pthread_cond_wait(notFull, mutex) }
            return insert(element)
        }
    }

    /// Puts an element in if there is room now.
    public func tryPush(_ element: Element) -> Bool {
        locked { used < capacity && insert(element) }
    }

    /// Takes the oldest element, waiting for one; nil when the queue is closed and empty.
    public func pop() -> Element? {
        locked {
            while used == 0 && !closed { unsafe pthread_cond_wait(notEmpty, mutex) }
            return take()
        }
    }

    /// Takes the oldest element, waiting at most `timeout`; nil when none came in time or the queue has ended.
    public func pop(within timeout: Duration) -> Element? {
        locked {
            var until = timespec()
            unsafe clock_gettime(CLOCK_MONOTONIC, &until)
            let wait = max(0, timeout.nanoseconds)
            let nanoseconds = Int64(until.tv_nsec) + wait % 1_000_000_000
            until.tv_sec += Int(wait / 1_000_000_000 + nanoseconds / 1_000_000_000)
            until.tv_nsec = Int(nanoseconds % 1_000_000_000)
            while used == 0 && !closed {
                if unsafe pthread_cond_timedwait(notEmpty, mutex, &until) != 0 { break }
            }
            return take()
        }
    }

    /// Takes the oldest element if there is one now.
    public func tryPop() -> Element? { locked { take() } }

    /// Ends the queue: waiting producers and, once it is empty, consumers return.
    public func close() {
        locked {
            closed = true
            unsafe pthread_cond_broadcast(notEmpty)
            unsafe pthread_cond_broadcast(notFull)
        }
    }

    /// Throws away what waits; returns how many elements that were.
    @discardableResult
    public func removeAll() -> Int {
        locked {
            let dropped = used
            while take() != nil {}
            return dropped
        }
    }

    private func insert(_ element: Element) -> Bool {
        if closed { return false }
        slots[(head + used) % capacity] = element
        used += 1
        unsafe pthread_cond_signal(notEmpty)
        return true
    }

    private func take() -> Element? {
        if used == 0 { return nil }
        let element = slots[head]
        slots[head] = nil
        head = (head + 1) % capacity
        used -= 1
        unsafe pthread_cond_signal(notFull)
        return element
    }

    private func locked<Answer>(_ body: () -> Answer) -> Answer {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }
}

extension Duration {
    /// The whole duration in nanoseconds; saturates at 292 years.
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
    }

    /// The whole duration in seconds, with fraction.
    public var seconds: Double { Double(nanoseconds) / 1e9 }
}
