/// What a hidden piece of text was; its name is what the mask says.
enum HiddenKind: UInt8 {
    case email, phone, ssn, creditCard, apiKey, jwt, ip
    /// The value of a field or of a key that looks secret.
    case secret

    var name: String {
        switch self {
        case .creditCard: "credit_card"
        case .apiKey: "api_key"
        default: "\(self)"
        }
    }
}

/// A piece of a text that must not leave.
struct Found {
    var start: Int
    var end: Int
    let kind: HiddenKind
    /// How many backslashes stand before each quote that the replacement needs; -1 when it needs none because it lies within a string.
    var quoting = -1
    /// The whole member or entry of an array, for the mode that drops it.
    var member: Range<Int>?

    init(_ kind: HiddenKind, _ start: Int, _ end: Int) {
        self.kind = kind
        self.start = start
        self.end = end
    }
}
