/// Which server a tap follows: `ws://127.0.0.1:8765/`, `http://...` and a bare `HOST:PORT` mean the same.
struct TapAddress {
    /// `host:port`.
    let authority: String
    let path: String

    init?(_ text: String) {
        var rest = text[...]
        for scheme in ["ws://", "http://"] where text.hasPrefix(scheme) { rest = text.dropFirst(scheme.count) }
        if rest.contains("://") { return nil }
        var authority = String(rest.prefix { $0 != "/" && $0 != "?" })
        let path = String(rest.dropFirst(authority.count))
        if authority.isEmpty { return nil }
        let host = authority.hasPrefix("[") ? authority.drop { $0 != "]" } : authority[...]
        if !host.contains(":") { authority += rest.startIndex == text.startIndex ? ":8765" : ":80" }
        self.authority = authority
        self.path = path.hasPrefix("/") ? path : "/" + path
    }
}
