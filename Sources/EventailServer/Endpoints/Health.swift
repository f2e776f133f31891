internal import EventailJSON

extension Endpoints {
    /// `/livez`, `/healthz`: the process can serve. `/readyz`: it can do its work.
    static func health(_ sight: Sight) -> [Route] {
        let alive = Response.json { json in json.object { $0.field("status", "ok") } }
        return [
            Route("GET", "/livez", on: .serve, for: .open) { _ in alive },
            Route("GET", "/healthz", on: .serve, for: .open) { _ in alive },
            Route("GET", "/readyz", on: .serve, for: .open) { _ in ready(sight) },
        ]
    }

    private static func ready(_ sight: Sight) -> Response {
        let readiness = sight.status.readiness()
        var isReady = readiness.state == .ready
        var reason: String?
        let state: String
        switch readiness.state {
        case .ready: state = "ready"
        case .starting: state = "starting"
        case .draining: state = "draining"
        case .failed(let why):
            state = "failed"
            reason = why
        }
        if isReady && readiness.sinkInTrouble && sight.readyRequiresSinks {
            isReady = false
            reason = "a sink is in trouble and server.ready_requires_sinks is set"
        }
        return .json(status: isReady ? 200 : 503) { json in
            json.object { json in
                json.field("status", isReady && !readiness.degraded.isEmpty ? "degraded" : state)
                json.field("ready", isReady)
                if let reason { json.field("reason", reason) }
                json.field("degraded", array: { json in for part in readiness.degraded { json.value(part) } })
            }
        }
    }
}
