internal import Synchronization

/// A schema's telling program, made at once or when the first refusal asks for it: most schemas never refuse anything, and telling programs take
/// several times as long to make as answering ones.
///
/// *Owns* the program. *Thread*: any.
final class SchemaExplanation: Sendable {
    typealias Telling = (program: SchemaProgram, root: Int32)

    private let make: @Sendable () -> Telling?
    private let made: Mutex<Telling?>

    /// Made at once.
    init(_ telling: Telling) {
        make = { nil }
        made = Mutex(telling)
    }

    /// Made when it is asked for.
    init(later make: @escaping @Sendable () -> Telling?) {
        self.make = make
        made = Mutex(nil)
    }

    func program() -> Telling? {
        made.withLock { made in
            if made == nil { made = make() }
            return made
        }
    }
}
