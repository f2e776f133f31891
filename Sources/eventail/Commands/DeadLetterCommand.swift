internal import EventailConfiguration
internal import EventailJSON
internal import EventailStore

/// `eventail dead-letter`: prints the refused lines that are kept, one JSON object a line, oldest first; or offers them to their profiles again.
enum DeadLetterCommand: Command {
    static let syntax = Syntax(
        verb: "dead-letter", forms: ["dead-letter [list|replay] --config FILE"],
        summary: "Print the refused lines that are kept, as JSON lines, or offer them again.",
        options: [
            Syntax.Option(name: "--config", value: "FILE", help: "the configuration whose state_dir is meant; else ./.eventail"),
            Syntax.Option(name: "--set", value: "KEY=VALUE", help: "overrides a configuration value", repeats: true),
        ],
        notes: """
            list    one JSON object a line, oldest first
            replay  offers each line to the profile that refused it, as it is now, or to all when none had recognised it. Lines that are accepted
                    become events: the running Eventail, else the next one, counts them, keeps them in history and sends them to every sink,
                    with their file and offset. Each goes once; its letter stays as a record. What is refused again stays a dead letter and
                    nothing new is written. Of a line that was too long only the beginning was kept, so it is left out.
                    Prints {"delivered","refused","skipped"}.
            """)

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        try arguments.requireNoMore(than: 1)
        let action = arguments.positionals.first ?? "list"
        let configuration = try StateLocation.read(arguments)
        switch action {
        case "list": return try list(configuration)
        case "replay": return try replay(configuration)
        default: throw .usage("there is no \"dead-letter \(action)\"", Suggestion.sentence(for: action, among: ["list", "replay"]))
        }
    }

    private static func list(_ configuration: Configuration) throws(CommandFailure) -> Int32 {
        let reader = DeadLetterReader(stateFolder: configuration.stateFolder)
        var cursor: String?
        repeat {
            let page: DeadLetterReader.Page
            do throws(StoreError) {
                page = try reader.letters(after: cursor, limit: DeadLetterReader.mostLetters, order: .oldestFirst)
            } catch {
                throw .failed("\(error)", "")
            }
            for letter in page.letters { Output.write(letter.record + [0x0A]) }
            cursor = page.next
        } while cursor != nil && !Output.isClosed
        return ExitStatus.done
    }

    private static func replay(_ configuration: Configuration) throws(CommandFailure) -> Int32 {
        do {
            var replay = try DeadLetterReplay(configuration)
            let totals = try replay.run()
            var json = JSONWriter()
            json.object { json in
                json.field("delivered", totals.delivered)
                json.field("refused", totals.refused)
                json.field("skipped", totals.skipped)
            }
            Output.write(json.string + "\n")
            return ExitStatus.done
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .failed("\(error)", "")
        }
    }
}
