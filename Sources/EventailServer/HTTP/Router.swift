/// One endpoint: which requests it answers and how.
///
/// A pattern's segments in braces match any one segment: `/api/v1/executions/{id}`.
public struct Route: Sendable {
    public enum Place: Sendable {
        /// At once on the `serve` thread: only for what is known already.
        case serve
        /// On the `query` thread: may take long.
        case query
    }

    /// Who may ask.
    public enum Access: Sendable {
        /// Everybody: it tells nothing of events.
        case open
        /// Whoever may see some events; the endpoint itself leaves out the others.
        case scoped
        /// Whoever may see all events.
        case whole
    }

    let method: String
    let segments: [String]
    /// Names of parameters that are known; any other is refused, so that a misspelt filter never goes unnoticed.
    let parameters: Set<String>
    let place: Place
    let access: Access
    let handler: @Sendable (Request) -> Response

    public init(
        _ method: String, _ pattern: String, parameters: [String] = [], on place: Place = .query, for access: Access = .whole,
        handler: @escaping @Sendable (Request) -> Response
    ) {
        self.method = method
        segments = Router.segments(pattern)
        self.parameters = Set(parameters)
        self.place = place
        self.access = access
        self.handler = handler
    }
}

/// Finds the endpoint of a request.
struct Router: Sendable {
    enum Outcome {
        case found(Route, Request)
        case refused(Response)
    }

    let routes: [Route]

    static func segments(_ path: String) -> [String] {
        path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
    }

    func find(_ request: Request) -> Outcome {
        let segments = Self.segments(request.path)
        var allowed: [String] = []
        for route in routes {
            guard let captures = match(route.segments, segments) else { continue }
            if route.method != request.method && !(route.method == "GET" && request.method == "HEAD") {
                allowed.append(route.method)
                if route.method == "GET" { allowed.append("HEAD") }
                continue
            }
            if let unknown = request.parameters.pairs.first(where: { !route.parameters.contains($0.name) })?.name {
                let known = route.parameters.sorted().joined(separator: ", ")
                return .refused(
                    .problem(400, "\(request.path) has no parameter \"\(unknown)\"; it has \(known.isEmpty ? "none" : known)"))
            }
            var request = request
            request.captures = captures
            return .found(route, request)
        }
        if !allowed.isEmpty {
            let list = allowed.joined(separator: ", ")
            return .refused(.problem(405, "\(request.path) answers \(list)", headers: [("Allow", list)]))
        }
        return .refused(.problem(404, "there is nothing at \(request.path)"))
    }

    private func match(_ pattern: [String], _ segments: [String]) -> [String: String]? {
        if pattern.count != segments.count { return nil }
        var captures: [String: String] = [:]
        for (wanted, found) in zip(pattern, segments) {
            if wanted.hasPrefix("{") {
                if found.isEmpty { return nil }
                captures[String(wanted.dropFirst().dropLast())] = found
            } else if wanted != found {
                return nil
            }
        }
        return captures
    }
}
