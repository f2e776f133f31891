internal import EventailAggregate
internal import EventailConfiguration
internal import EventailEvents
internal import EventailInbox
internal import EventailKafka
internal import EventailPipeline
internal import EventailReceive
internal import EventailRedis
internal import EventailServer
internal import EventailSinks
internal import EventailStore
internal import EventailSystem
internal import EventailTLS
internal import EventailTail

/// Configuration into objects: the one place that knows every kind of source and sink.
enum Assembly {
    /// What an instance is made of, before anything runs.
    struct Parts {
        let configuration: Configuration
        let pipeline: Pipeline
        let aggregator: Aggregator
        let store: StateStore
        let profiles: ProfileSet
        let catalogue: Catalogue
        /// Of a hub: one for each stream.
        let receivers: [Receiver]
    }

    /// Descriptors kept for sockets, sinks and the state; the rest may be agents' files.
    static let reservedDescriptors = 256

    /// What a configuration names, read and found usable before anything is opened, made or stopped.
    struct Plan {
        let configuration: Configuration
        let catalogue: Catalogue
        let profiles: ProfileSet
        let readings: [String: SourceReading]
        let sources: [TailSource]
        let aggregation: AggregatorConfiguration
    }

    /// `running` is the plan of the instance that is to take this one: the numbers of types must mean the same for all that it keeps in memory.
    static func plan(_ configuration: Configuration, after running: Plan? = nil) throws -> Plan {
        let catalogue = running?.catalogue ?? Catalogue()
        let profiles: ProfileSet
        let files = profileFiles(configuration.sources)
        // Built-in profiles do not change.
        if let running, files.isEmpty, profileFiles(running.configuration.sources).isEmpty {
            profiles = running.profiles
        } else {
            profiles = try ProfileSet(catalogue: catalogue, files: files)
        }
        let sources = configuration.sources.map { tailSource($0, configuration) } + [replayed(configuration)]
        // Patterns are understood by who follows them.
        _ = try Tailer(sources: sources, deliver: { _ in false })
        try check(configuration.sinks, profiles)
        return Plan(
            configuration: configuration, catalogue: catalogue, profiles: profiles, readings: try readings(of: configuration.sources, profiles),
            sources: sources, aggregation: try aggregation(configuration.metrics))
    }

    static func store(_ plan: Plan) throws -> StateStore {
        // Made before it is followed: else the folder above it would be watched, in which the state changes all the time.
        try FileSystem.makeFolder(ReplayInbox.folder(in: plan.configuration.stateFolder))
        let store = try StateStore(folder: plan.configuration.stateFolder, catalogue: plan.catalogue)
        for notice in store.notices { Log.warning("state", notice) }
        return store
    }

    /// Makes what the plan says on a state; `handover` is of the pipeline that it replaces.
    static func make(_ plan: Plan, on store: StateStore, after handover: Handover? = nil) throws -> Parts {
        let (configuration, catalogue) = (plan.configuration, plan.catalogue)
        let aggregator = try Aggregator(configuration: plan.aggregation, catalogue: catalogue, state: try store.keyedState())
        let deadLetters = try DeadLetters(stateFolder: configuration.stateFolder, totalBytes: configuration.deadLetter.size)
        let parts = Pipeline.Parts(
            stateFolder: configuration.stateFolder, sources: plan.sources, readings: plan.readings, profiles: plan.profiles,
            catalogue: catalogue, aggregator: aggregator, store: store, deadLetters: deadLetters,
            sinks: try configuration.sinks.map { sink in
                try Self.sink(sink, stateFolder: configuration.stateFolder, store: store, deadLetters: deadLetters, catalogue: catalogue)
            },
            redaction: configuration.redaction)
        let pipeline = try Pipeline(parts, limits: limits(configuration), after: handover)
        return Parts(
            configuration: configuration, pipeline: pipeline, aggregator: aggregator, store: store, profiles: plan.profiles, catalogue: catalogue,
            receivers: try receivers(configuration, pipeline, member: store.epoch))
    }

    /// A profile with a slash is a file of the user's.
    static func profileFiles(_ sources: [SourceConfiguration]) -> [String] {
        var files: [String] = []
        for source in sources {
            for file in [source.profile].filter({ $0.contains("/") }) + (source.stream?.profiles ?? []) where !files.contains(file) { files.append(file) }
        }
        return files
    }

    private static func readings(of sources: [SourceConfiguration], _ profiles: ProfileSet) throws -> [String: SourceReading] {
        var readings: [String: SourceReading] = [:]
        for source in sources {
            let reading = SourceReading(
                choice: source.profile == "auto" ? .auto : .named(source.profile), unknownTypes: source.unknownTypes == .pass ? .pass : .reject)
            // An extractor is made now so that a profile that cannot be used is told before anything starts.
            _ = try Extractor(profiles: profiles, choice: reading.choice, unknownTypes: reading.unknownTypes)
            readings[source.name] = reading
        }
        return readings
    }

    /// Whether lines that were read already might be read otherwise: by other profiles, or by files of profiles whose content may have changed.
    static func readsOtherwise(_ plan: Plan, than running: Plan) -> Bool {
        if !(profileFiles(plan.configuration.sources) + profileFiles(running.configuration.sources)).isEmpty { return true }
        return running.configuration.sources.contains { old in
            plan.configuration.sources.first { $0.name == old.name }.map { $0.profile != old.profile || $0.unknownTypes != old.unknownTypes } ?? true
        }
    }

    private static func tailSource(_ source: SourceConfiguration, _ configuration: Configuration) -> TailSource {
        if source.stream != nil { return received(source, configuration) }
        return TailSource(
            name: source.name, paths: source.paths.map(absolute), exclude: source.exclude, startAtEnd: source.start == .end,
            maximumLineBytes: source.mostLineBytes)
    }

    /// The inbox of a stream. Its receiver refuses lines that are too long; what stands before a line is short.
    private static func received(_ source: SourceConfiguration, _ configuration: Configuration) -> TailSource {
        TailSource(
            name: source.name, paths: [Inbox.pattern(folder: inboxFolder(source, configuration))], maximumLineBytes: 1 << 30, isSequence: true)
    }

    private static func inboxFolder(_ source: SourceConfiguration, _ configuration: Configuration) -> String {
        "\(absolute(configuration.stateFolder))/inbox/from-\(source.name)"
    }

    /// What takes entries from each stream into its inbox.
    private static func receivers(_ configuration: Configuration, _ pipeline: Pipeline, member: String) throws -> [Receiver] {
        try configuration.sources.compactMap { source -> Receiver? in
            guard let stream = source.stream else { return nil }
            var limits = Inbox.Limits()
            limits.totalBytes = stream.inboxSize
            limits.segmentBytes = min(limits.segmentBytes, stream.inboxSize / 4)
            let folder = inboxFolder(source, configuration)
            try FileSystem.makeFolder(folder)
            let makeStream = makeStream(source, stream, member: member)
            return Receiver(name: source.name, folder: folder, limits: limits, isDelivered: { isDelivered(pipeline) }, makeStream: makeStream)
        }
    }

    private static func makeStream(_ source: SourceConfiguration, _ stream: StreamConfiguration, member: String) -> @Sendable () -> any EntryStream {
        switch stream.place {
        case .redis(let server, let key):
            var settings = RedisStreamSettings(server: server, stream: key, group: stream.group, member: member)
            settings.startsAtEnd = source.start == .end
            settings.claimAfter = stream.claimAfter
            settings.mostLineBytes = source.mostLineBytes
            let made = settings
            return { made.group == nil ? RedisStream(made) as any EntryStream : RedisGroup(made) }
        case .kafka(let kafka, let topic):
            var settings = KafkaStreamSettings(kafka: kafka, topic: topic, group: stream.group, member: member)
            settings.startsAtEnd = source.start == .end
            settings.claimAfter = stream.claimAfter
            settings.mostLineBytes = source.mostLineBytes
            let made = settings
            return { made.group == nil ? KafkaStream(made) as any EntryStream : KafkaGroup(made) }
        }
    }

    private static func isDelivered(_ pipeline: Pipeline) -> (String, Int64) -> Bool {
        var acknowledged: [String: Int64] = [:]
        for file in pipeline.tailer.files() { acknowledged[file.path] = file.acknowledged }
        return { path, size in acknowledged[path].map { $0 >= size } ?? false }
    }

    /// What `eventail dead-letter replay` hands over, whenever it does.
    private static func replayed(_ configuration: Configuration) -> TailSource {
        TailSource(
            name: ReplayInbox.source, paths: [Inbox.pattern(folder: ReplayInbox.folder(in: absolute(configuration.stateFolder)))],
            maximumLineBytes: 1 << 30, isSequence: true)
    }

    /// Patterns are matched against absolute paths.
    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        let here = FileSystem.realPath(".") ?? "/"
        return here + "/" + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
    }

    private static func limits(_ configuration: Configuration) -> Pipeline.Limits {
        var limits = Pipeline.Limits()
        limits.tail.openFiles = max(16, ProcessUsage.raiseFileLimit() - reservedDescriptors)
        if let interval = configuration.sources.map(\.scanInterval).min() { limits.tail.reconcileInterval = interval }
        return limits
    }

    private static func aggregation(_ metrics: MetricsConfiguration) throws -> AggregatorConfiguration {
        let (yaml, name) = try metrics.pricesPath.map { (try FileSystem.read($0), $0) } ?? (Resource.bytes("prices.yaml") ?? [], "built-in prices")
        let prices: PriceTable
        do throws(YAMLError) { prices = try PriceTable(yaml: yaml) } catch { throw AssemblyError(description: "\(name):\(error)") }
        var configuration = AggregatorConfiguration(prices: prices)
        configuration.spanExpiry = metrics.spanExpiry
        return configuration
    }

    private static func sink(
        _ sink: SinkConfiguration, stateFolder: String, store: StateStore, deadLetters: DeadLetters, catalogue: Catalogue
    ) throws -> any Sink {
        switch sink {
        case .history(let history):
            return HistorySink(name: history.name, store: store, retention: HistoryRetention(age: history.age, bytes: history.size))
        case .file(let file):
            return FileSink(
                name: file.name,
                configuration: FileSinkConfiguration(
                    path: file.path, rotation: FileSinkConfiguration.Rotation(bytes: file.rotateSize, keep: file.keep, compresses: file.compresses)))
        case .console(let console):
            return ConsoleSink(
                name: console.name, catalogue: catalogue, level: console.level, colour: ConsoleSink.Colour(rawValue: console.color.rawValue) ?? .auto)
        case .redisStreams(let redis): return try Self.sink(redis, stateFolder: stateFolder, catalogue: catalogue)
        case .redisPublish(let redis): return Self.sink(redis)
        case .kafka(let kafka):
            return try Self.sink(kafka, stateFolder: stateFolder, deadLetters: deadLetters, catalogue: catalogue)
        }
    }

    /// The sink that a replay writes to: the same outside system, whatever is configured without a hold on checkpoints.
    static func sinkWithoutCheckpoints(_ sink: SinkConfiguration, _ configuration: Configuration, catalogue: Catalogue) throws -> any Sink {
        switch sink {
        case .kafka(let kafka): replaying(kafka, catalogue: catalogue)
        case .history: preconditionFailure("history is not replayed into itself")
        case .file(let file):
            FileSink(
                name: file.name,
                configuration: FileSinkConfiguration(
                    path: file.path, rotation: FileSinkConfiguration.Rotation(bytes: file.rotateSize, keep: file.keep, compresses: file.compresses)))
        case .console(let console):
            ConsoleSink(
                name: console.name, catalogue: catalogue, level: console.level, colour: ConsoleSink.Colour(rawValue: console.color.rawValue) ?? .auto)
        case .redisStreams(let redis): replaying(redis, catalogue: catalogue)
        case .redisPublish(let redis): Self.sink(redis)
        }
    }

    static func authentication(_ settings: EventailConfiguration.ServerConfiguration.Authentication) -> AuthenticationConfiguration {
        var made = AuthenticationConfiguration()
        made.algorithms = settings.algorithms.compactMap(SignatureAlgorithm.init(rawValue:))
        made.secret = settings.secret.map { Array($0.utf8) }
        made.publicKeyPath = settings.publicKey
        made.keySetPath = settings.keySet
        made.issuer = settings.issuer
        made.audience = settings.audience
        made.tokens = settings.tokens.map { ($0.token, $0.role) }
        for role in settings.roles { made.roles[role.name] = Identity.Scope(agents: role.agents, executions: role.executions, types: role.types) }
        made.anonymousRole = settings.anonymousRole
        return made
    }

    /// The server's settings of the configuration.
    static func server(_ server: EventailConfiguration.ServerConfiguration) -> EventailServer.ServerConfiguration {
        var made = EventailServer.ServerConfiguration()
        made.listen = server.listen.map(\.description)
        made.hosts = server.hosts
        made.origins = server.origins
        made.insecure = server.insecure
        made.authentication = server.authentication.map(authentication)
        made.clients = server.mostClients
        made.messagesPerMinute = server.messagesPerMinute
        made.subscribeBytes = server.mostMessageBytes
        made.sendBuffer = server.sendBufferBytes
        made.heartbeatInterval = server.heartbeatInterval
        made.heartbeatTimeout = server.heartbeatTimeout
        made.readyRequiresSinks = server.readyRequiresSinks
        return made
    }
}

/// What keeps an instance from being made, in a sentence with its file and place.
struct AssemblyError: Error, CustomStringConvertible {
    let description: String
}
