/// Percentiles of durations: counts in buckets of which 64 share an octave, so that a bucket's middle is within 0.8% of all in it.
///
/// A bucket's number is made of the bits of the duration in units of 10 ms. That unit makes the bounds of OpenTelemetry's histograms
/// (0.01 s and 0.1 s doubling) bounds of buckets. A bucket includes its upper bound.
enum Sketch {
    static let unit = 1e7
    private static let shift: UInt64 = 46

    /// The bucket of a duration in nanoseconds; 0 holds the zeros.
    @inline(__always)
    static func bucket(_ nanoseconds: Int64) -> UInt64 {
        if nanoseconds <= 0 { return 0 }
        return ((Double(nanoseconds) / unit).bitPattern - 1) >> shift
    }

    /// The middle of a bucket in nanoseconds.
    static func middle(_ bucket: UInt64) -> Double {
        if bucket == 0 { return 0 }
        let low = Double(bitPattern: bucket << shift), high = Double(bitPattern: (bucket + 1) << shift)
        return (low + high) / 2 * unit
    }

    /// The value of nearest rank among counted buckets: the smallest with at least `part` of all at or below it. nil of nothing.
    static func quantile(_ part: Double, _ sorted: [(bucket: UInt64, count: Int64)], _ total: Int64) -> Double? {
        if total <= 0 { return nil }
        let rank = max(1, Int64((part * Double(total)).rounded(.up)))
        var seen: Int64 = 0
        for (bucket, count) in sorted {
            seen += count
            if seen >= rank { return middle(bucket) }
        }
        return sorted.last.map { middle($0.bucket) }
    }
}

/// How many distinct executions there are, beyond what is counted exactly: HyperLogLog with 4096 registers, 1.6% standard error.
enum ExecutionSketch {
    static let registers = 4096
    /// Executions of one cell that are kept one by one.
    static let mostExact = 4096

    static func register(of hash: UInt64) -> (register: UInt64, rank: Int64) {
        let mixed = TextHash.spread(hash)
        return (mixed >> 52, Int64((mixed << 12 | 1 << 11).leadingZeroBitCount) + 1)
    }

    static func estimate(_ ranks: [UInt64: Int64]) -> Double {
        let many = Double(registers)
        var sum = many - Double(ranks.count)
        for rank in ranks.values { sum += Double(sign: .plus, exponent: -Int(rank), significand: 1) }
        let raw = 0.7213 / (1 + 1.079 / many) * many * many / sum
        let zeros = many - Double(ranks.count)
        return raw <= 2.5 * many && zeros > 0 ? many * Self.logarithm(many / zeros) : raw
    }

    /// The natural logarithm, by series: the standard library without a C library has none.
    private static func logarithm(_ value: Double) -> Double {
        let part = value.significand, z = (part - 1) / (part + 1), square = z * z
        var term = z, sum = 0.0, odd = 1.0
        while abs(term) > 1e-17 {
            sum += term / odd
            term *= square
            odd += 2
        }
        return 2 * sum + Double(value.exponent) * 0.693147180559945309
    }
}
