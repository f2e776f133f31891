import EventailConfiguration
import Testing

/// Every mistake is told with its place, its key, what is wrong and what would be right.
@Suite struct ConfigurationErrorTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let yaml: String
        let expected: [String]
        init(_ yaml: String, _ expected: String...) {
            self.yaml = yaml
            self.expected = expected
        }
        var testDescription: String { yaml }
    }

    static let inParts = [
        Mistake("sorces: []", #"t.yaml:1:1: sorces: is not a key of a configuration; did you mean "sources"?"#),
        Mistake("state_dir: [a]", "t.yaml:1:12: state_dir: is a list; write a single value"),
        Mistake("- a", "t.yaml:1:1: a configuration is a mapping, this is a list; write {state_dir: value}"),
        Mistake("server: {tls: {certificate: a, key: b}}", "t.yaml:1:10: server.tls: is not available in this version; leave it out"),
        Mistake(
            "server:\n  auth: {jwt: {secret: x}}",
            "t.yaml:2:24: server.auth.jwt.secret: has fewer than 32 characters; make one with: openssl rand -base64 48"),
        Mistake(
            "server: {auth: {jwt: {algorithms: [ES256]}}}",
            "t.yaml:1:22: server.auth.jwt: ES256 needs a public key; set public_key or key_set"),
        Mistake(
            "server: {auth: {anonymous_role: guest, roles: {admin: {}}}}",
            #"t.yaml:1:33: server.auth.anonymous_role: "guest" is none of the roles; use none or admin"#),
        Mistake("server: {raw_listen: ['127.0.0.1:1']}", "t.yaml:1:10: server.raw_listen: is not available in this version; leave it out"),
        Mistake(
            "redact: {fields: [password]}",
            #"t.yaml:1:19: redact.fields[0]: "password" is no JSON Pointer to a value in an event; write it with slashes, e.g. /payload/password"#),
        Mistake(
            "redact: {mode: hash, key: short}",
            "t.yaml:1:27: redact.key: the hash has no key of at least 16 characters; set redact.key to ${file:/path} or ${NAME}, so that nobody can try guesses against the hashes"),
        Mistake(
            "redact: {patterns: [e-mail]}", #"t.yaml:1:21: redact.patterns[0]: "e-mail" is not one of its values; did you mean "email"?"#),
        Mistake("rules:\n  - {name: r, when: 'a > 1'}", "t.yaml:1:1: rules: is not available in this version; leave it out"),
        Mistake("metrics: {redis: {url: 'redis://h'}}", "t.yaml:1:11: metrics.redis: is not available in this version; leave it out"),
        Mistake("metrics: {otlp: {endpoint: 'http://h'}}", "t.yaml:1:11: metrics.otlp: is not available in this version; leave it out"),
        Mistake(
            "server: {listen: ['0.0.0.0:80']}",
            "t.yaml:1:19: server.listen: 0.0.0.0:80 can be reached from other machines without authentication; "
                + "listen on 127.0.0.1 or [::1], configure server.auth, or set server.insecure: true"),
        Mistake(
            "server: {listen: [80]}",
            #"t.yaml:1:19: server.listen[0]: "80" is not an address; write HOST:PORT, e.g. 127.0.0.1:8765 or [::1]:8765"#),
        Mistake(
            "server: {heartbeat: {interval: 30s, timeout: 30s}}",
            "t.yaml:1:46: server.heartbeat.timeout: 30s is not longer than the interval of 30s; make it about twice the interval"),
        Mistake(
            "server: {heartbeat: {interval: 30}}",
            #"t.yaml:1:32: server.heartbeat.interval: "30" is not a duration; write a number with ms, s, m, h or d, e.g. 30s or 1h30m"#),
        Mistake(
            "server: {limits: {clients: many}}",
            #"t.yaml:1:28: server.limits.clients: "many" is not a whole number; write a number from 1 to 1000000"#),
        Mistake("server: {insecure: maybe}", #"t.yaml:1:20: server.insecure: "maybe" is neither true nor false; write true or false"#),
        Mistake(
            "state_dir: ${NOT_SET}",
            "t.yaml:1:12: state_dir: the environment variable NOT_SET is not set; set it, or write ${NOT_SET:-default}"),
        Mistake(
            "state_dir: \"${A-b}\"",
            #"t.yaml:1:12: state_dir: "${A-b}" is not a reference; write ${NAME}, ${NAME:-default} or ${file:/path}"#),
        Mistake(
            "stat_dir: x\nservr: y\nsinks: 5",
            #"t.yaml:1:1: stat_dir: is not a key of a configuration; did you mean "state_dir"?"#,
            #"t.yaml:2:1: servr: is not a key of a configuration; did you mean "server"?"#,
            #"t.yaml:3:8: sinks: is a single value; write a list: begin each item with "- ""#),
    ]

    static let inSources = [
        Mistake(
            "sources:\n  - {name: a}",
            "t.yaml:2:5: sources.a.paths: is missing; add paths: files or patterns; ** stands for any number of folders."),
        Mistake(
            "sources:\n  - {name: a, paths: [x], type: file}",
            #"t.yaml:2:33: sources.a.type: there is no source of type "file"; did you mean "files"?"#),
        Mistake(
            "sources:\n  - {name: a b, paths: [x]}",
            #"t.yaml:2:12: sources.a b.name: "a b" is not a name; use 1 to 64 letters, digits, "_", "-" and ".""#),
        Mistake(
            "sources:\n  - {name: a, paths: [x]}\n  - {name: a, paths: [y]}",
            #"t.yaml:3:12: sources.a.name: "a" is the name of another one, on line 2; give each its own name"#),
        Mistake(
            "sources:\n  - {name: a, paths: [x], max_line_bytes: 16 megs}",
            #"t.yaml:2:43: sources.a.max_line_bytes: "16 megs" is not a size; "#
                + "write a number of bytes or a number with KiB, MiB, GiB, kB, MB or GB, e.g. 16MiB"),
        Mistake(
            "sources:\n  - {name: a, paths: [x], max_line_bytes: 5}",
            "t.yaml:2:43: sources.a.max_line_bytes: 5 is out of range; write a size from 1KiB to 1GiB"),
        Mistake(
            "sources:\n  - {name: a, paths: [x], start_at: start}",
            #"t.yaml:2:37: sources.a.start_at: "start" is not one of its values; it can be beginning or end"#),
        Mistake(
            "sources:\n  - {name: a, paths: [x], profile: ./no-such.yaml}",
            #"t.yaml:2:36: sources.a.profile: there is no profile file "./no-such.yaml"; name a file that exists, auto, or a built-in profile"#),
        Mistake(
            "sources:\n  - {name: a, type: kafka}",
            "t.yaml:2:5: sources.a.brokers: is missing; add brokers: brokers to ask first, host:port, with commas between."),
    ]

    static let inSinks = [
        Mistake(
            "sinks:\n  - {name: a}",
            "t.yaml:2:5: sinks.a.type: is missing; it can be history, file, console, redis_streams, redis_pubsub or kafka"),
        Mistake("sinks:\n  - {name: a, typ: file}", #"t.yaml:2:15: sinks.a.typ: is not a key of a sink; did you mean "type"?"#),
        Mistake(
            "sinks:\n  - {name: a, type: redis_stream, url: 'redis://h'}",
            #"t.yaml:2:21: sinks.a.type: there is no sink of type "redis_stream"; did you mean "redis_streams"?"#),
        Mistake(
            "sinks:\n  - {name: a, type: redis_streams, url: 'redis://h:port'}",
            #"t.yaml:2:41: sinks.a.url: names no Redis server: "port" is not a port; write e.g. redis://:password@host:6379/0"#),
        Mistake(
            "sinks:\n  - {name: a, type: redis_streams, url: 'redis://h', tls_ca: /ca.pem}",
            "t.yaml:2:62: sinks.a.tls_ca: is of no use without TLS; write rediss:// in the url, or leave it out"),
        Mistake(
            "sinks:\n  - {name: a, type: redis_streams, url: 'redis://h'}\n  - {name: b, type: redis_streams, url: 'redis://h'}",
            "t.yaml:3:5: sinks.b.stream: another sink adds to this stream, on line 2; give each sink a stream of its own, or an instance"),
        Mistake(
            "sinks:\n  - {name: a, type: kafka}",
            "t.yaml:2:5: sinks.a.brokers: is missing; add brokers: brokers to ask first, host:port, with commas between."),
        Mistake(
            "sinks:\n  - {name: a, type: redis_pubsub, url: 'http://h'}",
            #"t.yaml:2:40: sinks.a.url: "http://h" is not such a URL; it begins with redis://, rediss://, unix://, redis-sentinel:// or rediss-sentinel://"#),
        Mistake(
            "sinks:\n  - {name: a, type: history}\n  - {name: b, type: history}",
            "t.yaml:3:5: sinks.b: is a second history; keep one; state_dir holds one history"),
        Mistake(
            "sinks:\n  - {name: a, type: file, path: /x}\n  - {name: b, type: file, path: /x}",
            "t.yaml:3:33: sinks.b.path: another sink writes this file, on line 2; give each sink a file of its own"),
        Mistake(
            "sinks:\n  - {name: clients, type: file, path: /a}",
            "t.yaml:2:12: sinks.clients.name: is the name of the server's clients in metrics; give the sink another name"),
    ]

    @Test(arguments: inParts + inSources + inSinks)
    func aMistakeIsTold(_ mistake: Mistake) {
        #expect(problems(mistake.yaml) == mistake.expected)
    }

    @Test func brokenYAMLNamesItsPlace() {
        let broken = problems("a: [b\nc: d")
        #expect(broken.count == 1 && broken[0].hasPrefix("t.yaml:"))
        #expect(problems("a: 1\na: 2").first?.hasPrefix("t.yaml:2:1: ") == true)
    }

    @Test func aMissingFileIsAnError() {
        #expect(throws: ConfigurationError.self) { try ConfigurationReader().read(file: "/no/such/file.yaml") }
    }

    private func problems(_ yaml: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try ConfigurationReader { _ in nil }.read(Array(yaml.utf8), name: "t.yaml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }
}
