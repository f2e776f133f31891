/// Reads one YAML document into a tree of nodes.
///
/// *Owns* nothing after it returns. *Thread*: any. *Limits*: 16 MiB of text, 100 levels, 500,000 nodes with aliases written out; one document;
/// every key a scalar that occurs once in its mapping; no tags but YAML's own.
public struct YAMLReader {
    public static let mostBytes = 16 << 20
    public static let mostDepth = 100
    public static let mostNodes = 500_000
    private static let mostCompared = 16

    private let events: YAMLEventReader
    private var anchors: [String: (node: YAMLNode, nodes: Int)] = [:]
    private var nodes = 0

    /// Reads a file's bytes. Empty text is the null node.
    public static func read(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode {
        guard bytes.count <= mostBytes else {
            throw YAMLError(line: 1, column: 1, message: "the file is longer than \(mostBytes) bytes")
        }
        var reader = YAMLReader(events: YAMLEventReader(bytes))
        return try reader.document()
    }

    public static func read(_ text: String) throws(YAMLError) -> YAMLNode { try read(Array(text.utf8)) }

    private mutating func document() throws(YAMLError) -> YAMLNode {
        var root: YAMLNode?
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamStart, .documentStart, .documentEnd: continue
            case .streamEnd: return root ?? YAMLNode(.scalar("", plain: true), line: 1, column: 1)
            default:
                guard root == nil else {
                    throw YAMLError(line: event.line, column: event.column, message: "a second document is not allowed; remove the line ---")
                }
                root = try node(event, depth: 0)
            }
        }
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> YAMLNode {
        func failure(_ message: String) -> YAMLError { YAMLError(line: event.line, column: event.column, message: message) }
        guard depth < Self.mostDepth else { throw failure("nested deeper than \(Self.mostDepth) levels") }
        let before = nodes
        nodes += 1
        guard nodes <= Self.mostNodes else { throw failure("more than \(Self.mostNodes) values") }
        let made: YAMLNode
        switch event.kind {
        case .alias(let name):
            guard let anchored = anchors[name] else { throw failure("there is no anchor &\(name) before this") }
            nodes += anchored.nodes
            guard nodes <= Self.mostNodes else { throw failure("more than \(Self.mostNodes) values with aliases written out") }
            return YAMLNode(anchored.node.content, line: event.line, column: event.column)
        case .scalar(let text, let plain):
            made = YAMLNode(.scalar(text, plain: plain), line: event.line, column: event.column)
        case .sequenceStart:
            var items: [YAMLNode] = []
            while true {
                let next = try events.next()
                if case .sequenceEnd = next.kind { break }
                items.append(try node(next, depth: depth + 1))
            }
            made = YAMLNode(.sequence(items), line: event.line, column: event.column)
        case .mappingStart:
            made = YAMLNode(.mapping(try members(depth: depth + 1)), line: event.line, column: event.column)
        default:
            throw failure("unexpected end")
        }
        if let anchor = event.anchor { anchors[anchor] = (made, nodes - before) }
        return made
    }

    private mutating func members(depth: Int) throws(YAMLError) -> [YAMLMember] {
        var members: [YAMLMember] = []
        // A long mapping's keys, so that each is compared with few others.
        var seen: [String: Int] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { return members }
            let key = try node(event, depth: depth)
            guard case .scalar(let name, _) = key.content else { throw YAMLError(key, "a key must be text, is \(key.kind)") }
            let first = members.count < Self.mostCompared ? members.first { $0.key == name }?.line : seen[name]
            if let first { throw YAMLError(key, "the key \(name) is already given in line \(first)") }
            if members.count + 1 == Self.mostCompared { for member in members { seen[member.key] = member.line } }
            if members.count + 1 >= Self.mostCompared { seen[name] = key.line }
            let value = try node(try events.next(), depth: depth)
            members.append(YAMLMember(key: name, line: key.line, column: key.column, value: value))
        }
    }

    private init(events: YAMLEventReader) { self.events = events }
}
