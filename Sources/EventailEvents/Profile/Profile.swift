/// How one kind of producer writes its events: name, text and what it says. Immutable.
public final class Profile: Sendable {
    public let name: String
    /// One line for people.
    public let about: String
    /// Where it comes from: a path, or the name of a resource such as `profiles/codex.yaml`.
    public let file: String
    /// The YAML text as it stands in its file.
    public let source: [UInt8]
    /// Whether it is part of the program.
    public let isBuiltIn: Bool
    let description: ProfileDescription

    /// Whether `auto` may take it.
    public var isAutomatic: Bool { description.isAutomatic }
    /// The names of the types that it knows, in order.
    public var types: [String] { Set(description.forms.flatMap(\.types.keys)).sorted() }

    /// Reads a profile's text.
    public init(_ source: [UInt8], file: String, isBuiltIn: Bool = false) throws(ProfileError) {
        let description = try ProfileReader.read(source, file: file, isBuiltIn: isBuiltIn)
        name = description.name
        about = description.about
        self.file = file
        self.source = source
        self.isBuiltIn = isBuiltIn
        self.description = description
    }
}
