internal import Synchronization

/// A schema's telling program, made at once or when the first refusal asks for it: most schemas never refuse anything, and telling programs take
/// several times as long to make as answering ones.
///
/// *Owns* the program. *Thread*: any; a registry's later programs are made one at a time.
final class SchemaExplanation: Sendable {
    typealias Program = (program: SchemaProgram, root: Int32)

    /// Programs that are made later come from this place of the workshop's registry.
    private let workshop: Workshop?
    private let place: SchemaPlace
    private let made: Mutex<Program?>

    /// The registry that later programs are made from.
    final class Workshop: @unchecked Sendable {
        // @unchecked: the registry is only used inside `lock` once it is here; its owner has given it away.
        private let registry: SchemaRegistry
        private let assertFormats: Bool
        private let lock = Mutex(())

        init(_ registry: SchemaRegistry, assertFormats: Bool) {
            self.registry = registry
            self.assertFormats = assertFormats
        }

        func program(_ place: SchemaPlace) throws(SchemaError) -> Program {
            try lock.withLock { _ throws(SchemaError) in
                let (program, roots) = try SchemaCompiler.program(registry, [place], assertFormats: assertFormats, isTelling: true)
                return (program, roots[0])
            }
        }
    }

    /// Made at once.
    init(_ program: Program) {
        workshop = nil
        place = SchemaPlace(document: 0, index: 0)
        made = Mutex(program)
    }

    /// Made when it is asked for.
    init(later place: SchemaPlace, from workshop: Workshop) {
        self.workshop = workshop
        self.place = place
        made = Mutex(nil)
    }

    func program() -> Program? {
        made.withLock { made in
            if let made { return made }
            guard let workshop else { return nil }
            do throws(SchemaError) { made = try workshop.program(place) } catch { return nil }
            return made
        }
    }
}
