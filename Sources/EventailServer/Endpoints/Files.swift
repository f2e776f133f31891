internal import EventailJSON

extension Endpoints {
    /// `/api/v1/files`: what is read, and how far each sink has taken it. Pages go by path.
    static func files(_ sight: Sight) -> Route {
        .get("/api/v1/files", parameters: ["limit", "cursor", "source"]) { request throws(ParameterError) in
            let limit = try request.number("limit", in: 1...1000, default: 100)
            var files = sight.status.files().sorted { ($0.path, $0.identity) < ($1.path, $1.identity) }
            if let source = request.parameters["source"] { files.removeAll { $0.source != source } }
            if let cursor = request.parameters["cursor"] { files.removeAll { key($0) <= cursor } }
            let shown = files.prefix(limit)
            return .list(next: files.count > limit ? shown.last.map(key) : nil) { json in
                for file in shown { write(file, into: &json) }
            }
        }
    }

    private static func key(_ file: FileStatusReport) -> String { "\(file.path)|\(file.identity)" }

    private static func write(_ file: FileStatusReport, into json: inout JSONWriter) {
        json.object { json in
            json.field("path", file.path)
            json.field("source", file.source)
            json.field("identity", file.identity)
            json.field("generation", file.generation)
            json.field("size", file.size)
            json.field("profile", file.profile)
            json.field("state", file.state)
            json.field("sinks", array: { json in
                for sink in file.sinks {
                    json.object { json in
                        json.field("sink", sink.sink)
                        json.field("position", sink.position)
                        json.field("lag_bytes", sink.bytes)
                        json.field("lag_seconds", sink.seconds)
                    }
                }
            })
        }
    }
}
