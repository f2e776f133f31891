/// Runs schemas over documents.
///
/// *Owns* scratch memory, reused: accepting allocates nothing once it has grown. *Thread*: one.
public final class SchemaRunner {
    public init() {}

    /// Whether the value at `index` of the document keeps the schema; the hot path.
    public func accepts(_ document: Document, at index: Int, _ schema: Schema) -> Bool { true }

    /// Why it does not, the most helpful reason first, at most `limit`; slow, for after a refusal.
    public func violations(_ document: Document, at index: Int, _ schema: Schema, limit: Int = 8) -> [Violation] { [] }
}
