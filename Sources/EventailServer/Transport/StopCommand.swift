internal import Synchronization

/// The order to stop, left by one thread for `serve` to find.
///
/// *Thread*: any.
final class StopCommand: Sendable {
    struct Order {
        /// On the monotonic clock.
        var deadline: Int64
        var restarting: Bool
    }

    private let order = Mutex<Order?>(nil)

    func give(_ new: Order) { order.withLock { $0 = $0 ?? new } }
    func taken() -> Order? { order.withLock { $0 } }
}
