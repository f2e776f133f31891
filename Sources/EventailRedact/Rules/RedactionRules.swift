public import EventailJSON

/// What is looked for in every text.
public enum RedactionPattern: String, CaseIterable, Sendable {
    case email, phone, ssn
    case creditCard = "credit_card"
    case apiKey = "api_key"
    case jwt, ip
}

/// What is put in place of what is hidden.
public enum RedactionMode: String, Sendable {
    /// A word that says what was there: `[email]`.
    case mask
    /// The same with a keyed hash, so that equal values can be told from others: `[email:0123456789abcdef]`.
    case hash
    /// Nothing. Of a hidden field or key the whole member goes, of a text only what was found in it.
    case drop
}

/// What is hidden in events, and how.
public struct RedactionRules: Sendable, Equatable {
    public var patterns: Set<RedactionPattern>
    /// Values that are always hidden.
    public var fields: [JSONPointer]
    /// Whether values of keys like `password` or `api_key` are hidden.
    public var secretKeys: Bool
    public var mode: RedactionMode
    /// Of the hash; only who has it can tell from a hash what a guess was worth.
    public var key: [UInt8]

    public init(
        patterns: Set<RedactionPattern> = [], fields: [JSONPointer] = [], secretKeys: Bool = true, mode: RedactionMode = .mask, key: [UInt8] = []
    ) {
        self.patterns = patterns
        self.fields = fields
        self.secretKeys = secretKeys
        self.mode = mode
        self.key = key
    }

    /// Whether there is nothing to look for.
    public var isEmpty: Bool { patterns.isEmpty && fields.isEmpty && !secretKeys }
}
