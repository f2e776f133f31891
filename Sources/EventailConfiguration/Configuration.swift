internal import EventailJSON
public import EventailRedact

/// Everything that a configuration says, checked, with defaults filled in (CONTRACT section 2).
public struct Configuration: Sendable, Equatable {
    public var stateFolder: String
    public var sources: [SourceConfiguration]
    /// Only the enabled ones; a history sink is among them unless the configuration turns it off.
    public var sinks: [SinkConfiguration]
    public var server: ServerConfiguration
    public var metrics: MetricsConfiguration
    public var deadLetter: DeadLetterConfiguration
    /// Nil when nothing is hidden.
    public var redaction: RedactionRules?
    /// All settings as a tree, for `eventail config show`.
    public var settings: SettingValue

    init(_ settings: SettingValue) {
        self.settings = settings
        stateFolder = settings["state_dir"].text
        sources = settings["sources"].items.map(SourceConfiguration.init)
        sinks = settings["sinks"].items.filter { $0["enabled"].boolean }.compactMap(SinkConfiguration.init)
        server = ServerConfiguration(settings["server"])
        metrics = MetricsConfiguration(settings["metrics"])
        deadLetter = DeadLetterConfiguration(size: settings["dead_letter"]["size"].size)
        let redact = settings["redact"]
        let rules = RedactionRules(
            patterns: Set(redact["patterns"].texts.compactMap(RedactionPattern.init)), fields: redact["fields"].texts.compactMap { JSONPointer($0) },
            secretKeys: redact["secret_keys"].boolean, mode: RedactionMode(rawValue: redact["mode"].text) ?? .mask, key: Array(redact["key"].text.utf8))
        redaction = rules.isEmpty ? nil : rules
    }

    /// The history sink, nil when it is turned off.
    public var history: SinkConfiguration.History? {
        for case .history(let history) in sinks { return history }
        return nil
    }
}

/// How figures are made.
public struct MetricsConfiguration: Sendable, Equatable {
    /// The path of a price table, nil for the built-in one.
    public var pricesPath: String?
    /// How long an agent that started and never ended counts as active.
    public var spanExpiry: Duration

    init(_ settings: SettingValue) {
        let prices = settings["prices"].text
        pricesPath = prices == "builtin" ? nil : prices
        spanExpiry = settings["span_expiry"].duration
    }
}

/// What is kept of refused lines.
public struct DeadLetterConfiguration: Sendable, Equatable {
    /// In bytes; the oldest go first.
    public var size: Int64
}
