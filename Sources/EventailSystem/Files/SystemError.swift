internal import CLinux

/// A refused system call: what was tried, on what, and the kernel's answer.
///
/// Operating trouble in Eventail is a typed throw; this is its lowest form. `code` is an errno value of Linux.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    public let code: Int32
    /// The call and its object, e.g. `open /var/log/agents/a.jsonl`.
    public let operation: String

    public init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    /// The error of the call that just failed in this thread.
    public static func last(_ operation: String) -> SystemError {
        SystemError(code: CLinux_errno(), operation: operation)
    }

    /// The kernel's words for `code`, e.g. `No space left on device`.
    public var reason: String {
        unsafe String(cString: CLinux_error_text(code))
    }

    public var description: String { "\(operation): \(reason)" }

    public var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    public var isInterrupted: Bool { code == EINTR }
    public var wouldBlock: Bool { code == EAGAIN }
    public var isFull: Bool { code == ENOSPC || code == EDQUOT }
    public var isTooManyFiles: Bool { code == EMFILE || code == ENFILE }
    public var isDenied: Bool { code == EACCES || code == EPERM }
    public var isInUse: Bool { code == EADDRINUSE }
    public var isInProgress: Bool { code == EINPROGRESS }
    public var exists: Bool { code == EEXIST }
}
