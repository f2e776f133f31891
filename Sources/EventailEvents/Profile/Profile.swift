/// How one kind of producer writes its events: name, text and what it was compiled to. Immutable.
public final class Profile: Sendable {
    public let name: String
    /// One line for people.
    public let about: String
    /// Where it comes from: a path, or `built-in`.
    public let file: String
    /// The YAML text as it stands in its file.
    public let source: [UInt8]
    /// Whether `auto` may take it.
    public let isAutomatic: Bool

    init(name: String, about: String, file: String, source: [UInt8], isAutomatic: Bool) {
        self.name = name
        self.about = about
        self.file = file
        self.source = source
        self.isAutomatic = isAutomatic
    }
}
