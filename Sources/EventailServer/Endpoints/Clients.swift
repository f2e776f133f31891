internal import EventailJSON
internal import EventailSystem

extension Endpoints {
    /// `/api/v1/clients`: who is connected by WebSocket.
    static func clients(_ sight: Sight) -> Route {
        .get("/api/v1/clients", parameters: ["limit", "cursor"], on: .serve) { request throws(ParameterError) in
            let limit = try request.number("limit", in: 1...1000, default: 100)
            let after = try request.number("cursor", in: 0...Int.max, default: 0)
            return sight.clients.page(after: UInt64(after), limit: limit)
        }
    }
}

/// The connected WebSocket clients as a list.
///
/// *Thread*: `serve`, as what it looks into.
final class ClientList: @unchecked Sendable {
    // @unchecked: used on the serve thread only; `loop` is set before that starts.
    weak var loop: ServeLoop?

    func page(after: UInt64, limit: Int) -> Response {
        let open = (loop?.connections.values.filter { $0.phase == .webSocket && $0.number > after } ?? []).sorted { $0.number < $1.number }
        let now = Timestamp.monotonicNanoseconds()
        let shown = open.prefix(limit)
        return .list(next: open.count > limit ? shown.last.map { "\($0.number)" } : nil) { json in
            for connection in shown {
                guard let client = connection.client else { continue }
                json.object { json in
                    json.field("id", "\(connection.number)")
                    json.field("address", connection.peer.description)
                    json.field("kind", client.isRaw ? "raw" : "protocol")
                    json.field("subscriptions", client.subscriptions.count)
                    json.field("connected_seconds", Double((now - connection.openedAt) / 1_000_000) / 1000)
                    json.field("pending_bytes", connection.queue.pending)
                    json.field("sent_bytes", connection.sentBytes)
                    json.field("events", client.sentEvents)
                    json.field("dropped", client.dropped)
                }
            }
        }
    }
}
