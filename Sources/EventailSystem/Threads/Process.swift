internal import CLinux

/// What this process has used of the machine, and its limits.
public enum ProcessUsage {
    /// User and system CPU time of all threads, in seconds.
    public static func cpuSeconds() -> Double {
        Double(CLinux_cpu_microseconds()) / 1e6
    }

    /// The largest resident memory so far, in bytes.
    public static func maximumResidentBytes() -> Int64 {
        CLinux_maximum_resident_kilobytes() * 1024
    }

    /// How many files may be open at once: the soft limit, after raising it to the hard one.
    public static func raiseFileLimit() -> Int {
        Int(clamping: CLinux_raise_file_limit())
    }

    public static var identifier: Int32 { getpid() }

    /// Ends the process at once with an exit status.
    public static func end(_ status: Int32) -> Never { exit(status) }

    /// A write to a closed socket or pipe must answer EPIPE, not end the process.
    public static func ignoreBrokenPipes() { CLinux_ignore_signal(SIGPIPE) }

    public static func isTerminal(_ number: Int32) -> Bool { isatty(number) == 1 }

    /// The value of an environment variable, nil when unset.
    public static func environment(_ name: String) -> String? {
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }

    /// What this machine calls itself, `localhost` when it does not say.
    public static var hostName: String {
        var names = utsname()
        if unsafe uname(&names) != 0 { return "localhost" }
        let name = unsafe withUnsafeBytes(of: &names.nodename) { bytes in unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
        return name.isEmpty ? "localhost" : name
    }

    /// Random bytes of the kernel's.
    public static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
