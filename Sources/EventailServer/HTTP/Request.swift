/// One HTTP request, whole.
///
/// *Limits*: `ServerConfiguration.headerBytes` and `bodyBytes`, kept by the parser.
public struct Request: Sendable {
    public var method = ""
    /// As sent, percent-encoded.
    public var target = ""
    /// Percent-decoded, without the query.
    public var path = ""
    public var parameters = QueryParameters()
    /// Names in lower case, in the order of the request.
    public var headers: [(name: String, value: String)] = []
    public var body: [UInt8] = []
    public var keepAlive = true
    public var wantsUpgrade = false
    /// HTTP/1.1 or later: `Host` is required.
    public var isVersion11 = true
    /// Who asks; set before an endpoint sees the request, nil where nobody has to say.
    public var identity: Identity?
    /// What the route's pattern took from the path, by name.
    public var captures: [String: String] = [:]

    public init() {}

    /// The value of the first header of that name (lower case), nil when there is none.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// Whether a comma-separated header holds a word, whatever its case.
    func header(_ name: String, holds word: String) -> Bool {
        headers.contains { header in
            header.name == name
                && header.value.split(separator: ",").contains { $0.trimmed.lowercased() == word }
        }
    }
}

extension StringProtocol {
    /// Without spaces and tabs at its ends.
    var trimmed: String {
        var text = Substring(self)
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
