/// Why a schema cannot be used: where, what is wrong, what to do.
public struct SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or URI of the schema.
    public let uri: String
    /// The place in it, a JSON Pointer; empty for the whole.
    public let location: String
    public let problem: String
    public let remedy: String

    public init(uri: String, location: String = "", problem: String, remedy: String) {
        self.uri = uri
        self.location = location
        self.problem = problem
        self.remedy = remedy
    }

    public var description: String { "\(uri)#\(location): \(problem); \(remedy)" }
}
