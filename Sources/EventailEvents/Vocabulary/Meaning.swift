/// What an event of a type stands for, given by its profile (CONTRACT section 3).
public enum Meaning: UInt8, CaseIterable, Sendable {
    case note
    case agentStart, agentEnd, agentProgress, taskQueued, taskEnd, validation, escalation, budget
    case modelCall, toolStart, toolEnd, collaboration, decision, message, memory, measure

    /// The name outside, in snake case.
    public var name: String { Self.names[Int(rawValue)] }

    // Made once: the text of a case is found by reflection.
    private static let names = allCases.map(\.madeName)

    private var madeName: String {
        switch self {
        case .agentStart: "agent_start"
        case .agentEnd: "agent_end"
        case .agentProgress: "agent_progress"
        case .taskQueued: "task_queued"
        case .taskEnd: "task_end"
        case .modelCall: "model_call"
        case .toolStart: "tool_start"
        case .toolEnd: "tool_end"
        default: "\(self)"
        }
    }

    public init?(name: String) {
        guard let meaning = Meaning.allCases.first(where: { $0.name == name }) else { return nil }
        self = meaning
    }
}

/// How something ended. `none`: the event says nothing of it; `unknown`: it says a word that the profile does not map (kept as `Role.status`).
public enum Status: UInt8, CaseIterable, Sendable {
    case none, unknown, success, failure, partial, timeout, cancelled, approved, rejected, running
    public var name: String { Self.names[Int(rawValue)] }
    private static let names = allCases.map { "\($0)" }
    public init?(name: String) {
        guard let status = Status.allCases.first(where: { $0.name == name }) else { return nil }
        self = status
    }
    /// Counts as `success` in the figures.
    @inlinable public var isSuccess: Bool { self == .success || self == .approved }
    /// Counts as `failure` in the figures.
    @inlinable public var isFailure: Bool { self == .failure || self == .timeout || self == .rejected }
}

/// How bad an event is; derived from the status when the producer says nothing.
public enum Severity: UInt8, CaseIterable, Comparable, Sendable {
    case debug, info, warning, error, critical
    public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
    public var name: String { Self.names[Int(rawValue)] }
    private static let names = allCases.map { "\($0)" }
    public init?(name: String) {
        guard let severity = Severity.allCases.first(where: { $0.name == name }) else { return nil }
        self = severity
    }
}

/// What is shed first under overload.
public enum Priority: UInt8, CaseIterable, Comparable, Sendable {
    case low, medium, high, critical
    public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
    public var name: String { Self.names[Int(rawValue)] }
    private static let names = allCases.map { "\($0)" }
    public init?(name: String) {
        guard let priority = Priority.allCases.first(where: { $0.name == name }) else { return nil }
        self = priority
    }
}

/// How a profile's tokens and cost add up (CONTRACT section 3, agents/FORMATS finding 1).
public enum UsageMode: UInt8, CaseIterable, Sendable {
    /// Add each.
    case delta
    /// Per usage key the line with the largest output wins; what is added is new minus old.
    case highwater
    /// A running total per usage key; what is added is the difference, a drop is a reset.
    case cumulative
    /// The newest line with the key counts; what is added is new minus old.
    case replace
}

/// Whether an event's tokens and cost are added at all.
public enum Accounting: UInt8, CaseIterable, Sendable {
    case leaf
    /// A sum of what other events tell one by one: never added.
    case rollup
    /// A forecast: never added.
    case estimate
}
