internal import EventailEvents
internal import EventailJSON

extension Endpoints {
    /// `/api/v1/dead-letters`: refused lines, the newest first.
    static func deadLetters(_ sight: Sight) -> Route {
        .get("/api/v1/dead-letters", parameters: ["reason", "limit", "cursor"]) { request throws(ParameterError) in
            let reason = request.parameters["reason"]
            if let reason, RejectionReason(name: reason) == nil {
                throw ParameterError("reason=\(reason): give one of \(RejectionReason.allCases.map(\.name).joined(separator: ", "))")
            }
            let limit = try request.number("limit", in: 1...1000, default: 100)
            let page = sight.status.deadLetters(reason: reason, before: request.parameters["cursor"], limit: limit)
            return .list(next: page.next) { json in
                for letter in page.items { write(letter, into: &json) }
            }
        }
    }

    private static func write(_ letter: DeadLetterReport, into json: inout JSONWriter) {
        json.object { json in
            json.field("file", letter.file)
            json.field("offset", letter.offset)
            json.field("line", letter.line)
            json.field("time", letter.time)
            json.field("reason", letter.reason)
            json.field("profile", letter.profile)
            json.field("location", letter.location)
            json.field("keyword", letter.keyword)
            json.field("message", letter.message)
            json.field("data", letter.data)
            if let encoding = letter.encoding { json.field("encoding", encoding) }
        }
    }
}
