/// One way in which a value does not keep its schema.
public struct Violation: Sendable, Equatable {
    /// Where in the document, a JSON Pointer; empty for the whole.
    public let instanceLocation: String
    /// The keyword that refused, e.g. `minLength`; `false` for the schema that accepts nothing.
    public let keyword: String
    /// The keyword's own place: the URI of its schema, `#`, a JSON Pointer.
    public let schemaLocation: String
    /// What was expected and what is there, e.g. `must be a number, is a string`.
    public let message: String

    public init(instanceLocation: String, keyword: String, schemaLocation: String, message: String) {
        self.instanceLocation = instanceLocation
        self.keyword = keyword
        self.schemaLocation = schemaLocation
        self.message = message
    }
}
