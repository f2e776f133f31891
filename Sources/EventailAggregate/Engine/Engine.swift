internal import EventailEvents
internal import EventailSystem

/// Everything the aggregator knows, on one thread at a time.
///
/// *Owns* what was folded since the last commit (`facts`) and since the last levelling (`chunks`), heads of executions, the records that link events over
/// lines and files, and the name tables. What was levelled lies in the state and is read when asked for.
/// *Thread*: whoever holds the aggregator's lock. *Limits*: see `AggregatorConfiguration`.
///
/// Files: `Engine+Fold` takes events in, `Engine+Usage`, `+Tools`, `+Tasks`, `+Spans` link them; `Engine+Changes` writes and restores; `Engine+Metrics`,
/// `+Range`, `+Lists`, `+Explain` and `+Prometheus` answer.
final class Engine {
    let configuration: AggregatorConfiguration
    let catalogue: Catalogue
    let view: StateView

    // Names.
    var types: NameTable
    var agents: NameTable
    /// Texts are provider, NUL, model.
    var models: NameTable
    var tools: NameTable
    /// Error types and memory tiers.
    var labels: NameTable
    /// Words of statuses that no profile maps.
    var statuses: NameTable
    /// The number in `types` of a number of the catalogue, plus one; 0 is not known yet.
    var typeOfCatalogue: ContiguousArray<UInt16> = []
    /// The price of a model's number; outer nil is not looked up yet.
    var unitPrices: [UnitPrice??] = []

    // Folded and not committed: facts, and chunks of those that were sealed since.
    var facts = FactWriter()
    var sealed: [FactChunk] = []
    var chunks = ChunkList()
    /// Figures by minute of the first `inLevels` facts that wait to be levelled: made when asked for.
    var levels = LevelTable()
    var inLevels = 0
    var heads = ExecutionTable()
    var executionNames = ExecutionNames()
    var executionRuns = RunList(.executions)

    var records: RecordStore
    var spans: SpanTable
    var histograms: HistogramTable
    var meta = EngineFacts()
    var rowCounts: [RowBlock: Int] = [:]
    /// The fingerprints of the row that is being filled.
    var keyRow: [UInt8] = []

    /// The reading of the state that failed; `takeChanges` throws it, so that what was folded with a gap is never committed.
    var failure: (any Error)?
    /// Counts up with each commit: the last part of rows' keys.
    var commit: UInt64 = 0

    /// Where agents' records lie, by number; negative when that is not known.
    var agentPlaces = Column<Int32>()

    // Of the batch that is being folded.
    var slots = RoleSlots()
    var lines = Column<RoleFacts>()
    var file = FoldedFile()
    var lastExecution: UInt64 = 0
    var lastExecutionPlace = -1

    init(configuration: AggregatorConfiguration, catalogue: Catalogue, state: any StoredState) throws {
        self.configuration = configuration
        self.catalogue = catalogue
        view = StateView(state)
        types = NameTable(most: Dimensions.mostTypes)
        agents = NameTable(most: min(configuration.mostAgents, Dimensions.mostAgents))
        models = NameTable(most: min(configuration.mostModels, Dimensions.mostModels))
        tools = NameTable(most: min(configuration.mostTools, Dimensions.mostTools))
        labels = NameTable(most: min(configuration.mostErrorTypes, LevelTable.mostItem))
        statuses = NameTable(most: Dimensions.mostStatusWords)
        records = RecordStore(most: configuration.mostHeadsInMemory)
        spans = SpanTable(expiry: configuration.spanExpiry.nanoseconds)
        histograms = HistogramTable()
        try restore()
    }

    /// Facts that are not committed.
    private var uncommitted: Int { sealed.reduce(facts.count) { $0 + $1.facts } }
    private var pending: Int { max(uncommitted, 2 * (records.count - configuration.mostHeadsInMemory)) }
    var needsCommit: Bool { pending > configuration.mostPendingCells }
    /// Reached only when commits do not go through.
    var isFull: Bool { pending > 2 * configuration.mostPendingCells }
    var newestTime: Int64? { meta.hasEvents ? meta.newest : nil }
}

/// Single facts that are stored as one row.
struct EngineFacts: Equatable {
    var hasEvents = false
    var oldest: Int64 = 0
    var newest: Int64 = 0
    /// Executions seen so far; the number of the next.
    var executions: Int64 = 0
    /// How many of them have their names in rows of their own; those of the others are in chunks that wait.
    var namedExecutions: Int64 = 0
    /// Types whose lines or parts have started tools: their profile's results without a call are no calls.
    var typesWithToolStarts: Set<Int> = []
    /// The row of fingerprints that is being filled.
    var keyRow: UInt64 = 0
    /// By kind of row, where the rows begin that are still kept; nothing when none was dropped.
    var floors: [UInt8: Int64] = [:]
    /// By kind of row, about how many bytes are kept.
    var bytes: [UInt8: Int64] = [:]
}

/// The file whose batch is being folded.
struct FoldedFile {
    var hash: Int64 = 0
    var number = 0
}
