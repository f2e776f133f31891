internal import Synchronization

/// A registry that makes telling programs when they are asked for.
///
/// *Owns* the registry. *Thread*: any; programs are made one at a time.
final class SchemaWorkshop: @unchecked Sendable {
    // @unchecked: the registry is only used inside `lock` once it is here; its owner has given it away.
    private let registry: SchemaRegistry
    private let assertFormats: Bool
    private let lock = Mutex(())

    init(_ registry: SchemaRegistry, assertFormats: Bool) {
        self.registry = registry
        self.assertFormats = assertFormats
    }

    func telling(_ place: SchemaPlace) throws(SchemaError) -> SchemaExplanation.Telling {
        try lock.withLock { _ throws(SchemaError) in
            let (program, roots) = try SchemaCompiler.program(registry, [place], assertFormats: assertFormats, isTelling: true)
            return (program, roots[0])
        }
    }

    /// The explanation of a schema that is known to be right: made when it is asked for.
    func explanation(of place: SchemaPlace) -> SchemaExplanation {
        SchemaExplanation(later: { [self] in
            do throws(SchemaError) { return try telling(place) } catch { return nil }
        })
    }
}
