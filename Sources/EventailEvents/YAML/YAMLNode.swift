/// One value of a YAML file with its place: a scalar, a sequence or a mapping.
///
/// Scalars keep their text and whether it was plain; what a plain one means is YAML 1.2's core schema (`scalar`). Lines and columns count from 1.
public struct YAMLNode: Sendable {
    public let line: Int
    public let column: Int
    public let content: Content

    public enum Content: Sendable {
        /// `plain` is true for text without quotes or block style: only such may be null, a boolean or a number.
        case scalar(String, plain: Bool)
        case sequence([YAMLNode])
        /// In the order of the file; no key occurs twice.
        case mapping([YAMLMember])
    }

    public init(_ content: Content, line: Int, column: Int) {
        self.content = content
        self.line = line
        self.column = column
    }

    // MARK: what it is

    /// What a scalar means; nil for sequences and mappings.
    public var scalar: YAMLScalar? {
        guard case .scalar(let text, let plain) = content else { return nil }
        return plain ? YAMLScalar(plain: text) : .string(text)
    }

    public var isNull: Bool {
        guard case .scalar(let text, plain: true) = content else { return false }
        return YAMLScalar.isNull(text)
    }
    public var isSequence: Bool { if case .sequence = content { true } else { false } }
    public var isMapping: Bool { if case .mapping = content { true } else { false } }

    /// The value of a key; nil when this is no mapping or has no such key.
    public subscript(key: String) -> YAMLNode? {
        guard case .mapping(let members) = content else { return nil }
        return members.first { $0.key == key }?.value
    }

    // MARK: what it must be

    /// The text of any scalar as it is written (`8765` too); anything else is an error that names `what`.
    public func text(_ what: String) throws(YAMLError) -> String {
        guard case .scalar(let text, _) = content, !isNull else { throw YAMLError(self, "\(what) must be text, is \(kind)") }
        return text
    }

    public func bool(_ what: String) throws(YAMLError) -> Bool {
        guard case .bool(let yes) = scalar else { throw YAMLError(self, "\(what) must be true or false, is \(kind)") }
        return yes
    }

    public func integer(_ what: String) throws(YAMLError) -> Int64 {
        guard case .integer(let number) = scalar else { throw YAMLError(self, "\(what) must be a whole number, is \(kind)") }
        return number
    }

    /// Any number.
    public func number(_ what: String) throws(YAMLError) -> Double {
        switch scalar {
        case .integer(let number): return Double(number)
        case .float(let number): return number
        default: throw YAMLError(self, "\(what) must be a number, is \(kind)")
        }
    }

    public func sequence(_ what: String) throws(YAMLError) -> [YAMLNode] {
        guard case .sequence(let items) = content else { throw YAMLError(self, "\(what) must be a list, is \(kind)") }
        return items
    }

    public func mapping(_ what: String) throws(YAMLError) -> [YAMLMember] {
        guard case .mapping(let members) = content else { throw YAMLError(self, "\(what) must be a mapping, is \(kind)") }
        return members
    }

    /// The items of a list, or the one value that stands for a list of one.
    public var items: [YAMLNode] {
        if case .sequence(let items) = content { items } else { [self] }
    }

    /// What it is, for messages: `a list`, `the number 8`, `the text "x"`.
    public var kind: String {
        switch content {
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .scalar(let text, _):
            switch scalar {
            case .null: return "null"
            case .bool: return text
            case .integer, .float: return "the number \(text)"
            default: return "the text \"\(text.prefix(60))\""
            }
        }
    }
}

/// One member of a mapping.
public struct YAMLMember: Sendable {
    public let key: String
    /// The place of the key.
    public let line: Int
    public let column: Int
    public let value: YAMLNode

    public init(key: String, line: Int, column: Int, value: YAMLNode) {
        self.key = key
        self.line = line
        self.column = column
        self.value = value
    }
}
