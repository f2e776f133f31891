internal import EventailJSON
internal import EventailPipeline

extension Endpoints {
    /// `/api/v1/sinks`: where events go, and how well.
    static func sinks(_ sight: Sight) -> Route {
        Route("GET", "/api/v1/sinks") { _ in
            .list { json in
                for sink in sight.status.sinks() {
                    json.object { json in
                        json.field("name", sink.name)
                        json.field("type", sink.kind)
                        json.field("state", sink.state.rawValue)
                        json.field("last_error", sink.lastError)
                        json.field("retries", sink.retries)
                        json.field("events", sink.events)
                        json.field("bytes", sink.bytes)
                        json.field("lag_bytes", sink.lagBytes)
                        json.field("lag_seconds", sink.lagSeconds)
                    }
                }
            }
        }
    }
}
