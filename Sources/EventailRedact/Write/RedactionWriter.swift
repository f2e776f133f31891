/// Writes a text without what was found in it.
struct RedactionWriter {
    private let mode: RedactionMode
    private let hash: KeyedHash
    private static let quote: UInt8 = 0x22
    private static let backslash: UInt8 = 0x5C

    init(_ rules: RedactionRules) {
        mode = rules.mode
        hash = KeyedHash(rules.key)
    }

    /// Sorts the pieces and joins those that overlap, so that each byte belongs to one at most.
    func order(_ found: inout [Found]) {
        if found.count < 2 { return }
        found.sort { left, right in
            let (a, b) = (range(left), range(right))
            return a.lowerBound != b.lowerBound ? a.lowerBound < b.lowerBound : a.upperBound > b.upperBound
        }
        var kept = 0
        for index in 1..<found.count {
            let next = range(found[index])
            if next.lowerBound >= range(found[kept]).upperBound {
                kept += 1
                found[kept] = found[index]
            } else if next.upperBound > range(found[kept]).upperBound {
                if let member = found[kept].member, mode == .drop { found[kept].member = member.lowerBound..<next.upperBound }
                found[kept].end = next.upperBound
            }
        }
        found.removeLast(found.count - kept - 1)
    }

    /// What goes: the piece, or its whole member.
    private func range(_ found: Found) -> Range<Int> {
        if mode == .drop, let member = found.member { return member }
        return found.start..<found.end
    }

    /// Appends the text; what was found is in order.
    func write(_ text: ScannedText, _ found: [Found], into output: inout [UInt8]) {
        let begin = output.count
        var from = 0
        for piece in found {
            let range = range(piece)
            if range.lowerBound > from { unsafe output.append(contentsOf: text.bytes(from..<range.lowerBound)) }
            from = range.upperBound
            if mode == .drop && piece.member != nil {
                from = dropComma(text, behind: from, &output, begin)
                continue
            }
            putQuote(piece.quoting, &output)
            if mode != .drop { unsafe mask(piece.kind, of: text.bytes(piece.start..<piece.end), into: &output) }
            putQuote(piece.quoting, &output)
        }
        if from < text.count { unsafe output.append(contentsOf: text.bytes(from..<text.count)) }
    }

    /// Appends what stands for a hidden text.
    func mask(_ kind: HiddenKind, of bytes: some Collection<UInt8>, into output: inout [UInt8]) {
        if mode == .drop { return }
        output.append(0x5B)
        output.append(contentsOf: kind.name.utf8)
        if mode == .hash {
            output.append(0x3A)
            let hash = hash.hash(bytes)
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: hash >> shift & 15)
                output.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            }
        }
        output.append(0x5D)
    }

    private func putQuote(_ depth: Int, _ output: inout [UInt8]) {
        if depth < 0 { return }
        for _ in 0..<depth { output.append(Self.backslash) }
        output.append(Self.quote)
    }

    /// With a member one comma goes: the one behind it, else the one before it. Answers where the text goes on.
    private func dropComma(_ text: ScannedText, behind end: Int, _ output: inout [UInt8], _ begin: Int) -> Int {
        let next = SecretMember.skipSpace(text, end)
        if text[next] == 0x2C { return next + 1 }
        var last = output.count
        while last > begin {
            if output[last - 1].isSpace {
                last -= 1
            } else if last - begin >= 2, output[last - 2] == Self.backslash, output[last - 1] == 0x6E || output[last - 1] == 0x74 || output[last - 1] == 0x72 {
                last -= 2
                while last > begin && output[last - 1] == Self.backslash { last -= 1 }
            } else {
                break
            }
        }
        if last > begin && output[last - 1] == 0x2C { output.removeLast(output.count - last + 1) }
        return end
    }
}
