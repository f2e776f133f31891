internal import EventailJSON

extension Endpoints {
    /// `/api/v1/sources`: where lines come from.
    static func sources(_ sight: Sight) -> Route {
        Route("GET", "/api/v1/sources") { _ in
            .list { json in
                for source in sight.status.sources() {
                    json.object { json in
                        json.field("name", source.name)
                        json.field("type", source.type)
                        json.field("paths", array: { json in for path in source.paths { json.value(path) } })
                        json.field("profile", source.profile)
                        json.field("files", source.files)
                        json.field("lines", source.lines)
                        json.field("bytes", source.bytes)
                        if let stream = source.stream { write(stream, into: &json) }
                    }
                }
            }
        }
    }

    private static func write(_ stream: StreamStatus, into json: inout JSONWriter) {
        json.field("server", stream.server)
        json.field("stream", stream.stream)
        json.field("group", stream.group)
        json.field("state", stream.state)
        json.field("last_error", stream.lastError)
        json.field("retries", stream.retries)
        json.field("entries", stream.entries)
        json.field("dropped", stream.dropped)
        json.field("inbox_bytes", stream.inboxBytes)
        json.field("positions", object: { json in for (part, position) in stream.positions { json.field(part.isEmpty ? stream.stream : part, position) } })
    }

    /// `/api/v1/profiles`: how lines are understood.
    static func profiles(_ sight: Sight) -> Route {
        Route("GET", "/api/v1/profiles") { _ in
            .list { json in
                for profile in sight.status.profiles() {
                    json.object { json in
                        json.field("name", profile.name)
                        json.field("description", profile.description)
                        json.field("built_in", profile.builtIn)
                        json.field("types", array: { json in for type in profile.types { json.value(type) } })
                    }
                }
            }
        }
    }

    /// `/api/v1/config`: what is in force, secrets hidden.
    static func configuration(_ sight: Sight) -> Route {
        Route("GET", "/api/v1/config") { _ in .json { json in sight.status.writeConfiguration(into: &json) } }
    }
}
