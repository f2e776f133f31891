/// One place where lines come from: files that match patterns.
public struct SourceConfiguration: Sendable, Equatable {
    public enum Start: String, Sendable { case beginning, end }
    public enum UnknownTypes: String, Sendable { case reject, pass }

    public var name: String
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
        paths = settings["paths"].texts
        exclude = settings["exclude"].texts
        profile = settings["profile"].text
        start = Start(rawValue: settings["start_at"].text) ?? .beginning
        unknownTypes = UnknownTypes(rawValue: settings["unknown_types"].text) ?? .reject
        mostLineBytes = Int(settings["max_line_bytes"].size)
        scanInterval = settings["scan_interval"].duration
    }
}
