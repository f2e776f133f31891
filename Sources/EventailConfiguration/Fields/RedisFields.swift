internal import EventailRedis
internal import EventailTLS

/// The tables of what speaks to Redis.
enum RedisFields {
    /// How a server is found and trusted: the same for whoever writes and whoever reads.
    static let connection = [
        Field(
            "url", .url(RedisServer.schemes), .required,
            "The server: redis://user:password@host:port/database, rediss:// for TLS, unix:///path, redis-sentinel://host:port,host:port/master."),
        Field("tls_ca", .path, .unset, "With rediss: certificates of authorities to trust, PEM; the system's when absent."),
        Field("tls_certificate", .path, .unset, "With rediss: this client's certificate, PEM."),
        Field("tls_key", .path, .unset, "With rediss: this client's private key, PEM."),
    ]

    static let streams = connection + [
        Field("stream", .text, .scalar("eventail:events"), "The stream's key; in a cluster it needs a hash tag, e.g. {eventail}:events."),
        Field("maxlen", .integer(0...1 << 50), .scalar("1000000"), "About how many entries the stream keeps; 0: all."),
        SinkFields.delivery,
        Field(
            "instance", .name, .unset,
            "With exactly_once: whose checkpoints these are, one for each sidecar that adds to the stream; made of the machine's name and the state folder "
                + "when absent."),
    ]

    static let publish = connection + [
        Field("channel", .text, .scalar("agent:events"), "The channel; each execution and conversation has its own below it."),
    ]

    /// The server that checked settings name.
    static func server(_ settings: SettingValue) -> RedisServer {
        do throws(RedisServer.Malformed) {
            var server = try RedisServer(settings["url"].text)
            server.tls = TLSClient.Settings(
                authorities: text(settings["tls_ca"]), certificate: text(settings["tls_certificate"]), key: text(settings["tls_key"]))
            return server
        } catch {
            // Reading goes on after a mistake, to tell all of them; what it made is not used then.
            return RedisServer()
        }
    }

    private static func text(_ value: SettingValue) -> String? { value.isSet ? value.text : nil }
}
