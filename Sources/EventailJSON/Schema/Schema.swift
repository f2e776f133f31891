/// A compiled JSON Schema (draft 2020-12): an immutable program that a `SchemaRunner` runs over a document.
///
/// *Owns* its root in a program that only answers, as fast as it can be, and may be shared with other schemas; and the way to a program that keeps
/// every keyword apart to tell why. *Thread*: any.
@safe public final class Schema: Sendable {
    /// The URI it was compiled from.
    public let uri: String
    let answering: SchemaProgram
    let root: Int32
    private let explanation: SchemaExplanation

    init(uri: String, answering: SchemaProgram, root: Int32, explanation: SchemaExplanation) {
        self.uri = uri
        self.answering = answering
        self.root = root
        self.explanation = explanation
    }

    /// The program that tells why, with its root; nil when it cannot be made, which only a schema compiled unchecked can mean.
    var telling: (program: SchemaProgram, root: Int32)? { explanation.program() }
}
