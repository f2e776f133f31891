internal import EventailConfiguration
internal import EventailStore

/// `eventail dead-letter list`: prints the refused lines that are kept, one JSON object a line, oldest first.
enum DeadLetterCommand: Command {
    static let syntax = Syntax(
        verb: "dead-letter", forms: ["dead-letter list --config FILE"], summary: "Print the refused lines that are kept, as JSON lines.",
        options: [
            Syntax.Option(name: "--config", value: "FILE", help: "the configuration whose state_dir is meant; else ./.eventail"),
            Syntax.Option(name: "--set", value: "KEY=VALUE", help: "overrides a configuration value", repeats: true),
        ])

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        try arguments.requireNoMore(than: 1)
        let action = arguments.positionals.first ?? "list"
        if action == "replay" { throw .usage("dead-letter replay is not available in this version", "use dead-letter list") }
        if action != "list" { throw .usage("there is no \"dead-letter \(action)\"", "write dead-letter list") }
        let reader = DeadLetterReader(stateFolder: try StateLocation.read(arguments).stateFolder)
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
}
