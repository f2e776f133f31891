internal import EventailJSON

extension Endpoints {
    /// `POST /api/v1/validate`: the body's lines checked as `eventail check --format json` does.
    static func validate(_ sight: Sight) -> Route {
        Route("POST", "/api/v1/validate", parameters: ["profile"]) { request in
            var json = JSONWriter()
            do throws(ValidationError) {
                try sight.status.writeValidation(of: request.body, profile: request.parameters["profile"], into: &json)
            } catch {
                return .problem(400, "profile=\(request.parameters["profile"] ?? "auto"): \(error.reason)")
            }
            return .json(json.bytes)
        }
    }
}
