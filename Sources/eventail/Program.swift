internal import EventailConfiguration
internal import EventailSystem

/// The command line as a whole: finds the verb, runs it, tells what went wrong and with which status the process ends (CONTRACT section 1).
enum Program {
    static let version = "0.1.0"

    static var commands: [any Command.Type] {
        [
            RunCommand.self, HubCommand.self, CheckCommand.self, ConfigCommand.self, ProfilesCommand.self, TapCommand.self, SimulateCommand.self,
            StateCommand.self, ReplayCommand.self, DeadLetterCommand.self, TokenCommand.self,
        ]
    }

    /// Runs the words behind the program's name; answers the exit status.
    static func run(_ words: [String]) -> Int32 {
        guard let verb = words.first else {
            Output.error(help)
            return ExitStatus.usage
        }
        switch verb {
        case "--help", "-h", "help":
            Output.write(help)
            return finish(ExitStatus.done)
        case "--version", "version":
            Output.write("eventail \(version)\n")
            return finish(ExitStatus.done)
        default: break
        }
        guard let command = commands.first(where: { $0.syntax.verb == verb }) else {
            let verbs = commands.map { $0.syntax.verb }
            Output.error("eventail: there is no command \"\(verb)\"; \(Suggestion.sentence(for: verb, among: verbs))\nTry: eventail --help\n")
            return ExitStatus.usage
        }
        let rest = Array(words.dropFirst())
        if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
            Output.write(command.syntax.help)
            return finish(ExitStatus.done)
        }
        do throws(CommandFailure) {
            return finish(try command.run(Arguments(rest, command.syntax)))
        } catch {
            Output.flush()
            return report(error, verb)
        }
    }

    /// What was written must have arrived before the status says that all is well.
    private static func finish(_ status: Int32) -> Int32 { Output.flush() ? status : max(status, ExitStatus.failed) }

    private static func report(_ failure: CommandFailure, _ verb: String) -> Int32 {
        switch failure {
        case .usage(let wrong, let right):
            Output.error("eventail \(verb): \(wrong); \(right)\nTry: eventail \(verb) --help\n")
            return ExitStatus.usage
        case .configuration(let error):
            for problem in error.problems { Output.error(problem.description + "\n") }
            return ExitStatus.configuration
        case .failed(let wrong, let right):
            Output.error("eventail \(verb): \(wrong)\(right.isEmpty ? "" : "; \(right)")\n")
            return ExitStatus.failed
        case .invalid(let text):
            Output.error("eventail \(verb): \(text)\n")
            return ExitStatus.configuration
        case .logged(let status): return status
        }
    }

    private static var help: String {
        var text = "eventail \(version): tails agents' JSONL files, validates, counts, keeps, shows and forwards every event.\n\n"
        for command in commands {
            for form in command.syntax.forms { text += "  eventail \(form)\n" }
            text += "      \(command.syntax.summary)\n"
        }
        return text + """

            Try: eventail run 'logs/**/*.jsonl', then open http://127.0.0.1:8765/
            Each command has its own --help. Exit status: 0 done, 1 failed while running, 2 wrong usage, 64 check found invalid lines,
            78 configuration invalid.

            """
    }
}
