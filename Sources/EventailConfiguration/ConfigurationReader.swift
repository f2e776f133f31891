internal import EventailSystem

/// Reads configurations: from a file, from bytes, or from paths alone.
///
/// Reading has no effect outside: nothing is opened but the file itself and the secrets' files that it names.
/// *Thread*: any. *Limits*: files of 1 MiB.
public struct ConfigurationReader: Sendable {
    private let environment: @Sendable (String) -> String?

    /// The largest configuration file.
    public static let mostBytes = 1 << 20

    /// Reads variables of the process.
    public init() {
        self.init { ProcessUsage.environment($0) }
    }

    public init(environment: @escaping @Sendable (String) -> String?) {
        self.environment = environment
    }

    /// What the command line adds to a configuration.
    public struct Additions: Sendable {
        /// Files or patterns: a source of their own.
        public var paths: [String] = []
        /// The profile of `paths`.
        public var profile: String?
        /// `path.to.key=value`, applied last, in order.
        public var overrides: [String] = []
        /// Turns the history sink off.
        public var withoutHistory = false
        /// In the zero-configuration form: shows events on standard output.
        public var showsEvents = false
        /// What the configuration is read for.
        public var role = ConfigurationRole.any
        public init() {}
    }

    /// Reads the file at `path`.
    public func read(file path: String, _ additions: Additions = Additions()) throws(ConfigurationError) -> Configuration {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(path, limit: Self.mostBytes)
        } catch {
            throw ConfigurationError([
                ConfigurationProblem(
                    position: SettingPosition(file: path), key: "", wrong: "the configuration cannot be read (\(error.reason))",
                    right: "name a readable file of at most 1 MiB")
            ])
        }
        return try read(bytes, name: path, additions)
    }

    /// Reads YAML (or JSON) text; `name` stands for the file in messages.
    public func read(_ yaml: [UInt8], name: String, _ additions: Additions = Additions()) throws(ConfigurationError) -> Configuration {
        try finish(ConfigurationFile.node(yaml, file: name), additions)
    }

    /// The zero-configuration form: profile `auto`, from the beginning of each file, state in `./.eventail`.
    public func readNothing(_ additions: Additions) throws(ConfigurationError) -> Configuration {
        let position = SettingPosition(file: "command line")
        var root = SettingNode.literal(["state_dir": .scalar("./.eventail", .literal)], at: position)
        if additions.showsEvents {
            let console = SettingNode.literal(["name": .scalar("console", .literal), "type": .scalar("console", .literal)], at: position)
            root.set("sinks", SettingNode(.list([console]), at: position))
        }
        return try finish(root, additions)
    }

    private func finish(_ written: SettingNode, _ additions: Additions) throws(ConfigurationError) -> Configuration {
        var root = written
        var reader = SettingReader(environment: environment)
        if written.isNull { root.content = .members([]) }
        guard case .members = root.content else {
            _ = reader.read(root, part: ConfigurationFields.root, at: "")
            throw ConfigurationError(reader.problems)
        }
        add(additions, to: &root)
        // Before the overrides, so that they can reach it, and behind them, because they may replace the list.
        addHistory(to: &root, withoutHistory: additions.withoutHistory)
        for override in additions.overrides {
            if let problem = Override(override).apply(to: &root) { reader.report(problem.position, problem.key, problem.wrong, problem.right) }
        }
        addHistory(to: &root, withoutHistory: additions.withoutHistory)
        let settings = reader.read(root, part: ConfigurationFields.root, at: "")
        CrossChecks.run(settings, root, for: additions.role, &reader)
        if !reader.problems.isEmpty { throw ConfigurationError(reader.problems) }
        return Configuration(settings)
    }

    private func add(_ additions: Additions, to root: inout SettingNode) {
        if additions.paths.isEmpty { return }
        let position = SettingPosition(file: "command line")
        let paths = additions.paths.map { path in
            SettingNode(.scalar(FileSystem.isFolder(path) ? path + "/**/*.jsonl" : path, .literal), at: position)
        }
        let source = SettingNode.literal(
            [
                "name": .scalar("arguments", .literal), "paths": .list(paths),
                "profile": .scalar(additions.profile ?? "auto", .literal),
            ], at: position)
        var sources = root["sources"] ?? SettingNode(.list([]), at: position)
        sources.append(source)
        root.set("sources", sources)
    }

    /// History is on unless the configuration has a sink of that type, which then says whether it is.
    private func addHistory(to root: inout SettingNode, withoutHistory: Bool) {
        let position = SettingPosition(file: "command line")
        var sinks = root["sinks"] ?? SettingNode(.list([]), at: root.position)
        guard case .list(var items) = sinks.isNull ? .list([]) : sinks.content else { return }
        let index = items.firstIndex { $0["type"]?.text == "history" }
        if let index, withoutHistory {
            items[index].set("enabled", SettingNode(.scalar("false", .literal), at: position))
        } else if index == nil {
            items.append(
                SettingNode.literal(
                    [
                        "name": .scalar("history", .literal), "type": .scalar("history", .literal),
                        "enabled": .scalar(withoutHistory ? "false" : "true", .literal),
                    ], at: position))
        }
        sinks.content = .list(items)
        root.set("sinks", sinks)
    }
}
