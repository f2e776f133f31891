public import EventailEvents

/// Which events of history are wanted: members are ANDed, the elements of a list ORed, an empty list or nil wants all.
public struct EventQuery: Sendable {
    public enum Order: Sendable { case descending, ascending }

    /// A column that an event must have, e.g. what a figure is made of.
    public enum Column: Sendable { case cost, latency, duration, model, tool, task }

    public var agents: [String] = []
    public var types: [String] = []
    public var profiles: [String] = []
    public var meanings: [Meaning] = []
    public var statuses: [Status] = []
    /// Words of producers that are no canonical status: an event that says one of them is wanted too.
    public var statusWords: [String] = []
    public var severities: [Severity] = []
    public var executions: [String] = []
    public var conversations: [String] = []
    public var tasks: [String] = []
    public var workflows: [String] = []
    public var models: [String] = []
    public var tools: [String] = []
    /// Nanoseconds since 1970, both included.
    public var since: Int64?
    public var until: Int64?
    public var minimumLatencyMilliseconds: Double?
    public var having: Column?
    /// Only events whose sequence number is greater.
    public var after: Int64?
    /// Only events whose sequence number is smaller.
    public var before: Int64?
    /// Only events whose sequence number is not greater.
    public var through: Int64?
    public var order = Order.descending
    public var limit = 100

    /// The most events of a page.
    public static let mostEvents = 1000
    /// The most elements of one list; callers refuse longer ones, which would ask for very long statements.
    public static let mostValues = 200

    public init() {}

    /// The same query for the page behind `page`; nil when there is none.
    public func next(after page: EventPage) -> EventQuery? {
        guard let next = page.next else { return nil }
        var query = self
        if order == .ascending { query.after = next } else { query.before = next }
        return query
    }
}

/// A page of history.
public struct EventPage: Sendable {
    public let events: [StoredEvent]
    /// The sequence number where the page ended; nil when nothing follows. Page on with it as `before` (descending) or `after` (ascending).
    public let next: Int64?
}
