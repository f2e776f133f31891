/// Addresses: IPv4 (RFC 2673 section 3.2), IPv6 (RFC 4291 section 2.2), mail (RFC 5321 section 4.1.2, RFC 6531), UUID (RFC 4122).
enum NetworkFormat {
    static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { part in
            guard (1...3).contains(part.count), part.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), part.count == 1 || part.first != 0x30 else { return false }
            return part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
        }
    }

    static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        var groups = 0
        var elided = false
        var rest = bytes
        if rest.starts(with: [0x3A, 0x3A]) {
            elided = true
            rest = rest.dropFirst(2)
            if rest.isEmpty { return true }
        }
        while true {
            let group = rest.prefix { $0 != 0x3A }
            if group.contains(0x2E) {
                guard group.count == rest.count, isIPv4(group) else { return false }
                groups += 2
                break
            }
            guard (1...4).contains(group.count), group.allSatisfy(isHex) else { return false }
            groups += 1
            rest = rest.dropFirst(group.count)
            if rest.isEmpty { break }
            rest = rest.dropFirst()
            if rest.first == 0x3A {
                if elided { return false }
                elided = true
                rest = rest.dropFirst()
                if rest.isEmpty { break }
            } else if rest.isEmpty {
                return false
            }
        }
        return elided ? groups <= 7 : groups == 8
    }

    static func isHex(_ byte: UInt8) -> Bool { (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66) }

    static func isUUID(_ bytes: [UInt8]) -> Bool {
        bytes.count == 36 && bytes.enumerated().allSatisfy { [8, 13, 18, 23].contains($0) ? $1 == 0x2D : isHex($1) }
    }

    static func isEmail(_ bytes: [UInt8], international: Bool) -> Bool {
        guard let at = bytes.lastIndex(of: 0x40) else { return false }
        let local = bytes[..<at], domain = bytes[(at + 1)...]
        if local.isEmpty || local.count > 64 || domain.isEmpty { return false }
        if local.first == 0x22 {
            guard local.count >= 2, local.last == 0x22 else { return false }
            var inside = local.dropFirst().dropLast()
            while let byte = inside.popFirst() {
                if byte == 0x22 || byte < 0x20 || byte == 0x7F || !international && byte >= 0x80 { return false }
                if byte == 0x5C, inside.popFirst() == nil { return false }
            }
        } else {
            let atoms = local.split(separator: 0x2E, omittingEmptySubsequences: false)
            let isAtom = { (atom: ArraySlice<UInt8>) in !atom.isEmpty && atom.allSatisfy { isAtomByte($0) || international && $0 >= 0x80 } }
            if !atoms.allSatisfy(isAtom) { return false }
        }
        if domain.first == 0x5B {
            guard domain.last == 0x5D else { return false }
            let literal = domain.dropFirst().dropLast()
            return literal.starts(with: Array("IPv6:".utf8)) ? isIPv6(literal.dropFirst(5)) : isIPv4(literal)
        }
        return international ? HostnameFormat.isInternational(Array(domain)) : HostnameFormat.isHostname(domain)
    }

    private static func isAtomByte(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }
}
