internal import EventailConfiguration
internal import EventailEvents
internal import EventailPipeline
internal import EventailSinks
internal import EventailStore
internal import EventailSystem

/// `eventail state rewind`: sets sinks back in a file, so that the next run sends again what follows.
///
/// A sink reads what it missed in the journal's order, so two things go back: its position in the file, which is with the sink that keeps it
/// itself, and its place in the journal. *Limits*: what the journal still holds.
enum StateRewind {
    static func run(_ path: String, to offset: Int64, _ configuration: Configuration) throws(CommandFailure) -> Int32 {
        let real = FileSystem.realPath(path) ?? path
        let line: Int64
        do throws(SystemError) { line = try lineNumber(at: offset, in: real) } catch {
            throw .failed("\(error)", "name a file that Eventail has read")
        }
        if line == 0 { throw .usage("no line of \(path) begins at \(offset)", "name the offset of a line's first byte, or 0") }
        let moved: [String]
        do {
            let store = try StateStore(folder: configuration.stateFolder)
            try Journal.checkVersion(in: configuration.stateFolder + "/journal")
            let journal = try Journal(folder: configuration.stateFolder + "/journal", firstUnusedSequence: try store.newestSequence() + 1)
            moved = try rewind(configuration, in: [real, path], to: offset, line, store, journal)
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw .failed("\(error)", "")
        }
        if moved.isEmpty { throw .failed("no sink is past \(offset) in \(path)", "eventail state list shows how far each is") }
        for name in moved { Output.write("\(name): goes on at \(offset), line \(line), of \(path)\n") }
        return ExitStatus.done
    }

    private static func rewind(
        _ configuration: Configuration, in paths: [String], to offset: Int64, _ line: Int64, _ store: StateStore, _ journal: Journal
    ) throws -> [String] {
        let keeper = StateStoreKeeper(store)
        var moved: [String] = []
        for sink in configuration.sinks {
            let (name, file) = place(of: sink)
            guard let name, let progress = try keeper.progress(of: name) else { continue }
            let bus = try kafka(sink, configuration.stateFolder)
            defer { bus?.close() }
            let checkpoints: [FileCheckpoint]
            if let file { checkpoints = try FileSink.checkpoints(beside: file) } else { checkpoints = try bus?.ownCheckpoints() ?? progress.checkpoints }
            for var checkpoint in checkpoints where paths.contains(checkpoint.path) && checkpoint.position > offset {
                guard let index = try entry(holding: offset, of: checkpoint, in: journal) else {
                    throw CommandFailure.failed(
                        "the journal no longer holds \(checkpoint.path) at \(offset)", "choose a later offset, or let an empty state_dir read the file anew")
                }
                checkpoint.position = offset
                checkpoint.line = line
                checkpoint.fingerprint = .none
                checkpoint.carryOver = []
                // The place in the journal first: alone it sends nothing twice.
                let isOurs = file == nil && bus == nil
                try keeper.keep(isOurs ? [checkpoint] : [], index: min(index, progress.index), of: name)
                if let file { try FileSink.setBack(checkpoint, beside: file) }
                _ = try bus?.commit([checkpoint])
                moved.append(name)
            }
        }
        return moved
    }

    /// A sink's name, and its file when it keeps its checkpoints beside that; none for a sink that holds each event once.
    private static func place(of sink: SinkConfiguration) -> (name: String?, file: String?) {
        switch sink {
        case .history: (nil, nil)
        case .file(let file): (file.name, file.path)
        case .console(let console): (console.name, nil)
        case .redisPublish(let redis): (redis.name, nil)
        case .redisStreams(let redis): (redis.isExactlyOnce ? nil : redis.name, nil)
        case .kafka(let kafka): (kafka.name, nil)
        }
    }

    /// The sink whose brokers hold its checkpoints, nil for any other. Asking them takes over from an instance that still runs elsewhere.
    private static func kafka(_ sink: SinkConfiguration, _ stateFolder: String) throws -> KafkaSink? {
        guard case .kafka(let kafka) = sink, kafka.isExactlyOnce else { return nil }
        return try Assembly.sink(kafka, stateFolder: stateFolder, deadLetters: try DeadLetters(stateFolder: stateFolder), catalogue: Catalogue())
    }

    /// The index of the journal's entry with that byte of the file, nil when it is not there any more.
    private static func entry(holding offset: Int64, of checkpoint: FileCheckpoint, in journal: Journal) throws(SystemError) -> Int64? {
        var index = journal.tail
        while true {
            let entries = try journal.entries(from: index)
            guard let last = entries.last else { return nil }
            for entry in entries where entry.identity == checkpoint.identity && entry.generation == checkpoint.generation {
                if entry.start <= offset && offset < entry.end { return entry.index }
            }
            index = last.index + 1
        }
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
