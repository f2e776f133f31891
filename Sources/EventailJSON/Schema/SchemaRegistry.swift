/// The schema documents that references may lead to, by URI, and the way to compile one of them.
///
/// Knows the official metaschemas of draft 2020-12; never uses the network. *Thread*: one.
public final class SchemaRegistry {
    private var folders: [(uri: String, folder: String)] = []

    public init() {}

    /// Adds a schema document under `uri` and under the `$id`s in it.
    public func add(_ json: [UInt8], uri: String) throws(SchemaError) {}

    /// Lets URIs that begin with `uri` be read from files below `folder` when a reference needs them.
    public func addBase(uri: String, folder: String) { folders.append((uri, folder)) }

    /// Compiles the schema at `uri`, which may end in `#/json/pointer` or `#anchor`.
    ///
    /// `format` is an annotation unless `assertFormats` or the schema's own metaschema makes it an assertion.
    public func compile(_ uri: String, assertFormats: Bool = false) throws(SchemaError) -> Schema { Schema() }
}
