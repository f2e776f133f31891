extension AuthenticationRefusal {
    /// The HTTP response that says it.
    var response: Response {
        switch self {
        case .missing: .problem(401, message, headers: [("WWW-Authenticate", "Bearer realm=\"eventail\"")])
        case .invalid, .expired:
            .problem(401, message, headers: [("WWW-Authenticate", "Bearer realm=\"eventail\", error=\"invalid_token\", error_description=\"\(message)\"")])
        case .forbidden: .problem(403, message)
        }
    }
}
