internal import Synchronization

/// How long things took, in buckets that never change: what a scraper needs for a histogram in seconds.
///
/// *Thread*: any; recorded once per batch. *Limits*: one bucket per bound and one for everything longer.
public final class LatencyHistogram: Sendable {
    /// The buckets' upper bounds in seconds.
    public static let bounds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

    /// What was recorded up to one moment.
    public struct Snapshot: Sendable {
        /// How many took at most the bound of the same place.
        public fileprivate(set) var atMost = [Int64](repeating: 0, count: bounds.count)
        public fileprivate(set) var count: Int64 = 0
        /// In seconds.
        public fileprivate(set) var sum = 0.0

        public init() {}
    }

    private let recorded = Mutex(Snapshot())

    public init() {}

    /// Notes that each of `count` things took that long; a time below zero, from a clock that was set back, counts as zero.
    public func record(nanoseconds: Int64, count: Int64 = 1) {
        let seconds = Double(max(0, nanoseconds)) / 1e9
        recorded.withLock { recorded in
            for (place, bound) in Self.bounds.enumerated() where seconds <= bound { recorded.atMost[place] += count }
            recorded.count += count
            recorded.sum += seconds * Double(count)
        }
    }

    public var current: Snapshot { recorded.withLock { $0 } }
}
