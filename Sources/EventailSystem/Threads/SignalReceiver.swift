internal import CLinux

/// The signals that ask the process to stop or to read its configuration again, as a descriptor that can be waited for.
///
/// Made by `main` before any thread starts: SIGINT, SIGTERM and SIGHUP are blocked from then on and arrive here only. *Thread*: one reads.
public final class SignalReceiver: Sendable {
    public enum Demand: Sendable {
        /// SIGINT or SIGTERM.
        case stop
        /// SIGHUP.
        case reload
    }

    /// Readable when a signal has come; never waits.
    public let descriptor: Descriptor

    public init() throws(SystemError) {
        let bits = UInt64(1) << UInt64(SIGINT) | UInt64(1) << UInt64(SIGTERM) | UInt64(1) << UInt64(SIGHUP)
        CLinux_block_signals(bits)
        let number = CLinux_signal_descriptor(bits)
        if number < 0 { throw SystemError.last("signalfd") }
        descriptor = Descriptor(owning: number)
    }

    /// The next request; nil when no signal has come.
    public func next() -> Demand? {
        var record = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        let got = unsafe read(descriptor.number, &record, size)
        guard got == size else { return nil }
        return record.ssi_signo == UInt32(SIGHUP) ? .reload : .stop
    }
}
