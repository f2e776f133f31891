internal import CLinux

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds (years 1678 to 2262).
public struct Timestamp: Comparable, Hashable, Sendable {
    public var nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    public static func now() -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// A clock for measuring, in nanoseconds: never set back.
    public static func monotonicNanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Whole seconds since 1970, rounded down.
    @inlinable public var seconds: Int64 {
        nanoseconds / 1_000_000_000 - (nanoseconds % 1_000_000_000 < 0 ? 1 : 0)
    }

    @inlinable public func advanced(by duration: Duration) -> Timestamp { Timestamp(nanoseconds: nanoseconds &+ duration.nanosecondsInline) }
}

extension Duration {
    @inlinable var nanosecondsInline: Int64 { components.seconds &* 1_000_000_000 &+ components.attoseconds / 1_000_000_000 }
}
