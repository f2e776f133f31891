/// What the operator may choose of the figures, and the limits that keep them within memory and disk.
///
/// Every limit has a name here; `config show` prints those that the configuration exposes.
public struct AggregatorConfiguration: Sendable {
    /// What a token costs.
    public var prices: PriceTable
    /// How long a span without an end counts as active (`metrics.span_expiry`).
    public var spanExpiry: Duration = .seconds(3600)
    /// How long an open tool call may be silent before the execution counts as waiting.
    public var waitingAfter: Duration = .seconds(30)
    /// How long open work may be silent before the execution counts as stuck.
    public var stuckAfter: Duration = .seconds(600)
    /// Distinct agents that are told apart; further ones are `other`.
    public var mostAgents = 10_000
    /// Distinct pairs of provider and model that are told apart.
    public var mostModels = 4000
    public var mostTools = 10_000
    /// Distinct error types and memory tiers together.
    public var mostErrorTypes = 4000
    /// Executions, usage keys and tasks whose heads stay in memory; others are read from the state when they speak again.
    public var mostHeadsInMemory = 65_536
    /// Facts that may wait for `takeChanges`; above it `needsCommit` is true.
    public var mostPendingCells = 400_000
    /// Committed facts that may wait to be levelled: added up by minute, hour, day, execution and task. The more wait, the less each costs.
    public var mostWaitingFacts = 524_288
    /// Bytes kept of each level of the time series (seconds, minutes, hours, task facts); the oldest go first, and a quarter of it may wait to be levelled.
    public var mostSeriesBytes: Int64 = 256 << 20
    /// Values of a Prometheus label; further ones are `other`.
    public var mostLabelValues = 100
    /// Newest contributions remembered for `explain`.
    public var mostContributions = 4096
    /// Groups of one answer, those with the most events.
    public var mostGroups = 1000

    public init(prices: PriceTable = PriceTable(prices: [:])) { self.prices = prices }
}
