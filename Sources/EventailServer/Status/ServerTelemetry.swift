internal import EventailSystem

/// What the server counts of itself.
///
/// *Thread*: any.
final class ServerTelemetry: Sendable {
    let connections = Gauge()
    let webSockets = Gauge()
    let requests = Counter()
    let refused = Counter()
    let droppedSlow = Counter()
    let droppedOverload = Counter()
    let closedSlow = Counter()
    let sentBytes = Counter()
    /// From when an event's bytes were read to when it was first offered to the sockets of the WebSocket clients that want it.
    let latency = LatencyHistogram()
    /// The name under which clients stand among the sinks; no sink may have it.
    static let clients = "clients"

    func add(to metrics: inout MetricsText) {
        metrics.family("eventail_websocket_clients", .gauge, "WebSocket clients that are connected.")
        metrics.sample([], count: webSockets.current)
        metrics.family("eventail_websocket_dropped_total", .counter, "Events not sent to WebSocket clients, by reason.")
        metrics.sample([("reason", "slow")], count: droppedSlow.current)
        metrics.sample([("reason", "overload")], count: droppedOverload.current)
        metrics.family("eventail_websocket_closed_total", .counter, "WebSocket clients closed by the server, by reason.")
        metrics.sample([("reason", "slow")], count: closedSlow.current)
        metrics.family("eventail_http_connections", .gauge, "Connections of all kinds.")
        metrics.sample([], count: connections.current)
        metrics.family("eventail_http_requests_total", .counter, "HTTP requests answered.")
        metrics.sample([], count: requests.current)
        metrics.family("eventail_server_sent_bytes_total", .counter, "Bytes sent to clients of all kinds.")
        metrics.sample([], count: sentBytes.current)
    }
}
