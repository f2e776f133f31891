internal import EventailConfiguration
internal import EventailJSON

/// What a tap asks the server for: the subscription of CONTRACT section 8.
struct TapRequest {
    private var execution: String?
    private var conversation: String?
    /// JSON of each member of the filter.
    private var filter: [(key: String, json: [UInt8])] = []
    private let last: Int

    private static let lists = ["agents", "types", "profiles", "status", "tools", "models"]
    private static let words = ["minSeverity", "minPriority"]
    private static let numbers = ["minLatencyMs", "minCostUsd"]
    static var keys: [String] { lists + words + numbers + ["execution", "conversation"] }

    /// Reads `--filter` values: `agents=a,b`, `minSeverity=warning`, `minCostUsd=0.1`, `execution=ID`, `conversation=ID`.
    init(filters: [String], last: Int) throws(CommandFailure) {
        self.last = last
        for text in filters {
            guard let equals = text.firstIndex(of: "=") else {
                throw .usage("--filter \(text) is not KEY=VALUE", "write e.g. --filter agents=scribe,critic")
            }
            let key = String(text[..<equals])
            let value = String(text[text.index(after: equals)...])
            var json = JSONWriter()
            switch key {
            case "execution": execution = value
            case "conversation": conversation = value
            case _ where Self.lists.contains(key):
                json.array { json in for item in value.split(separator: ",") { json.value(String(item)) } }
            case _ where Self.words.contains(key): json.value(value)
            case _ where Self.numbers.contains(key):
                guard let number = Double(value) else { throw .usage("--filter \(text): \"\(value)\" is not a number", "write e.g. \(key)=500") }
                json.value(number)
            default: throw .usage("--filter \(key) is not known", Suggestion.sentence(for: key, among: Self.keys))
            }
            if !json.bytes.isEmpty { filter.append((key, json.bytes)) }
        }
    }

    /// The message; `cursor` is that of the last event seen, so that nothing is missed between two connections.
    func message(after cursor: String?) -> String {
        var json = JSONWriter()
        json.object { json in
            json.field("type", "subscribe")
            json.field("id", "tap")
            if let execution { json.field("executionId", execution) }
            if let conversation { json.field("conversationId", conversation) }
            if !filter.isEmpty {
                json.field("filter", object: { json in
                    for (key, value) in filter {
                        json.key(key)
                        json.raw(value)
                    }
                })
            } else if execution == nil, conversation == nil {
                json.field("all", true)
            }
            if let cursor { json.field("since", cursor) } else if last > 0 { json.field("last", last) }
        }
        return json.string
    }
}
