internal import EventailConfiguration
internal import EventailSystem

/// `eventail run`: tails and forwards until SIGTERM or SIGINT, or until everything there is was delivered.
enum RunCommand: Command {
    static let syntax = Syntax(
        verb: "run", forms: ["run [--config FILE] [PATH|GLOB ...]"],
        summary: "Tail files and forward their events until SIGTERM or SIGINT.",
        options: [
            Syntax.Option(name: "--config", value: "FILE", help: "the configuration (YAML)"),
            Syntax.Option(name: "--exit-at-end", value: nil, help: "deliver what is there, print the totals as JSON, end"),
            Syntax.Option(name: "--profile", value: "NAME", help: "how the paths' lines are read: auto (the default), a built-in name, a file"),
            Syntax.Option(name: "--no-history", value: nil, help: "keep no history on this machine"),
            Syntax.Option(name: "--set", value: "KEY=VALUE", help: "overrides a configuration value, e.g. server.listen=127.0.0.1:9000", repeats: true),
            Syntax.Option(name: "--log-format", value: "text|json", help: "of diagnostics; text on a terminal, else json"),
            Syntax.Option(name: "--log-level", value: "LEVEL", help: "debug, info (the default), warning or error"),
        ],
        notes: """
            Without --config: profile auto, each file from its beginning, state in ./.eventail, server on 127.0.0.1:8765, and the events on
            standard output when that is a terminal. A folder stands for all *.jsonl files below it. Put globs in quotes.
            """)

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        try configureLog(arguments)
        let exitAtEnd = arguments.has("--exit-at-end")
        var additions = ConfigurationReader.Additions()
        additions.paths = arguments.positionals
        additions.profile = arguments.value("--profile")
        additions.overrides = arguments.values("--set")
        additions.withoutHistory = arguments.has("--no-history")
        additions.role = .sidecar
        additions.showsEvents = Output.isTerminal && !exitAtEnd
        if additions.profile != nil, additions.paths.isEmpty {
            throw .usage("--profile is for paths of the command line", "name paths, or set sources.NAME.profile")
        }
        let file = arguments.value("--config")
        if file == nil, additions.paths.isEmpty {
            throw .usage("there is nothing to read", "name files, folders or globs, or --config FILE")
        }
        let read = { () throws(ConfigurationError) -> Configuration in
            if let file { return try ConfigurationReader().read(file: file, additions) }
            return try ConfigurationReader().readNothing(additions)
        }
        let configuration: Configuration
        do throws(ConfigurationError) { configuration = try read() } catch {
            for problem in error.problems { problem.log() }
            throw .logged(ExitStatus.configuration)
        }
        return try run(configuration: configuration, exitAtEnd: exitAtEnd, rereading: read)
    }

    static func configureLog(_ arguments: Arguments) throws(CommandFailure) {
        let format = try arguments.choice("--log-format", ["text", "json"], else: ProcessUsage.isTerminal(2) ? "text" : "json")
        let level = try arguments.choice("--log-level", Log.Level.allCases.map(\.name), else: "info")
        Log.configure(level: Log.Level(name: level) ?? .info, format: Log.Format(rawValue: format) ?? .text)
    }
}
