/// One place where lines come from: files that match patterns, or a stream that other instances write.
public struct SourceConfiguration: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case files
        case redisStreams = "redis_streams"
        case kafka
    }

    public enum Start: String, Sendable { case beginning, end }
    public enum UnknownTypes: String, Sendable { case reject, pass }

    public var name: String
    public var kind: Kind
    /// Set of a source that is received in a hub.
    public var stream: StreamConfiguration?
    /// Paths or patterns, with `~` expanded.
    public var paths: [String]
    public var exclude: [String]
    /// `auto`, the name of a built-in profile, or a path.
    public var profile: String
    /// Where to begin in a file without a checkpoint.
    public var start: Start
    public var unknownTypes: UnknownTypes
    /// Longer lines are dead letters.
    public var mostLineBytes: Int
    /// How often folders are looked through besides the kernel's notices.
    public var scanInterval: Duration

    init(_ settings: SettingValue) {
        name = settings["name"].text
        kind = Kind(rawValue: settings["type"].text) ?? .files
        start = Start(rawValue: settings["start_at"].text) ?? .beginning
        mostLineBytes = Int(settings["max_line_bytes"].size)
        if kind != .files {
            // Each line says its profile, and its sender has accepted its type.
            stream = StreamConfiguration(settings)
            (paths, exclude, profile, unknownTypes, scanInterval) = ([], [], "auto", .pass, .seconds(5))
            return
        }
        paths = settings["paths"].texts
        exclude = settings["exclude"].texts
        profile = settings["profile"].text
        unknownTypes = UnknownTypes(rawValue: settings["unknown_types"].text) ?? .reject
        scanInterval = settings["scan_interval"].duration
    }
}
