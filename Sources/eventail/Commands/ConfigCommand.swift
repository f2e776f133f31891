internal import EventailConfiguration

/// `eventail config`: checks a configuration, prints it with all defaults, prints its JSON Schema or its reference.
enum ConfigCommand: Command {
    static let syntax = Syntax(
        verb: "config", forms: ["config check FILE", "config show [FILE]", "config schema", "config reference"],
        summary: "Check a configuration; print it with defaults filled in; print its JSON Schema or all its keys.",
        options: [Syntax.Option(name: "--set", value: "KEY=VALUE", help: "overrides a value, e.g. sources.agents.start_at=end", repeats: true)],
        notes: "Secrets are never printed. Exit status 78 when the configuration is invalid; every mistake is told with its line.")

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        let actions = ["check", "show", "schema", "reference"]
        guard let action = arguments.positionals.first else {
            throw .usage("it is not said what to do", "write config \(Suggestion.list(actions))")
        }
        let file = arguments.positionals.dropFirst().first
        try arguments.requireNoMore(than: action == "check" || action == "show" ? 2 : 1)
        switch action {
        case "check":
            guard let file else { throw .usage("no file is named", "write config check FILE") }
            _ = try read(file, arguments)
            Output.write("\(file): the configuration is valid\n")
        case "show": Output.write(try read(file, arguments).yaml)
        case "schema": Output.write(ConfigurationSchema.json)
        case "reference": Output.write(ConfigurationReference.markdown)
        default: throw .usage("there is no \"config \(action)\"", Suggestion.sentence(for: action, among: actions))
        }
        return ExitStatus.done
    }

    private static func read(_ file: String?, _ arguments: Arguments) throws(CommandFailure) -> Configuration {
        var additions = ConfigurationReader.Additions()
        additions.overrides = arguments.values("--set")
        do throws(ConfigurationError) {
            guard let file else { return try ConfigurationReader().read([], name: "defaults", additions) }
            return try ConfigurationReader().read(file: file, additions)
        } catch {
            throw .configuration(error)
        }
    }
}
