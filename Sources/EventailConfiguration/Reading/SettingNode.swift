/// A value as it was written, with its place, before anything is known of its meaning.
///
/// Every scalar is text here; the field it belongs to says whether that text is a number, a size or a path.
struct SettingNode: Sendable {
    enum Style: Sendable {
        /// Unquoted in YAML: may mean null.
        case plain
        case quoted
        /// From the command line: nothing in it is substituted.
        case literal
    }

    enum Content: Sendable {
        case scalar(String, Style)
        case list([SettingNode])
        case members([Member])
    }

    struct Member: Sendable {
        let key: String
        let position: SettingPosition
        var value: SettingNode
    }

    var content: Content
    let position: SettingPosition

    init(_ content: Content, at position: SettingPosition) {
        self.content = content
        self.position = position
    }

    var isNull: Bool {
        guard case .scalar(let text, .plain) = content else { return false }
        return text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
    }

    /// Whether nothing is said: null, an empty list or an empty mapping.
    var isEmpty: Bool {
        switch content {
        case .scalar: isNull
        case .list(let items): items.isEmpty
        case .members(let members): members.isEmpty
        }
    }

    /// What it is, for messages.
    var kind: String {
        switch content {
        case .scalar: "a single value"
        case .list: "a list"
        case .members: "a mapping"
        }
    }

    subscript(key: String) -> SettingNode? {
        guard case .members(let members) = content else { return nil }
        return members.last { $0.key == key }?.value
    }

    var items: [SettingNode] {
        if case .list(let items) = content { items } else { [] }
    }

    /// The text of a scalar as written.
    var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// Puts a member in place of the one with its key, or behind the others. A null becomes a mapping.
    mutating func set(_ key: String, _ value: SettingNode) {
        var members: [Member] = []
        if case .members(let present) = content { members = present }
        if let index = members.lastIndex(where: { $0.key == key }) {
            members[index].value = value
        } else {
            members.append(Member(key: key, position: value.position, value: value))
        }
        content = .members(members)
    }

    /// Adds an item behind the others. A null becomes a list.
    mutating func append(_ item: SettingNode) {
        content = .list(items + [item])
    }

    /// A mapping of texts given on the command line.
    static func literal(_ members: KeyValuePairs<String, Content>, at position: SettingPosition) -> SettingNode {
        SettingNode(.members(members.map { Member(key: $0.key, position: position, value: SettingNode($0.value, at: position)) }), at: position)
    }
}
