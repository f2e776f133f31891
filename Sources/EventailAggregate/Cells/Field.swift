/// The additive figures of a cell, each at a fixed place.
///
/// The order is stored: only append before `latencyMinimum`'s group by giving the row a new version. Frequent fields stand first, so that a row's mask is short.
enum Field {
    static let events = 0, success = 1, failure = 2, durationCount = 3, durationSum = 4, latencyCount = 5, latencySum = 6
    static let costReported = 7, tokensTotal = 8, tokensInput = 9, tokensOutput = 10, modelCalls = 11, toolCalls = 12
    /// Results of tools without an id of their call: calls themselves where a profile writes no starts.
    static let toolLoneEnds = 13
    static let toolErrors = 14, costEstimated = 15, tokensCacheRead = 16, tokensCacheWrite = 17, tokensReasoning = 18, unpriced = 19
    /// Usage lines that added nothing: of the file that had counted them, and of another.
    static let repeats = 20, replays = 21, rollups = 22
    static let collaborations = 23, validations = 24, passed = 25, approved = 26, rejected = 27
    static let completions = 28, completionSum = 29
    /// Lines one of whose parts has the cell's tool, and how those parts ended.
    static let partLines = 30, partSuccess = 31, partFailure = 32
    static let agentStarts = 33, agentRuns = 34, retries = 35, escalations = 36, tasks = 37
    /// Extremes are stored plus one, so that 0 means none.
    static let latencyMinimum = 38, durationMinimum = 39, latencyMaximum = 40, durationMaximum = 41, attempts = 42
    static let count = 43

    @inline(__always) static func isMinimum(_ field: Int) -> Bool { field == latencyMinimum || field == durationMinimum }

    /// What a value is a multiple of most of the time: durations are told to a tenth of a millisecond, costs in millionths of a dollar.
    @inline(__always)
    private static func unit(_ field: Int) -> Int64 {
        switch field {
        case Field.durationSum, Field.latencySum: 100_000
        case Field.costReported, Field.costEstimated: 1_000_000
        default: 1
        }
    }

    /// Writes a value, as a multiple of its unit where it is one.
    @inline(__always)
    static func write(_ value: Int64, _ field: Int, to arena: inout ByteArena) {
        let unit = unit(field)
        if unit == 1 { return arena.signed(value) }
        let whole = value / unit
        if whole &* unit == value {
            arena.number(UInt64(bitPattern: whole << 1 ^ whole >> 63) << 1)
        } else {
            arena.byte(1)
            arena.signed(value)
        }
    }

    /// Reads a value that `write` wrote.
    @inline(__always)
    static func value(_ field: Int, _ reader: inout ByteReader) -> Int64 {
        let unit = unit(field)
        if unit == 1 { return reader.signed() }
        let number = reader.number()
        if number == 1 { return reader.signed() }
        return (Int64(bitPattern: number >> 2) ^ -Int64(bitPattern: number >> 1 & 1)) &* unit
    }

    /// What a field is when two cells become one.
    @inline(__always)
    static func merge(_ field: Int, _ left: Int64, _ right: Int64) -> Int64 {
        if field < latencyMinimum { return left.addingSaturated(right) }
        if isMinimum(field) { return left == 0 ? right : right == 0 ? left : min(left, right) }
        return max(left, right)
    }
}

/// What is counted beside a cell's fields, by item.
enum Side {
    /// Buckets of `Sketch`.
    static let latency: UInt8 = 0, duration: UInt8 = 1
    /// Numbers in the table of error types and tiers.
    static let errorType: UInt8 = 2, tierHits: UInt8 = 3, tierMisses: UInt8 = 4, tierLatencyCount: UInt8 = 5, tierLatencySum: UInt8 = 6
    /// An execution's hash; the value is 1.
    static let execution: UInt8 = 7
    /// A register of `ExecutionSketch`; the value is its rank.
    static let executionRegister: UInt8 = 8
    /// A feature's hash, of a task; the value is 1.
    static let feature: UInt8 = 9

    @inline(__always) static func isHash(_ kind: UInt8) -> Bool { kind == execution || kind == feature }
    @inline(__always)
    static func merge(_ kind: UInt8, _ left: Int64, _ right: Int64) -> Int64 {
        kind >= execution ? max(left, right) : left.addingSaturated(right)
    }
}

extension Int64 {
    /// The sum, or the end of the range where it would overflow.
    @inline(__always)
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
    @inline(__always)
    func floored(to step: Int64) -> Int64 {
        let rest = self % step
        return rest >= 0 ? self - rest : self - rest - step
    }
}
