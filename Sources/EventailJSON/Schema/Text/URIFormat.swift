/// URIs (RFC 3986), IRIs (RFC 3987) and templates (RFC 6570): their grammar.
enum URIFormat {
    static func accepts(_ bytes: [UInt8], needsScheme: Bool, international: Bool) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = URIReference(text)
        if needsScheme && parts.scheme == nil { return false }
        if parts.scheme == nil && parts.authority == nil, let colon = parts.path.firstIndex(of: ":") {
            // Without a scheme the first segment has no colon.
            let slash = parts.path.firstIndex(of: "/") ?? parts.path.endIndex
            if colon < slash { return false }
        }
        if let authority = parts.authority, !isAuthority(Array(authority.utf8)[...], international) { return false }
        return isMade(Array(parts.path.utf8)[...], of: ":@/", international)
            && isMade(Array((parts.query ?? "").utf8)[...], of: ":@/?", international)
            && isMade(Array((parts.fragment ?? "").utf8)[...], of: ":@/?", international)
    }

    private static func isAuthority(_ bytes: ArraySlice<UInt8>, _ international: Bool) -> Bool {
        var rest = bytes
        if let at = rest.lastIndex(of: 0x40) {
            if !isMade(rest[..<at], of: ":", international) { return false }
            rest = rest[(at + 1)...]
        }
        if rest.first == 0x5B {
            guard let close = rest.firstIndex(of: 0x5D) else { return false }
            let literal = rest[(rest.startIndex + 1)..<close]
            if literal.first.map({ $0 | 0x20 == 0x76 }) == true {
                let parts = literal.dropFirst().split(separator: 0x2E, maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(NetworkFormat.isHex), !parts[1].isEmpty, isMade(parts[1], of: ":", false)
                else { return false }
            } else if !NetworkFormat.isIPv6(literal) {
                return false
            }
            rest = rest[(close + 1)...]
            return rest.isEmpty || rest.first == 0x3A && rest.dropFirst().allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        }
        let parts = rest.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, !parts[1].allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { return false }
        return parts.isEmpty || isMade(parts[0], of: "", international)
    }

    /// Whether all bytes are unreserved, sub-delimiters, percent-encoded or one of `others`.
    private static func isMade(_ bytes: ArraySlice<UInt8>, of others: String, _ international: Bool) -> Bool {
        var rest = bytes
        while let byte = rest.popFirst() {
            if (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || "-._~!$&'()*+,;=".utf8.contains(byte) { continue }
            if others.utf8.contains(byte) || international && byte >= 0x80 { continue }
            guard byte == 0x25, rest.count >= 2, rest.prefix(2).allSatisfy(NetworkFormat.isHex) else { return false }
            rest = rest.dropFirst(2)
        }
        return true
    }

    static func isTemplate(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case 0x7B:
                guard let close = rest.firstIndex(of: 0x7D), isExpression(rest[..<close]) else { return false }
                rest = rest[(close + 1)...]
            case 0x25:
                guard rest.count >= 2, rest.prefix(2).allSatisfy(NetworkFormat.isHex) else { return false }
            case 0...0x20, 0x22, 0x27, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7C, 0x7D, 0x7F: return false
            default: continue
            }
        }
        return true
    }

    private static func isExpression(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        if let first = rest.first, "+#./;?&=,!@|".utf8.contains(first) { rest = rest.dropFirst() }
        return rest.split(separator: 0x2C, omittingEmptySubsequences: false).allSatisfy { variable in
            var name = variable
            if name.last == 0x2A {
                name = name.dropLast()
            } else if let colon = name.firstIndex(of: 0x3A) {
                let length = name[(colon + 1)...]
                guard (1...4).contains(length.count), length.first != 0x30, length.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
                name = name[..<colon]
            }
            return !name.isEmpty && name.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == 0x5F || $0 == 0x25 }
            }
        }
    }
}
