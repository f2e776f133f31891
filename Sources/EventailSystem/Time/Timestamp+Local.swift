internal import CLinux

extension Timestamp {
    /// The time of day here as `HH:MM:SS`: the process' time zone (TZ).
    public var localClock: String {
        var seconds = time_t(self.seconds)
        var parts = unsafe tm()
        unsafe localtime_r(&seconds, &parts)
        return unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
    }
}
