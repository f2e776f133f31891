internal import EventailJSON

/// A profile as its file says it, checked and with inheritance worked out: what a `ReadingPlan` is made of.
struct ProfileDescription: Sendable {
    var name = ""
    var about = ""
    var isAutomatic = true
    var forms: [FormDescription] = []
    var carry: [CarryDescription] = []
    var humanTools: [String] = []
    var replay: ReplayDescription?
    /// The producer's words for `RoleKey.status`, `.severity` and `.priority`, lower case.
    var words: [RoleKey: [String: UInt8]] = [:]
}

/// One shape of line: how it is told apart, how its types are named, what they are.
struct FormDescription: Sendable {
    var conditions: [ConditionDescription] = []
    var naming = TypeNaming.constant("event")
    var acceptsUnknownTypes = false
    var types: [String: TypeDescription] = [:]
    /// For types that are accepted without being known.
    var other = TypeDescription()
}

/// What a value must be for a form or a part to be taken.
struct ConditionDescription: Sendable {
    let pointer: JSONPointer
    var kinds: FieldKind
    /// The string must be one of these, or none of these; nil when any will do.
    var words: [String]?
    var isNegated = false
}

/// How a type's name is found in a line.
enum TypeNaming: Sendable {
    case constant(String)
    /// The strings at these places joined by a slash.
    case join([JSONPointer], missing: String?)
    /// The first of these places that is a string.
    case first([JSONPointer], missing: String?)

    var pointers: [JSONPointer] {
        switch self {
        case .constant: []
        case .join(let pointers, _), .first(let pointers, _): pointers
        }
    }
}

/// What a line of a type stands for and where its roles are. Forms that change nothing of a type share it, so that it is compiled once.
final class TypeDescription: Sendable {
    let meaning: Meaning
    let accounting: Accounting
    let usage: UsageMode
    let usageKey: [SourceDescription]
    let schema: Schema?
    let roles: [RoleKey: SourceList]
    let parts: [PartDescription]

    init(
        meaning: Meaning = .note, accounting: Accounting = .leaf, usage: UsageMode = .delta, usageKey: [SourceDescription] = [],
        schema: Schema? = nil, roles: [RoleKey: SourceList] = [:], parts: [PartDescription] = []
    ) {
        self.meaning = meaning
        self.accounting = accounting
        self.usage = usage
        self.usageKey = usageKey
        self.schema = schema
        self.roles = roles
        self.parts = parts
    }
}

/// Entries of an array that become parts of the event.
struct PartDescription: Sendable {
    var container: JSONPointer
    var conditions: [ConditionDescription] = []
    var meaning = Meaning.note
    var roles: [RoleKey: SourceList] = [:]
}

/// A role's sources, tried in order. Types that inherit a role share the list, so that it is compiled once.
final class SourceList: Sendable {
    let sources: [SourceDescription]

    init(_ sources: [SourceDescription]) { self.sources = sources }
}

/// A role remembered per file.
struct CarryDescription: Sendable {
    var role: Role
    /// Types whose lines tell it; empty means all.
    var types: [String] = []
    var sources: [SourceDescription] = []
    /// The first one stays.
    var isOnce = false
}

/// How a file that begins with a copy of another session's history is told.
struct ReplayDescription: Sendable {
    /// A second line of these types in a file tells it.
    var types: [String]
    /// The copy ends this many nanoseconds after the first such line's time.
    var within: Int64
}

/// What a rule is for: a role with a value, or one of the facts that an event has as a field.
enum RoleKey: Hashable, Sendable {
    case role(Role)
    case time, status, severity, priority

    init?(name: String) {
        switch name {
        case "time": self = .time
        case "status": self = .status
        case "severity": self = .severity
        case "priority": self = .priority
        default:
            guard let role = Role(name: name), role != .usageKey else { return nil }
            self = .role(role)
        }
    }

    var isNumber: Bool { if case .role(let role) = self { role.isNumber } else { false } }

    /// The number of a canonical word; nil for a word that is none, and for roles that have no words.
    func code(_ word: String) -> UInt8? {
        switch self {
        case .status: word == "none" || word == "unknown" ? nil : Status(name: word)?.rawValue
        case .severity: Severity(name: word)?.rawValue
        case .priority: Priority(name: word)?.rawValue
        default: nil
        }
    }

    /// Words that producers write for the canonical ones, and those themselves.
    var commonWords: [String: UInt8] {
        switch self {
        case .status: Self.statusWords
        case .severity: Self.severityWords
        case .priority: Self.priorityWords
        default: [:]
        }
    }

    private static let statusWords = words(
        .status, Status.allCases.map(\.name),
        [
            "success": "succeeded completed complete ok done passed pass", "failure": "failed fail error errored",
            "timeout": "timed_out timedout", "cancelled": "canceled aborted interrupted", "running": "pending in_progress started",
        ])
    private static let severityWords = words(
        .severity, Severity.allCases.map(\.name), ["warning": "warn", "critical": "fatal", "debug": "trace", "info": "notice"])
    private static let priorityWords = words(.priority, Priority.allCases.map(\.name), [:])

    private static func words(_ key: RoleKey, _ canonical: [String], _ others: [String: String]) -> [String: UInt8] {
        var words: [String: UInt8] = [:]
        for word in canonical {
            guard let code = key.code(word) else { continue }
            words[word] = code
            for other in (others[word] ?? "").split(separator: " ") { words[String(other)] = code }
        }
        return words
    }
}

/// One way to find a value (README.md, "Values of roles").
struct SourceDescription: Sendable {
    enum Place: Sendable {
        /// In the line, or in a part's entry.
        case pointer(JSONPointer)
        /// In the line, said from within a part.
        case line(JSONPointer)
        case constant(String)
        /// The name of the member that a part is.
        case key
        case role(Role)
        case join([SourceDescription], with: String)
        case sum(JSONPointer, of: JSONPointer)
        /// Booleans that must all be true.
        case all([JSONPointer])
    }
    enum ExitCode: Sendable {
        case number
        case behind(String)
    }

    var place: Place
    var plus: [JSONPointer] = []
    var minus: [JSONPointer] = []
    /// Of each entry of an array.
    var each: JSONPointer?
    /// Within the JSON that the text is.
    var json: JSONPointer?
    /// What a number is multiplied with.
    var factor = 1.0
    /// Nanoseconds that a time's unit has; 0 when its size tells.
    var timeUnit: Int64 = 0
    var isInverted = false
    var words: [String: UInt8]?
    /// From the highest down.
    var steps: [(from: Double, code: UInt8)] = []
    var exitCode: ExitCode?

    init(_ place: Place) { self.place = place }

    /// Whether it is a plain place: the fast path.
    var isPlain: Bool {
        plus.isEmpty && minus.isEmpty && each == nil && json == nil && factor == 1 && timeUnit == 0 && !isInverted && steps.isEmpty && exitCode == nil
    }
}
