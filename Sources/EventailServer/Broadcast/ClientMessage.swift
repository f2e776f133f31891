internal import EventailEvents
internal import EventailJSON

/// What a client asks for (CONTRACT section 8).
enum ClientMessage {
    case subscribe(SubscribeRequest)
    case unsubscribe(SubscribeRequest, everything: Bool)
    case ping(MessageIdentifier?)
    case list(MessageIdentifier?)
    case auth(MessageIdentifier?, token: String)
    /// Not understood; the connection goes on.
    case wrong(MessageIdentifier?, code: String, String)
    /// No JSON object: the connection ends.
    case malformed(String)
}

/// The `id` of a request, given back as it came.
enum MessageIdentifier: Hashable {
    case text(String)
    case number(Int64)

    func write(into json: inout JSONWriter) {
        switch self {
        case .text(let text): json.value(text)
        case .number(let number): json.value(number)
        }
    }
}

/// What to do when a client does not keep up.
enum SlowPolicy: String { case drop, close, latest }

struct SubscribeRequest {
    var identifier: MessageIdentifier?
    var filter = EventFilter()
    /// What it was asked by, given back by `list`.
    var executionId: String?
    var conversationId: String?
    var last: Int?
    var since: String?
    var onSlow: SlowPolicy?

    /// Whether both ask for the same events.
    func isSame(as other: SubscribeRequest) -> Bool {
        filter == other.filter
    }
}

/// Reads clients' messages.
///
/// *Owns* a JSON parser. *Thread*: `serve`. *Limits*: `last` up to what is configured; 200 members in a list.
final class ClientMessageReader {
    private let parser = TapeParser(capacity: 64 << 10)
    private let mostLast: Int
    private static let mostMembers = 200

    init(mostLast: Int) { self.mostLast = mostLast }

    func read(_ bytes: [UInt8]) -> ClientMessage {
        guard case .success(let document) = parser.parse(bytes), document.root.isObject else {
            return .malformed("a message is a JSON object")
        }
        let root = document.root
        var identifier: MessageIdentifier?
        if let id = root["id"], !id.isNull {
            if let text = id.string, text.utf8.count <= 256 {
                identifier = .text(text)
            } else if let number = id.int64 {
                identifier = .number(number)
            } else {
                return .wrong(nil, code: "bad_request", "id is a text of at most 256 bytes or a whole number")
            }
        }
        guard let type = root["type"]?.string else {
            return .wrong(identifier, code: "bad_request", "a message has a type: subscribe, unsubscribe, ping, list or auth")
        }
        switch type {
        case "ping": return .ping(identifier)
        case "list": return .list(identifier)
        case "auth":
            guard let token = root["token"]?.string, !token.isEmpty else { return .wrong(identifier, code: "bad_request", "auth has a token") }
            return .auth(identifier, token: token)
        case "subscribe", "unsubscribe":
            do throws(Wrong) {
                let (request, named) = try request(root, identifier)
                if type == "unsubscribe" { return .unsubscribe(request, everything: !named && identifier == nil) }
                if !named {
                    throw Wrong("subscribe names executionId, conversationId, a filter, or \"all\": true")
                }
                return .subscribe(request)
            } catch {
                return .wrong(identifier, code: "bad_request", error.message)
            }
        default:
            return .wrong(identifier, code: "unknown_type", "\"\(type)\" is no type of message: subscribe, unsubscribe, ping, list or auth")
        }
    }

    private struct Wrong: Error {
        let message: String
        init(_ message: String) { self.message = message }
    }

    private func request(_ root: Element, _ identifier: MessageIdentifier?) throws(Wrong) -> (SubscribeRequest, named: Bool) {
        var request = SubscribeRequest(identifier: identifier)
        var named = false
        for (key, value) in root.members where !value.isNull {
            switch key {
            case "type", "id": break
            case "executionId":
                request.executionId = try text(key, value)
                request.filter.execution = Array(try text(key, value).utf8)
                named = true
            case "conversationId":
                request.conversationId = try text(key, value)
                request.filter.conversation = Array(try text(key, value).utf8)
                named = true
            case "all":
                guard let all = value.bool else { throw Wrong("all is true or false") }
                named = named || all
            case "last":
                guard let last = value.int64, last >= 0, last <= Int64(mostLast) else { throw Wrong("last is a whole number from 0 to \(mostLast)") }
                request.last = Int(last)
            case "since":
                guard let since = value.string else { throw Wrong("since is a cursor") }
                request.since = since
            case "onSlow":
                guard let policy = value.string.flatMap(SlowPolicy.init(rawValue:)) else { throw Wrong("onSlow is drop, close or latest") }
                request.onSlow = policy
            case "filter":
                guard value.isObject else { throw Wrong("filter is an object") }
                try read(value, into: &request.filter)
                named = true
            default: throw Wrong("\"\(key)\" is no member of this message")
            }
        }
        return (request, named)
    }

    private func read(_ object: Element, into filter: inout EventFilter) throws(Wrong) {
        for (key, value) in object.members where !value.isNull {
            switch key {
            case "agents": filter.agents = try list(key, value).map { Array($0.utf8) }
            case "tools": filter.tools = try list(key, value).map { Array($0.utf8) }
            case "models": filter.models = try list(key, value).map { Array($0.utf8) }
            case "types": filter.types = try list(key, value)
            case "profiles": filter.profiles = try list(key, value)
            case "status":
                for word in try list(key, value) {
                    // A word that is not canonical is a producer's own, which its events keep.
                    if let status = Status(name: word) { filter.statuses |= 1 << UInt32(status.rawValue) } else { filter.statusWords.append(Array(word.utf8)) }
                }
            case "minSeverity":
                guard let severity = value.string.flatMap(Severity.init(name:)) else {
                    throw Wrong("minSeverity is one of \(Severity.allCases.map(\.name).joined(separator: ", "))")
                }
                filter.minimumSeverity = severity
            case "minPriority":
                guard let priority = value.string.flatMap(Priority.init(name:)) else {
                    throw Wrong("minPriority is one of \(Priority.allCases.map(\.name).joined(separator: ", "))")
                }
                filter.minimumPriority = priority
            case "minLatencyMs":
                guard let least = value.double else { throw Wrong("minLatencyMs is a number") }
                filter.minimumLatency = least
            case "minCostUsd":
                guard let least = value.double else { throw Wrong("minCostUsd is a number") }
                filter.minimumCost = least
            default:
                throw Wrong(
                    "\"\(key)\" is no member of a filter: agents, types, profiles, status, minSeverity, minPriority, minLatencyMs, minCostUsd, "
                        + "tools, models")
            }
        }
    }

    private func text(_ key: String, _ value: Element) throws(Wrong) -> String {
        guard let text = value.string, !text.isEmpty else { throw Wrong("\(key) is a text that is not empty") }
        return text
    }

    private func list(_ key: String, _ value: Element) throws(Wrong) -> [String] {
        if let single = value.string { return [single] }
        guard value.isArray, value.items.count <= Self.mostMembers else { throw Wrong("\(key) is a list of at most \(Self.mostMembers) texts") }
        var texts: [String] = []
        for item in value.items {
            guard let text = item.string else { throw Wrong("\(key) is a list of texts") }
            texts.append(text)
        }
        return texts
    }
}
