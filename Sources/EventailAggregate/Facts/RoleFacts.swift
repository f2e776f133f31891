/// The roles of one line or part, as numbers: names by their tables, free texts as hashes. NaN is an absent figure, 0 an absent text.
struct RoleFacts: BitwiseCopyable {
    var agent = 0
    var model = 0
    var tool = 0
    /// Of a status that no profile maps.
    var statusWord = 0
    var errorType = 0
    var execution: UInt64 = 0
    var task: UInt64 = 0
    var feature: UInt64 = 0
    var call: UInt64 = 0
    var usageHigh: UInt64 = 0
    var usageLow: UInt64 = 0
    var executionText = RoleText(bits: 0)
    var duration = Double.nan
    var latency = Double.nan
    var hasUsage = false
    var cost = Double.nan
    var attempts = Double.nan
    /// Uncached input, output, cache read, cache write, reasoning, total, cache write for an hour.
    var tokens = SIMD8<Double>(repeating: .nan)
    /// Up to four memory tiers and whether each was hit (1), missed (0) or does not say (NaN).
    var tiers = SIMD4<Int32>(repeating: 0)
    var hits = SIMD4<Double>(repeating: .nan)
    var tierCount = 0
    var hitCount = 0

    /// What a part has of its own goes before what it shares with its line; figures are never shared.
    func part(of line: RoleFacts) -> RoleFacts {
        var facts = self
        if facts.agent == 0 { facts.agent = line.agent }
        if facts.model == 0 { facts.model = line.model }
        if facts.execution == 0 { facts.execution = line.execution }
        if facts.task == 0 { facts.task = line.task }
        if facts.feature == 0 { facts.feature = line.feature }
        return facts
    }

    /// A count of tokens: not negative, and below what could overflow a sum.
    static func count(_ value: Double) -> Int64 { value > 0 ? Int64(min(value, 1e15)) : 0 }

    /// Milliseconds as nanoseconds; nil for what is absent, negative or beyond a century.
    static func nanoseconds(_ milliseconds: Double) -> Int64? {
        milliseconds >= 0 && milliseconds < 3.2e12 ? Int64((milliseconds * 1e6).rounded()) : nil
    }
}
