/// A URI reference in its parts, and how one is resolved against a base (RFC 3986 section 5).
struct URIReference {
    var scheme: Substring?
    var authority: Substring?
    var path: Substring
    var query: Substring?
    var fragment: Substring?

    init(_ text: String) {
        var rest = text[...]
        if let hash = rest.firstIndex(of: "#") {
            fragment = rest[rest.index(after: hash)...]
            rest = rest[..<hash]
        }
        if let mark = rest.firstIndex(of: "?") {
            query = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        if let colon = rest.firstIndex(of: ":"), Self.isScheme(rest[..<colon]) {
            scheme = rest[..<colon]
            rest = rest[rest.index(after: colon)...]
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            authority = rest[..<end]
            rest = rest[end...]
        }
        path = rest
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, first | 0x20 >= 0x61, first | 0x20 <= 0x7A else { return false }
        return text.utf8.allSatisfy { byte in
            (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x2B || byte == 0x2D || byte == 0x2E
        }
    }

    var isAbsolute: Bool { scheme != nil }

    /// The URI that `reference` means inside the document of `base`: without fragment, and the fragment.
    static func resolved(_ reference: String, base: String) -> (uri: String, fragment: String) {
        var target = URIReference(reference)
        let fragment = String(target.fragment ?? "")
        let from = URIReference(base)
        if target.scheme == nil {
            target.scheme = from.scheme
            if target.authority == nil {
                target.authority = from.authority
                if target.path.isEmpty {
                    target.path = from.path
                    if target.query == nil { target.query = from.query }
                } else if !target.path.hasPrefix("/") {
                    let folder = from.path.lastIndex(of: "/").map { from.path[...$0] } ?? (from.authority != nil ? "/" : "")
                    target.path = Self.withoutDots(folder + target.path)
                } else {
                    target.path = Self.withoutDots(target.path)
                }
            }
        }
        target.fragment = nil
        return (target.text, fragment)
    }

    private static func withoutDots(_ path: Substring) -> Substring {
        if !path.contains("./") && !path.hasSuffix("/.") && !path.hasSuffix("/..") && path != "." && path != ".." { return path }
        var kept: [Substring] = []
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            if part == ".." {
                if kept.count > 1 || kept.first.map({ !$0.isEmpty }) == true { kept.removeLast() }
                if isLast { kept.append("") }
            } else if part == "." {
                if isLast { kept.append("") }
            } else {
                kept.append(part)
            }
        }
        return Substring(kept.joined(separator: "/"))
    }

    var text: String {
        (scheme.map { "\($0):" } ?? "") + (authority.map { "//\($0)" } ?? "") + path + (query.map { "?\($0)" } ?? "")
            + (fragment.map { "#\($0)" } ?? "")
    }

    /// The text with `%41` and the like decoded; nil when that is no UTF-8 or a percent sign stands alone.
    static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte != 0x25 { bytes.append(byte); continue }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
