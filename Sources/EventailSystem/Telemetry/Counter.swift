internal import Synchronization

/// A count of the sidecar's own doings that only grows; added to once per batch.
public final class Counter: Sendable {
    private let value = Atomic<Int64>(0)
    public init() {}
    public func add(_ amount: Int64 = 1) { value.add(amount, ordering: .relaxed) }
    public var current: Int64 { value.load(ordering: .relaxed) }
}

/// A figure of the sidecar's own that goes up and down.
public final class Gauge: Sendable {
    private let value = Atomic<Int64>(0)
    public init() {}
    public func set(_ amount: Int64) { value.store(amount, ordering: .relaxed) }
    public func add(_ amount: Int64) { value.add(amount, ordering: .relaxed) }
    public var current: Int64 { value.load(ordering: .relaxed) }
}
