internal import EventailConfiguration
internal import EventailEvents
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
            rewind  sets the position of every sink in a file to OFFSET, which must begin a line; Eventail must not run.
                    History and figures are not set back: they keep and count each event once.
            """)

    static func run(_ arguments: Arguments) throws(CommandFailure) -> Int32 {
        let configuration = try StateLocation.read(arguments)
        let action = arguments.positionals.first ?? "list"
        switch action {
        case "list", "verify":
            try arguments.requireNoMore(than: 1)
            return try action == "list" ? list(configuration.stateFolder) : verify(configuration.stateFolder)
        case "rewind":
            try arguments.requireNoMore(than: 3)
            guard arguments.positionals.count == 3, let offset = Int64(arguments.positionals[2]), offset >= 0 else {
                throw .usage("the file or the offset is missing", "write state rewind FILE OFFSET, the offset in bytes")
            }
            return try rewind(arguments.positionals[1], to: offset, configuration)
        default: throw .usage("there is no \"state \(action)\"", Suggestion.sentence(for: action, among: ["list", "verify", "rewind"]))
        }
    }

    private static func list(_ folder: String) throws(CommandFailure) -> Int32 {
        do throws(StoreError) {
            let store = try StateStore.looking(at: folder)
            for consumer in try store.consumers() {
                for checkpoint in try store.checkpoints(of: consumer) {
                    let size = size(of: checkpoint.path)
                    Output.write(
                        "\(consumer)\t\(checkpoint.position)\t\(size.map(String.init) ?? "-")\t"
                            + "\(size.map { String(max(0, $0 - checkpoint.position)) } ?? "-")\t\(checkpoint.generation)\t\(checkpoint.path)\n")
                }
            }
        } catch {
            throw .failed("\(error)", "")
        }
        return ExitStatus.done
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

    private static func rewind(_ path: String, to offset: Int64, _ configuration: Configuration) throws(CommandFailure) -> Int32 {
        let real = FileSystem.realPath(path) ?? path
        let line: Int64
        do throws(SystemError) {
            line = try lineNumber(at: offset, in: real)
        } catch {
            throw .failed("\(error)", "name a file that Eventail has read")
        }
        if line == 0 { throw .usage("no line of \(path) begins at \(offset)", "name the offset of a line's first byte, or 0") }
        var moved: [String] = []
        do throws(StoreError) {
            let store = try StateStore(folder: configuration.stateFolder)
            var transaction = StoreTransaction()
            for sink in configuration.sinks {
                if case .history = sink { continue }
                for var checkpoint in try store.checkpoints(of: sink.name) where checkpoint.path == real || checkpoint.path == path {
                    checkpoint.position = offset
                    checkpoint.line = line
                    checkpoint.fingerprint = .none
                    checkpoint.carryOver = []
                    transaction.set(checkpoint, of: sink.name)
                    moved.append(sink.name)
                }
            }
            try store.commit(transaction)
        } catch {
            throw .failed("\(error)", "")
        }
        if moved.isEmpty { throw .failed("no sink has a checkpoint of \(path)", "eventail state list shows those there are") }
        for name in moved { Output.write("\(name): goes on at \(offset), line \(line), of \(path)\n") }
        return ExitStatus.done
    }

    /// The number of the line that begins at `offset`, from 1; 0 when none does.
    private static func lineNumber(at offset: Int64, in path: String) throws(SystemError) -> Int64 {
        let file = try Descriptor.open(path, .read)
        let chunk = ByteBuffer(capacity: 256 << 10)
        var position: Int64 = 0
        var line: Int64 = 1
        var lastByte: UInt8 = 0x0A
        while position < offset {
            let wanted = Int(min(Int64(chunk.capacity), offset - position))
            let got = unsafe try file.read(into: chunk.base, count: wanted, at: position)
            if got == 0 { return 0 }
            chunk.count = got
            for byte in chunk.bytes(0..<got) where byte == 0x0A { line += 1 }
            lastByte = chunk.bytes(got - 1..<got)[0]
            position += Int64(got)
        }
        return lastByte == 0x0A ? line : 0
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
