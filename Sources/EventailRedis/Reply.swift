/// One reply of the server, or an element of it: a view of the connection's tape.
///
/// Valid until the connection receives the next reply. An error of the server is a value here, too: see `refusal`.
public struct Reply {
    public enum Kind: UInt8, Sendable { case status, error, integer, bytes, null, array }

    let tape: ReplyTape
    let index: Int

    public var kind: Kind { tape.nodes[index].kind }
    public var isNull: Bool { kind == .null }
    /// The status that commands without an answer give.
    public var isOK: Bool { kind == .status && text == "OK" }

    /// The number of an integer reply; nil of any other.
    public var integer: Int64? { kind == .integer ? tape.nodes[index].value : nil }

    /// The bytes of a string, status or error; nil of any other.
    public var bytes: [UInt8]? {
        switch kind {
        case .status, .error, .bytes: Array(tape.bytes[range])
        default: nil
        }
    }

    /// The same as text.
    public var text: String? {
        switch kind {
        case .status, .error, .bytes: String(decoding: tape.bytes[range], as: UTF8.self)
        default: nil
        }
    }

    /// The bytes without a copy, empty when there are none. Valid inside `body` only.
    public func withBytes<Answer>(_ body: (UnsafeRawBufferPointer) -> Answer) -> Answer {
        let range = kind == .integer || kind == .array || kind == .null ? 0..<0 : range
        return unsafe tape.bytes.withUnsafeBytes { unsafe body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// The elements of an array, none of any other kind.
    public var elements: Elements { Elements(tape: tape, place: index + 1, left: count) }
    /// How many elements an array has.
    public var count: Int { kind == .array ? Int(tape.nodes[index].value) : 0 }
    /// The element of that place, nil when there is none.
    public subscript(place: Int) -> Reply? {
        var elements = elements
        for _ in 0..<place where elements.next() == nil { return nil }
        return elements.next()
    }

    /// What an error of the server says; nil of any other reply.
    public var refusal: RedisRefusal? { kind == .error ? text.map(RedisRefusal.init) : nil }

    private var range: Range<Int> {
        let node = tape.nodes[index]
        return Int(node.value)..<Int(node.value) + node.length
    }

    /// A copy of a reply that is not an array, which outlives the next one.
    public var whole: RedisAnswer { RedisAnswer(text: text, integer: integer, refusal: refusal) }

    /// Walks the elements of an array in order.
    public struct Elements: Sequence, IteratorProtocol {
        let tape: ReplyTape
        var place: Int
        var left: Int

        public mutating func next() -> Reply? {
            if left == 0 { return nil }
            let element = Reply(tape: tape, index: place)
            place = tape.nodes[place].end
            left -= 1
            return element
        }
    }
}

/// A reply of one value, by itself.
public struct RedisAnswer: Sendable, Equatable {
    public let text: String?
    public let integer: Int64?
    public let refusal: RedisRefusal?
}

/// A reply in memory: its nodes in the order in which they came, parents before children, and the bytes of its strings.
///
/// *Owns* both, kept from reply to reply. *Thread*: the connection's.
final class ReplyTape {
    struct Node {
        let kind: Reply.Kind
        /// An integer, an array's number of elements, or where a string begins.
        let value: Int64
        /// Of a string.
        let length: Int
        /// The node behind this one and all its elements.
        var end: Int
    }

    var nodes: ContiguousArray<Node> = []
    var bytes: ContiguousArray<UInt8> = []

    func removeAll() {
        nodes.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    func add(_ kind: Reply.Kind, value: Int64 = 0, length: Int = 0) {
        nodes.append(Node(kind: kind, value: value, length: length, end: nodes.count + 1))
    }

    /// The reply is whole: finds where each array ends. Backwards, so that elements know their ends before their array asks.
    func close() {
        for index in nodes.indices.reversed() where nodes[index].kind == .array {
            var end = index + 1
            for _ in 0..<nodes[index].value { end = nodes[end].end }
            nodes[index].end = end
        }
    }
}
