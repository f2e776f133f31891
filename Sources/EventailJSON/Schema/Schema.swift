/// A compiled JSON Schema (draft 2020-12): an immutable program that a `SchemaRunner` runs over a document.
///
/// *Owns* two programs: one that only answers, as fast as it can be, and one that keeps every keyword apart to tell why.
/// *Thread*: any.
@safe public final class Schema: Sendable {
    /// The URI it was compiled from.
    public let uri: String
    let answering: SchemaProgram
    let telling: SchemaProgram

    init(uri: String, answering: SchemaProgram, telling: SchemaProgram) {
        self.uri = uri
        self.answering = answering
        self.telling = telling
    }
}
