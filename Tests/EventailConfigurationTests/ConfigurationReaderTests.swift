import EventailConfiguration
import EventailJSON
import EventailRedact
import EventailEvents
import EventailSystem
import EventailTestSupport
import Testing

@Suite struct ConfigurationReaderTests {
    private let reader = ConfigurationReader { ["HOME": "/home/u", "PORT": "9000", "EMPTY": "", "WHERE": "/data"][$0] }

    @Test func absentSectionsMeanTheirDefaults() throws {
        let configuration = try read("")
        #expect(configuration.stateFolder == "/var/lib/eventail")
        #expect(configuration.sources.isEmpty)
        #expect(configuration.sinks.map(\.name) == ["history"])
        #expect(configuration.history?.age == .seconds(30 * 86_400))
        #expect(configuration.history?.size == 2 << 30)
        #expect(configuration.server.listen == [ListenAddress(host: "127.0.0.1", port: 8765)])
        #expect(configuration.server.mostClients == 10_000)
        #expect(configuration.server.messagesPerMinute == 600)
        #expect(configuration.server.mostMessageBytes == 64 << 10)
        #expect(configuration.server.sendBufferBytes == 4 << 20)
        #expect(configuration.server.heartbeatInterval == .seconds(30))
        #expect(configuration.server.heartbeatTimeout == .seconds(60))
        #expect(!configuration.server.insecure && !configuration.server.readyRequiresSinks)
        #expect(configuration.metrics.pricesPath == nil)
        #expect(configuration.metrics.spanExpiry == .seconds(3600))
    }

    @Test func everyKeyOfThisVersionIsTaken() throws {
        let configuration = try read(
            """
            state_dir: ~/state
            sources:
              - name: agents
                type: files
                paths: ["${WHERE}/**/*.jsonl", "~/x.jsonl"]
                exclude: ["*.tmp"]
                profile: auto
                start_at: end
                unknown_types: pass
                max_line_bytes: 1MiB
            sinks:
              - {name: log, type: file, path: "/v/events.jsonl", rotate: {size: 256MB, keep: 3, compress: none}}
              - {name: console, type: console, level: warning, color: never, format: json}
              - {name: store, type: history, keep: {age: 12h, size: 1GiB}}
              - {name: later, type: kafka, brokers: "h:9092", enabled: false}
            server:
              listen: ["[::1]:${PORT}", "0.0.0.0:80"]
              insecure: true
              limits: {clients: 5}
            metrics: {prices: /p.yaml, redis: null}
            redact: {patterns: [email, credit_card], fields: [/a/b], secret_keys: true, mode: hash, key: 0123456789abcdef}
            rules: []
            """)
        #expect(configuration.stateFolder == "/home/u/state")
        #expect(configuration.sources[0].paths == ["/data/**/*.jsonl", "/home/u/x.jsonl"])
        #expect(configuration.sources[0].exclude == ["*.tmp"])
        #expect(configuration.sources[0].start == .end)
        #expect(configuration.sources[0].unknownTypes == .pass)
        #expect(configuration.sources[0].mostLineBytes == 1 << 20)
        #expect(configuration.sinks.map(\.name) == ["log", "console", "store"])
        guard case .file(let file) = configuration.sinks[0], case .console(let console) = configuration.sinks[1] else {
            Issue.record("the sinks are a file and a console")
            return
        }
        #expect(file.path == "/v/events.jsonl" && file.rotateSize == 256_000_000 && file.keep == 3 && !file.compresses)
        #expect(console.level == .warning && console.color == .never && console.format == .json)
        #expect(configuration.history?.age == .seconds(43_200))
        #expect(configuration.server.listen == [ListenAddress(host: "::1", port: 9000), ListenAddress(host: "0.0.0.0", port: 80)])
        #expect(configuration.server.mostClients == 5)
        #expect(configuration.metrics.pricesPath == "/p.yaml")
        let rules = RedactionRules(
            patterns: [.email, .creditCard], fields: [JSONPointer(steps: ["a", "b"])], secretKeys: true, mode: .hash, key: Array("0123456789abcdef".utf8))
        #expect(configuration.redaction == rules)
        #expect(!configuration.yaml.contains("0123456789abcdef"))
    }

    @Test func nothingIsHiddenUnlessItIsSaid() throws {
        #expect(try read("redact: {mode: mask}").redaction == nil)
    }

    @Test func historyCanBeTurnedOff() throws {
        #expect(try read("sinks: [{name: history, type: history, enabled: false}]").history == nil)
        var additions = ConfigurationReader.Additions()
        additions.withoutHistory = true
        #expect(try reader.read([], name: "t", additions).history == nil)
    }

    @Test func whatIsShownIsReadAgainAsTheSame() throws {
        let first = try read(
            """
            state_dir: "/a b/${EMPTY:-x}/$${y}: #"
            sources:
              - {name: s, paths: ["*.jsonl", "- a", "a\\tb"], scan_interval: 1500ms}
            sinks: [{name: f, type: file, path: "yes"}, {name: c, type: console}]
            server: {listen: []}
            """)
        let second = try reader.read(Array(first.yaml.utf8), name: "shown")
        #expect(second == first)
        #expect(first.stateFolder == "/a b/x/${y}: #")
        #expect(first.server.listen.isEmpty)
    }

    @Test func passwordsAreNeverShown() throws {
        let configuration = try read(
            """
            sinks:
              - {name: a, type: redis_streams, url: "redis://user:pa55@h:1/0", enabled: false}
              - {name: b, type: kafka, brokers: h, username: u, password: pa55, enabled: false}
            """)
        #expect(!configuration.yaml.contains("pa55"))
        #expect(configuration.yaml.contains("redis://user:(hidden)@h:1/0"))
    }

    @Test func overridesNameItemsOfListsAndMakeMissingParts() throws {
        var additions = ConfigurationReader.Additions()
        additions.overrides = [
            "state_dir=/other", "sources.a.paths=[x, y]", "sources.0.start_at=end", "server.limits.clients=7", "sinks.history.keep.age=1h",
            "server.listen=127.0.0.1:1",
        ]
        let configuration = try reader.read(Array("sources: [{name: a, paths: z}]".utf8), name: "t", additions)
        #expect(configuration.stateFolder == "/other")
        #expect(configuration.sources[0].paths == ["x", "y"])
        #expect(configuration.sources[0].start == .end)
        #expect(configuration.server.mostClients == 7)
        #expect(configuration.history?.age == .seconds(3600))
        #expect(configuration.server.listen == [ListenAddress(host: "127.0.0.1", port: 1)])
    }

    @Test(arguments: [
        ("nothing", "--set nothing: is not KEY=VALUE; write --set path.to.key=value"),
        ("sinks.b.url=x", "--set sinks.b.url=x: sinks.b.url: there is no item \"b\"; it can be history"),
        ("server.limits.clients=x", "--set server.limits.clients=x: server.limits.clients: \"x\" is not a whole number; write a number from 1 to 1000000"),
        ("sever.x=1", "--set sever.x=1: sever: is not a key of a configuration; did you mean \"server\"?"),
    ])
    func aWrongOverrideIsTold(_ override: String, _ expected: String) {
        var additions = ConfigurationReader.Additions()
        additions.overrides = [override]
        let error = #expect(throws: ConfigurationError.self) { try reader.read([], name: "t", additions) }
        #expect(error?.problems.map(\.description) == [expected])
    }

    @Test func pathsAloneAreAConfiguration() throws {
        let folder = try TemporaryFolder()
        var additions = ConfigurationReader.Additions()
        additions.paths = ["a.jsonl", folder.path, "${x}.jsonl"]
        additions.showsEvents = true
        let configuration = try reader.readNothing(additions)
        #expect(configuration.stateFolder == "./.eventail")
        #expect(configuration.sources.count == 1)
        #expect(configuration.sources[0].paths == ["a.jsonl", folder.path + "/**/*.jsonl", "${x}.jsonl"])
        #expect(configuration.sources[0].profile == "auto")
        #expect(configuration.sources[0].start == .beginning)
        #expect(configuration.sinks.map(\.name) == ["console", "history"])
        #expect(configuration.server.listen == [ListenAddress(host: "127.0.0.1", port: 8765)])
    }

    @Test func secretsComeFromFiles() throws {
        let folder = try TemporaryFolder()
        try FileSystem.replace(folder.file("where"), with: Array("/from/file\n".utf8))
        #expect(try read("state_dir: \"${file:\(folder.file("where"))}\"").stateFolder == "/from/file")
        #expect(throws: ConfigurationError.self) { try read("state_dir: \"${file:/no/such}\"") }
    }

    private func read(_ yaml: String) throws -> Configuration { try reader.read(Array(yaml.utf8), name: "t.yaml") }
}
