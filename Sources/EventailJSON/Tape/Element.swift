/// One value of a document, for code that is not on the hot path: configuration, tests, messages.
public struct Element {
    public let document: Document
    public let index: Int

    @inlinable public init(document: Document, index: Int) {
        self.document = document
        self.index = index
    }

    @inlinable public var tag: Tag { document.tag(index) }
    public var isNull: Bool { tag == .null }
    public var isObject: Bool { tag == .object }
    public var isArray: Bool { tag == .array }
    public var isNumber: Bool { tag == .signed || tag == .unsigned || tag == .double || tag == .number }

    /// The text of a string; nil for anything else.
    public var string: String? {
        tag == .string ? unsafe String(decoding: document.utf8(index), as: UTF8.self) : nil
    }

    public var bool: Bool? { tag == .yes ? true : tag == .no ? false : nil }

    /// The value of a whole number that fits, also when written with a fraction of zero.
    public var int64: Int64? {
        switch tag {
        case .signed: document.signed(index)
        case .double: Int64(exactly: document.double(index))
        default: nil
        }
    }

    /// The value of any number, rounded where it must be.
    public var double: Double? {
        switch tag {
        case .signed: Double(document.signed(index))
        case .unsigned: Double(document.unsigned(index))
        case .double: document.double(index)
        case .number: unsafe Double(String(decoding: document.utf8(index), as: UTF8.self))
        default: nil
        }
    }

    /// The value of a member; nil when this is no object or has none of that name. The last of equal names wins.
    ///
    /// Names are compared by their bytes.
    public subscript(key: String) -> Element? {
        guard tag == .object else { return nil }
        var found: Element?
        var at = index + 1
        while document.tag(at) != .objectEnd {
            if unsafe key.utf8.count == document.utf8(at).count && key.utf8.elementsEqual(document.utf8(at)) { found = Element(document: document, index: at + 1) }
            at = document.after(at + 1)
        }
        return found
    }

    public var items: [Element] {
        guard tag == .array else { return [] }
        var found: [Element] = []
        var at = index + 1
        while document.tag(at) != .arrayEnd {
            found.append(Element(document: document, index: at))
            at = document.after(at)
        }
        return found
    }

    public var members: [(key: String, value: Element)] {
        var found: [(key: String, value: Element)] = []
        forEachMember { found.append(($0, $1)) }
        return found
    }

    private func forEachMember(_ body: (String, Element) -> Void) {
        guard tag == .object else { return }
        var at = index + 1
        while document.tag(at) != .objectEnd {
            let name = unsafe String(decoding: document.utf8(at), as: UTF8.self)
            let value = Element(document: document, index: at + 1)
            body(name, value)
            at = document.after(at + 1)
        }
    }
}
