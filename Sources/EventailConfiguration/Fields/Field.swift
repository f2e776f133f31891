/// One key of a configuration: the only place that says its type, range, default and meaning.
///
/// Reading, `config show`, `config schema` and the reference in Config/README.md are all made from these tables, so they cannot drift.
struct Field: Sendable {
    let key: String
    let type: FieldType
    let fallback: Fallback
    /// One sentence.
    let help: String
    /// Set when the key is right in form but this version does not do what it asks for: then setting it is refused, never ignored.
    let isLater: Bool

    init(_ key: String, _ type: FieldType, _ fallback: Fallback, _ help: String, isLater: Bool = false) {
        self.key = key
        self.type = type
        self.fallback = fallback
        self.help = help
        self.isLater = isLater
    }

    /// What an absent key means.
    enum Fallback: Sendable {
        case required
        /// Nothing: the feature is off.
        case unset
        /// A scalar, as one would write it.
        case scalar(String)
        case texts([String])
        /// A part with the defaults of its own fields.
        case part
    }
}

/// What values a field takes.
indirect enum FieldType: Sendable {
    case text
    /// Text that is never shown.
    case secret
    /// 1 to 64 letters, digits, `_`, `-` and `.`.
    case name
    /// A path of the file system; `~` is the home folder.
    case path
    /// Starts with one of these schemes; a password in it is never shown.
    case url([String])
    /// `host:port`, `[::1]:port`.
    case address
    /// `auto`, the name of a built-in profile or a path to one.
    case profile
    case boolean
    case integer(ClosedRange<Int64>)
    case number(ClosedRange<Double>)
    case size(ClosedRange<Int64>)
    case duration(ClosedRange<Duration>)
    case choice([String])
    case list(FieldType)
    /// Free keys with values of one type.
    case map(FieldType)
    case part(SettingPart)
    /// A part whose further fields depend on its `type`.
    case variants(Variants)
    /// Any value; looked at when it is used.
    case free
}

/// A mapping with known keys.
struct SettingPart: Sendable {
    /// For messages: `a source`.
    let name: String
    let fields: [Field]

    var keys: [String] { fields.map(\.key) }
    subscript(key: String) -> Field? { fields.first { $0.key == key } }
}

/// The kinds of a source or sink.
struct Variants: Sendable {
    /// For messages: `sink`.
    let name: String
    let kinds: [Kind]

    struct Kind: Sendable {
        let type: String
        let help: String
        /// All fields, `name` and `type` included.
        let part: SettingPart
        let isLater: Bool
    }

    var available: [String] { kinds.filter { !$0.isLater }.map(\.type) }
}
