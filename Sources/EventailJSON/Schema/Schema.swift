/// A compiled JSON Schema (draft 2020-12): an immutable program that a `SchemaRunner` runs over a document.
public final class Schema: Sendable {
    init() {}
}
