internal import EventailSystem
internal import Synchronization

/// The last orders that other threads left for `serve` to find: to stop, or to go on with other settings.
///
/// *Thread*: any. *Limits*: one of each kind; newer settings replace those that `serve` has not found yet.
final class ServeOrders: Sendable {
    struct Stop {
        /// On the monotonic clock.
        var deadline: Int64
        var restarting: Bool
    }

    struct Change {
        var configuration: ServerConfiguration
        var policy: HostPolicy
        var authenticator: Authenticator?
    }

    private struct Orders {
        var stop: Stop?
        var change: Change?
    }

    private let orders = Mutex(Orders())

    /// The first order to stop counts.
    func stop(_ order: Stop) { orders.withLock { $0.stop = $0.stop ?? order } }
    func change(_ order: Change) { orders.withLock { $0.change = order } }

    var stopping: Stop? { orders.withLock { $0.stop } }

    func takeChange() -> Change? {
        orders.withLock { orders in
            defer { orders.change = nil }
            return orders.change
        }
    }
}
