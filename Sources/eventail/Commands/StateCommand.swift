internal import EventailConfiguration
internal import EventailEvents
internal import EventailSinks
internal import EventailStore
internal import EventailSystem

/// `eventail state`: shows checkpoints, looks at the state for damage, and sets the sinks' checkpoints of a file back.
enum StateCommand: Command {
    static let syntax = Syntax(
        verb: "state", forms: ["state [list|verify|rewind FILE OFFSET] --config FILE"], summary: "Look at and mend checkpoints.",
        options: [
            Syntax.Option(name: "--config", value: "FILE", help: "the configuration whose state_dir is meant; else ./.eventail"),
            Syntax.Option(name: "--set", value: "KEY=VALUE", help: "overrides a configuration value", repeats: true),
        ],
        notes: """
            list    each sink's position in each file, tab-separated: sink, position, size, behind, generation, path
            verify  looks at every page of the state; exit status 1 when something is wrong
            rewind  sets the position of every sink in a file back to OFFSET, which must begin a line: the next run sends what
                    follows again. Eventail must not run, and its journal must still hold that part of the file. History and
                    figures are not set back: they keep and count each event once.
            """)

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        let configuration = try StateLocation.read(arguments)
        let action = arguments.positionals.first ?? "list"
        switch action {
        case "list", "verify":
            try arguments.requireNoMore(than: 1)
            return try action == "list" ? list(configuration) : verify(configuration.stateFolder)
        case "rewind":
            try arguments.requireNoMore(than: 3)
            guard arguments.positionals.count == 3, let offset = Int64(arguments.positionals[2]), offset >= 0 else {
                throw .usage("the file or the offset is missing", "write state rewind FILE OFFSET, the offset in bytes")
            }
            return try StateRewind.run(arguments.positionals[1], to: offset, configuration)
        default: throw .usage("there is no \"state \(action)\"", Suggestion.sentence(for: action, among: ["list", "verify", "rewind"]))
        }
    }

    private static func list(_ configuration: Configuration) throws(CommandFailure) -> Int32 {
        do throws(StoreError) {
            let store = try StateStore.looking(at: configuration.stateFolder)
            for consumer in try store.consumers() { write(consumer, try store.checkpoints(of: consumer)) }
        } catch {
            throw .failed("\(error)", "")
        }
        // The sinks that keep their checkpoints themselves.
        for case .file(let sink) in configuration.sinks {
            do throws(SystemError) { write(sink.name, try FileSink.checkpoints(beside: sink.path)) } catch { throw .failed("\(error)", "") }
        }
        return ExitStatus.done
    }

    private static func write(_ consumer: String, _ checkpoints: [FileCheckpoint]) {
        for checkpoint in checkpoints {
            let size = size(of: checkpoint.path)
            let behind = size.map { max(0, $0 - checkpoint.position) }
            let columns = [
                consumer, "\(checkpoint.position)", size.map(String.init) ?? "-", behind.map(String.init) ?? "-", "\(checkpoint.generation)", checkpoint.path,
            ]
            Output.write(columns.joined(separator: "\t") + "\n")
        }
    }

    private static func size(of path: String) -> Int64? {
        do throws(SystemError) { return try Descriptor.open(path, .read).size() } catch { return nil }
    }

    private static func verify(_ folder: String) throws(CommandFailure) -> Int32 {
        do throws(StoreError) {
            let wrong = try StateStore.looking(at: folder).verify()
            for sentence in wrong { Output.write(sentence + "\n") }
            if !wrong.isEmpty { return ExitStatus.failed }
        } catch {
            throw .failed("\(error)", "")
        }
        Output.write("\(folder): the state is sound\n")
        return ExitStatus.done
    }
}

/// Which state a command means: that of a configuration, else the zero-configuration one.
enum StateLocation {
    static func read(_ arguments: Arguments) throws(CommandFailure) -> Configuration {
        var additions = ConfigurationReader.Additions()
        additions.overrides = arguments.values("--set")
        do throws(ConfigurationError) {
            guard let file = arguments.value("--config") else { return try ConfigurationReader().readNothing(additions) }
            return try ConfigurationReader().read(file: file, additions)
        } catch {
            throw .configuration(error)
        }
    }
}
