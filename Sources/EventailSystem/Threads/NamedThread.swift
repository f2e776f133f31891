internal import CLinux
internal import Synchronization

/// A thread of the house: it has a name (shown by `top -H`) and somebody who waits for its end.
///
/// *Owns* nothing but the handle. *Limits*: names are cut to the kernel's 15 characters. All signals are blocked in it: `main` alone takes them.
@safe public final class NamedThread: @unchecked Sendable {
    // @unchecked: `handle` is written once in init, before anybody else knows the thread.
    private var handle = pthread_t()
    private let isJoined = Mutex(false)
    public let name: String

    /// Starts `body` at once.
    public init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        let code = unsafe pthread_create(&handle, nil, { raw in
            let start = unsafe Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue()
            CLinux_block_signals(~0)
            unsafe CLinux_name_thread(String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
            start.body()
            return nil
        }, start.toOpaque())
        precondition(code == 0, "a thread must start: \(SystemError(code: code, operation: "pthread_create"))")
    }

    /// Waits until the thread has ended. Any thread, any number of times; the kernel's handle is asked once.
    public func join() {
        isJoined.withLock { isJoined in
            if !isJoined { _ = pthread_join(handle, nil) }
            isJoined = true
        }
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
