/// What single fields cannot tell: rules between settings.
enum CrossChecks {
    static func run(_ settings: SettingValue, _ root: SettingNode, for role: ConfigurationRole, _ reader: inout SettingReader) {
        checkSources(root, role, &reader)
        RedisChecks.run(settings["sources"], root["sources"], "sources", &reader)
        KafkaChecks.run(settings["sources"], root["sources"], "sources", &reader)
        checkListen(settings["server"], root, &reader)
        AuthenticationChecks.run(settings["server"]["auth"], root["server"]?["auth"], root.position, &reader)
        checkHeartbeat(settings["server"]["heartbeat"], root, &reader)
        checkSinks(root, &reader)
        RedisChecks.run(settings["sinks"], root["sinks"], "sinks", &reader)
        RedactionChecks.run(settings["redact"], root, &reader)
        KafkaChecks.run(settings["sinks"], root["sinks"], "sinks", &reader)
    }

    private static func checkSources(_ root: SettingNode, _ role: ConfigurationRole, _ reader: inout SettingReader) {
        var received = 0
        for source in root["sources"]?.items ?? [] {
            guard let type = source["type"], let kind = type.text, kind == "redis_streams" || kind == "kafka" else { continue }
            received += 1
            let name = source["name"]?.text ?? "?"
            if role == .sidecar {
                reader.report(type.position, "sources.\(name).type", "\(kind) is what a hub reads", "start it with eventail hub, or use type: files")
            }
        }
        if role == .hub, received == 0 {
            let position = root["sources"]?.position ?? root.position
            reader.report(position, "sources", "none is of type redis_streams or kafka", "name a stream that sidecars write, or start it with eventail run")
        }
    }

    /// Beyond loopback everybody on the network can read what agents do, so somebody must say that this is meant.
    private static func checkListen(_ server: SettingValue, _ root: SettingNode, _ reader: inout SettingReader) {
        if server["insecure"] == .boolean(true) || server["auth"].isSet { return }
        let written = root["server"]?["listen"]
        for (index, text) in server["listen"].texts.enumerated() {
            guard let address = ListenAddress(text), !address.isLoopback else { continue }
            let items = written?.items ?? []
            let position = (items.indices.contains(index) ? items[index].position : written?.position) ?? root.position
            reader.report(
                position, "server.listen", "\(address) can be reached from other machines without authentication",
                "listen on 127.0.0.1 or [::1], configure server.auth, or set server.insecure: true")
        }
    }

    private static func checkHeartbeat(_ heartbeat: SettingValue, _ root: SettingNode, _ reader: inout SettingReader) {
        guard case .duration(let interval) = heartbeat["interval"], case .duration(let timeout) = heartbeat["timeout"], timeout <= interval else { return }
        let written = root["server"]?["heartbeat"]
        reader.report(
            written?["timeout"]?.position ?? written?["interval"]?.position ?? root.position, "server.heartbeat.timeout",
            "\(Units.text(timeout)) is not longer than the interval of \(Units.text(interval))", "make it about twice the interval")
    }

    /// What `eventail_end_to_end_latency_seconds` calls the server's clients.
    private static let serversName = "clients"

    private static func checkSinks(_ root: SettingNode, _ reader: inout SettingReader) {
        var histories = 0
        var files: [String: SettingPosition] = [:]
        for sink in root["sinks"]?.items ?? [] {
            let name = sink["name"]?.text ?? "?"
            if let written = sink["name"], name == serversName {
                reader.report(written.position, "sinks.\(name).name", "is the name of the server's clients in metrics", "give the sink another name")
            }
            if sink["type"]?.text == "history" {
                histories += 1
                if histories == 2 { reader.report(sink.position, "sinks.\(name)", "is a second history", "keep one; state_dir holds one history") }
            }
            if sink["type"]?.text == "file", let path = sink["path"], let text = path.text {
                if let first = files[text] {
                    reader.report(path.position, "sinks.\(name).path", "another sink writes this file, on line \(first.line)", "give each sink a file of its own")
                }
                files[text] = path.position
            }
        }
    }
}
