internal import EventailConfiguration

/// `eventail hub`: the same instance as `run`, above many sidecars: it reads what they send into Redis or Kafka.
enum HubCommand: Command {
    static let syntax = Syntax(
        verb: "hub", forms: ["hub --config FILE"],
        summary: "Serve what many sidecars send through Redis Streams or Kafka, until SIGTERM or SIGINT.",
        options: [
            Syntax.Option(name: "--config", value: "FILE", help: "the configuration (YAML) with sources of type redis_streams or kafka"),
            Syntax.Option(name: "--no-history", value: nil, help: "keep no history on this machine"),
            Syntax.Option(name: "--set", value: "KEY=VALUE", help: "overrides a configuration value, e.g. server.listen=127.0.0.1:9000", repeats: true),
            Syntax.Option(name: "--log-format", value: "text|json", help: "of diagnostics; text on a terminal, else json"),
            Syntax.Option(name: "--log-level", value: "LEVEL", help: "debug, info (the default), warning or error"),
        ],
        notes: """
            Figures, history, server and sinks are those of eventail run, as if this instance had read all the sidecars' files itself. Each hub sees
            all events, or, where several name the same group in their sources, they share them. What is received is kept in STATE_DIR/inbox until
            every sink has it. Sources of type files may stand beside the others.
            """)

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        try RunCommand.configureLog(arguments)
        try arguments.requireNoMore(than: 0)
        let file = try arguments.required("--config", "FILE")
        var additions = ConfigurationReader.Additions()
        additions.overrides = arguments.values("--set")
        additions.withoutHistory = arguments.has("--no-history")
        additions.role = .hub
        let read = { () throws(ConfigurationError) -> Configuration in try ConfigurationReader().read(file: file, additions) }
        let configuration: Configuration
        do throws(ConfigurationError) { configuration = try read() } catch {
            for problem in error.problems { problem.log() }
            throw .logged(ExitStatus.configuration)
        }
        return try RunCommand.run(configuration: configuration, exitAtEnd: false, rereading: read)
    }
}
