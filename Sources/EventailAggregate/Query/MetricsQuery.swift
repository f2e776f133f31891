public import EventailSystem

/// The time that figures are asked for, by its name outside.
public enum MetricsWindow: String, CaseIterable, Sendable {
    case fiveMinutes = "5m", hour = "1h", day = "24h", week = "7d", month = "30d", all

    /// The length in seconds, 0 for `all`.
    public var seconds: Int64 {
        switch self {
        case .fiveMinutes: 300
        case .hour: 3600
        case .day: 86_400
        case .week: 604_800
        case .month: 2_592_000
        case .all: 0
        }
    }

    /// To how many seconds the start is rounded down.
    var startStep: Int64 { seconds <= 3600 ? 1 : 60 }
}

/// Where a window ends.
public enum WindowEnd: Sendable, Equatable {
    /// The time of asking.
    case now
    /// The newest event's time.
    case latest
    case time(Timestamp)
}

/// What figures are split by.
public enum MetricsGrouping: String, CaseIterable, Sendable {
    case agent, model, tool, type, status, profile, execution
}

/// Which events count; nil lets every value through, a type is `type` or `profile/type`.
public struct MetricsFilter: Sendable, Equatable {
    public var agent: String?
    public var model: String?
    public var tool: String?
    public var type: String?
    public var profile: String?
    public var execution: String?
    public init(
        agent: String? = nil, model: String? = nil, tool: String? = nil, type: String? = nil, profile: String? = nil, execution: String? = nil
    ) {
        self.agent = agent
        self.model = model
        self.tool = tool
        self.type = type
        self.profile = profile
        self.execution = execution
    }

    var isEmpty: Bool { self == MetricsFilter() }
}

/// One question for `/api/v1/metrics`.
public struct MetricsQuery: Sendable {
    public var window: MetricsWindow
    public var end: WindowEnd
    public var filter: MetricsFilter
    public var grouping: MetricsGrouping?
    public init(window: MetricsWindow = .all, end: WindowEnd = .now, filter: MetricsFilter = MetricsFilter(), grouping: MetricsGrouping? = nil) {
        self.window = window
        self.end = end
        self.filter = filter
        self.grouping = grouping
    }
}

/// One question for `/api/v1/metrics/range`: a figure's value in each step between two times.
public struct RangeQuery: Sendable {
    /// A key of the totals, with dots into its objects: `events`, `cost_usd.total`, `latency_ms.p99`, `validation_pass_rate`.
    public var metric: String
    public var start: Timestamp
    public var end: Timestamp
    public var step: Duration
    public var filter: MetricsFilter
    public var grouping: MetricsGrouping?
    /// Steps of one answer.
    public static let mostSteps = 2000
    public init(
        metric: String, start: Timestamp, end: Timestamp, step: Duration, filter: MetricsFilter = MetricsFilter(), grouping: MetricsGrouping? = nil
    ) {
        self.metric = metric
        self.start = start
        self.end = end
        self.step = step
        self.filter = filter
        self.grouping = grouping
    }
}

/// Why a question has no answer.
public enum MetricsQueryError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The metric's name is none of the figures'.
    case unknownMetric(String)
    /// More steps than `RangeQuery.mostSteps`, none at all, or an end before the start.
    case badRange(String)
    /// A cursor that no list gave out.
    case badCursor
    /// The state cannot be read: the reason.
    case state(String)

    public var description: String {
        switch self {
        case .unknownMetric(let name): "metric \(name) is not known; it is a key of the totals, with dots into its objects"
        case .badRange(let reason): reason
        case .badCursor: "the cursor is none that this list gave out"
        case .state(let reason): "the metrics' state cannot be read: \(reason)"
        }
    }
}
