internal import EventailSystem
internal import Synchronization

/// Standard output and standard error of the commands.
///
/// Standard output is buffered, so that a report of a million lines is few system calls. *Thread*: any. *Limits*: 64 KiB wait.
enum Output {
    private struct State: ~Copyable {
        let descriptor = Descriptor(owning: 1)
        var waiting: [UInt8] = []
        var failed = false
    }

    private static let state = Mutex(State())
    private static let errors = Descriptor(owning: 2)
    private static let most = 64 << 10

    static func write(_ text: String) { write(Array(text.utf8)) }

    static func write(_ bytes: [UInt8]) {
        state.withLock { state in
            state.waiting += bytes
            if state.waiting.count >= most { send(&state) }
        }
    }

    /// Hands everything to the kernel; false when standard output is closed or full.
    @discardableResult
    static func flush() -> Bool {
        state.withLock { state in
            send(&state)
            return !state.failed
        }
    }

    /// Whether standard output no longer takes anything: nobody reads, so there is no reason to go on.
    static var isClosed: Bool { state.withLock { $0.failed } }

    static var isTerminal: Bool { ProcessUsage.isTerminal(1) }

    /// Writes to standard error at once.
    static func error(_ text: String) {
        do throws(SystemError) {
            try errors.writeAll(Array(text.utf8))
        } catch {
            state.withLock { $0.failed = true }
        }
    }

    private static func send(_ state: inout State) {
        if state.waiting.isEmpty { return }
        if !state.failed {
            do throws(SystemError) {
                try state.descriptor.writeAll(state.waiting)
            } catch {
                state.failed = true
            }
        }
        state.waiting.removeAll(keepingCapacity: true)
    }
}
