internal import EventailJSON

extension Endpoints {
    /// `POST /api/v1/validate`: the body's lines checked as `eventail check --format json` does.
    static func validate(_ sight: Sight) -> Route {
        Route("POST", "/api/v1/validate", parameters: ["profile"]) { request in
            .json { json in sight.status.writeValidation(of: request.body, profile: request.parameters["profile"], into: &json) }
        }
    }
}
