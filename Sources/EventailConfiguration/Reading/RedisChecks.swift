internal import EventailRedis

/// What Redis and our own promises say against the settings of whatever speaks to it.
enum RedisChecks {
    /// Looks at every item of a Redis type of a list; `written` is the list as it stands in the file.
    static func run(_ items: SettingValue, _ written: SettingNode?, _ key: String, _ reader: inout SettingReader) {
        var streams: [String: SettingPosition] = [:]
        for item in items.items where item["type"].text.hasPrefix("redis") {
            let name = item["name"].text
            guard let node = written?.items.first(where: { $0["name"]?.text == name }) else { continue }
            check(item, node, "\(key).\(name)", &reader)
            if item["type"].text != "redis_streams" || item["enabled"] == .boolean(false) { continue }
            let place = "\(item["url"].text) \(item["stream"].text) \(item["instance"].isSet ? item["instance"].text : "")"
            if item["delivery"] == .text("exactly_once"), let first = streams.updateValue(node.position, forKey: place) {
                reader.report(
                    node["stream"]?.position ?? node.position, "\(key).\(name).stream", "another sink adds to this stream, on line \(first.line)",
                    "give each sink a stream of its own, or an instance")
            }
        }
    }

    /// The settings of one connection.
    static func check(_ item: SettingValue, _ node: SettingNode, _ key: String, _ reader: inout SettingReader) {
        // Another scheme was told already.
        guard case .text(let url) = item["url"], RedisServer.schemes.contains(where: { url.hasPrefix($0 + "://") }) else { return }
        let position = node["url"]?.position ?? node.position
        do throws(RedisServer.Malformed) {
            let server = try RedisServer(url)
            for name in ["tls_ca", "tls_certificate", "tls_key"] where item[name].isSet && !server.usesTLS {
                reader.report(node[name]?.position ?? node.position, "\(key).\(name)", "is of no use without TLS", "write rediss:// in the url, or leave it out")
            }
        } catch {
            reader.report(position, "\(key).url", "names no Redis server: \(error)", "write e.g. redis://:password@host:6379/0")
        }
        if item["tls_key"].isSet && !item["tls_certificate"].isSet {
            reader.report(node["tls_key"]?.position ?? node.position, "\(key).tls_key", "is half of a pair", "set tls_certificate, too")
        }
    }
}
