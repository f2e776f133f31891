/// The tables of all keys but those of sources and sinks (CONTRACT section 2).
enum ConfigurationFields {
    static let root = SettingPart(
        name: "a configuration",
        fields: [
            Field("state_dir", .path, .scalar("/var/lib/eventail"), "Where checkpoints, history and dead letters are kept; one instance at a time."),
            Field("sources", .list(.variants(SourceFields.variants)), .texts([]), "Where lines come from."),
            Field("sinks", .list(.variants(SinkFields.variants)), .texts([]), "Where events go; a history sink is added unless one is named."),
            Field("server", .part(server), .part, "The HTTP and WebSocket server."),
            Field("metrics", .part(metrics), .part, "How figures are made."),
            Field("dead_letter", .part(deadLetter), .part, "What is kept of refused lines."),
            Field("redact", .part(redact), .part, "What is hidden in events before they go anywhere; nothing unless it is said here."),
            Field("rules", .list(.part(RuleFields.rule)), .texts([]), "What makes signals.", isLater: true),
        ])

    static let server = SettingPart(
        name: "the server",
        fields: [
            Field("listen", .list(.address), .texts(["127.0.0.1:8765"]), "Addresses to serve on; an empty list turns the server off."),
            Field(
                "insecure", .boolean, .scalar("false"),
                "Allows addresses that other machines reach although nobody has to say who they are."),
            Field("hosts", .list(.text), .texts([]), "Names that a request's Host header may hold besides the addresses listened on."),
            Field("origins", .list(.text), .texts([]), "Web pages' origins that may use the server, e.g. https://ops.example.com."),
            Field("ready_requires_sinks", .boolean, .scalar("false"), "Whether a sink in trouble makes /readyz answer 503."),
            Field("limits", .part(limits), .part, "What one client or all of them may use."),
            Field("heartbeat", .part(heartbeat), .part, "When a silent WebSocket client is asked and when it is closed."),
            Field("tls", .part(tls), .unset, "Serves HTTPS and WSS.", isLater: true),
            Field("auth", .part(authentication), .unset, "Who may see what; without it nobody has to say who they are."),
            Field("raw_listen", .list(.address), .texts([]), "Further addresses whose root WebSocket sends bare events.", isLater: true),
        ])

    static let limits = SettingPart(
        name: "the server's limits",
        fields: [
            Field("clients", .integer(1...1_000_000), .scalar("10000"), "Connections at once; further ones are told to come back."),
            Field("messages_per_minute", .integer(1...1_000_000), .scalar("600"), "Messages that one client may send."),
            Field("subscribe_bytes", .size(1 << 10...16 << 20), .scalar("64KiB"), "The longest message that a client may send."),
            Field("send_buffer", .size(64 << 10...1 << 30), .scalar("4MiB"), "What may wait for one slow client before events are dropped for it."),
        ])

    static let heartbeat = SettingPart(
        name: "the heartbeat",
        fields: [
            Field("interval", .duration(.seconds(1)...(.seconds(3600))), .scalar("30s"), "How often a client is asked whether it is there."),
            Field("timeout", .duration(.seconds(2)...(.seconds(7200))), .scalar("60s"), "After how long without a frame it is closed."),
        ])

    static let tls = SettingPart(
        name: "TLS",
        fields: [
            Field("certificate", .path, .required, "The certificate chain, PEM."),
            Field("key", .path, .required, "The private key, PEM."),
        ])

    static let authentication = SettingPart(
        name: "authentication",
        fields: [
            Field("jwt", .part(token), .unset, "How tokens are checked."),
            Field("tokens", .list(.part(fixedToken)), .texts([]), "Tokens that are no JWT, for scrapers and scripts."),
            Field("roles", .map(.part(role)), .unset, "What each role may see; without any, every token sees everything."),
            Field("anonymous_role", .text, .scalar("none"), "The role of clients without a token; none refuses them."),
        ])

    static let fixedToken = SettingPart(
        name: "a token",
        fields: [
            Field("token", .secret, .required, "The token, at least 32 characters."),
            Field("role", .text, .required, "The role of whoever has it."),
        ])

    static let role = SettingPart(
        name: "a role",
        fields: [
            Field("agents", .list(.text), .unset, "Agents whose events it sees; without the key all."),
            Field("executions", .list(.text), .unset, "Executions whose events it sees; without the key all."),
            Field("types", .list(.text), .unset, "Types of events that it sees; without the key all."),
        ])

    static let token = SettingPart(
        name: "jwt",
        fields: [
            Field("algorithms", .list(.choice(["HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA"])), .texts(["HS256"]), "Algorithms that are taken, each only with keys of its kind."),
            Field("secret", .secret, .unset, "The key of the HS algorithms, at least 32 characters."),
            Field("public_key", .path, .unset, "The key of the other algorithms, PEM."),
            Field("key_set", .path, .unset, "Public keys of the other algorithms, a JSON Web Key Set; read again when the file changes."),
            Field("issuer", .text, .unset, "What `iss` must be."),
            Field("audience", .text, .unset, "What `aud` must be."),
        ])

    static let metrics = SettingPart(
        name: "the metrics",
        fields: [
            Field("prices", .path, .scalar("builtin"), "What tokens cost: builtin, or a file like Config/prices.yaml."),
            Field(
                "span_expiry", .duration(.seconds(1)...(.seconds(30 * 86_400))), .scalar("1h"),
                "How long an agent that started and never ended counts as active."),
            Field("redis", .part(redisMetrics), .unset, "Writes hourly and daily figures to Redis.", isLater: true),
            Field("otlp", .part(openTelemetry), .unset, "Sends figures to an OpenTelemetry collector.", isLater: true),
        ])

    static let redisMetrics = SettingPart(
        name: "metrics.redis",
        fields: [
            Field("url", .url(["redis", "rediss", "unix"]), .required, "The Redis server."),
            Field("hourly_ttl", .duration(.seconds(60)...(.seconds(3650 * 86_400))), .scalar("7d"), "How long hourly figures are kept."),
            Field("daily_ttl", .duration(.seconds(60)...(.seconds(3650 * 86_400))), .scalar("30d"), "How long daily figures are kept."),
        ])

    static let openTelemetry = SettingPart(
        name: "metrics.otlp",
        fields: [Field("endpoint", .url(["http", "https"]), .required, "The collector's OTLP/HTTP address.")])

    static let deadLetter = SettingPart(
        name: "the dead letters",
        fields: [
            Field("size", .size(1 << 20...1 << 40), .scalar("256MiB"), "How much is kept; the oldest go first."),
        ])

    static let redact = SettingPart(
        name: "redaction",
        fields: [
            Field(
                "patterns", .list(.choice(["email", "phone", "ssn", "credit_card", "api_key", "jwt", "ip"])), .texts([]),
                "What is looked for in every text."),
            Field("fields", .list(.text), .texts([]), "JSON Pointers of values that are always hidden, e.g. /payload/password."),
            Field("secret_keys", .boolean, .scalar("false"), "Hides the values of keys that look secret: password, api_key, clientSecret, authorization ..."),
            Field(
                "mode", .choice(["mask", "hash", "drop"]), .scalar("mask"),
                "What is put in place of it: a word ([email]), the word with a keyed hash, or nothing (the whole member goes)."),
            Field("key", .secret, .unset, "Of the hash, at least 16 characters; required by mode hash."),
        ])
}
