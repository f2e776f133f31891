internal import EventailJSON
internal import EventailSystem

/// Finds the values that JSON Pointers lead to. Of equal keys all count.
///
/// *Limits*: one pass over the line for each pointer whose last key occurs in it.
struct FieldFinder {
    private struct Path {
        let steps: [[UInt8]]
        /// The last step that is a key, in quotes: without it in the line there is nothing to find; nil when all are numbers.
        let needle: [UInt8]?
    }

    private let paths: [Path]
    private static let quote: UInt8 = 0x22

    init(_ pointers: [JSONPointer]) {
        paths = pointers.map { pointer in
            let steps = pointer.steps.map { Array($0.utf8) }
            let key = steps.last { step in !step.allSatisfy(\.isDigit) && step.allSatisfy { $0 > 0x1F && $0 != Self.quote && $0 != 0x5C && $0 != 0x2F } }
            return Path(steps: steps, needle: key.map { [Self.quote] + $0 + [Self.quote] })
        }
    }

    var isEmpty: Bool { paths.isEmpty }

    /// Adds what it finds. `escaped`: characters of keys may be hidden in escapes.
    func find(in text: ScannedText, escaped: Bool, into found: inout [Found]) {
        for path in paths {
            if !escaped, let needle = path.needle, !contains(text, needle) { continue }
            var walk = Walk(text: text, path: path.steps, found: [])
            _ = walk.value(at: 0, 0, member: -1)
            found += walk.found
        }
    }

    private func contains(_ text: ScannedText, _ needle: [UInt8]) -> Bool {
        // The byte behind the opening quote: quotes are everywhere.
        let sought = needle[1]
        var from = 1
        while from + needle.count - 1 <= text.count {
            let index = unsafe ByteSearch.first(sought, in: text.base + from, count: text.count - from)
            if index < 0 { return false }
            if text.has(needle, at: from + index - 1) { return true }
            from += index + 1
        }
        return false
    }

    /// One pointer's way through a line. What is no JSON ends it.
    private struct Walk {
        let text: ScannedText
        let path: [[UInt8]]
        var found: [Found]

        /// Looks at the value at a place and says where it ends.
        mutating func value(at place: Int, _ step: Int, member: Int) -> Int {
            let start = SecretMember.skipSpace(text, place)
            if step == path.count {
                let end = endOfValue(start)
                if end > start { hide(start, end, member) }
                return end
            }
            switch text[start] {
            case 0x7B: return object(at: start + 1, step)
            case 0x5B: return array(at: start + 1, step)
            default: return endOfValue(start)
            }
        }

        private mutating func hide(_ start: Int, _ end: Int, _ member: Int) {
            let isText = text[start] == FieldFinder.quote && end - start >= 2
            var piece = Found(.secret, isText ? start + 1 : start, isText ? end - 1 : end)
            if !isText { piece.quoting = 0 }
            piece.member = (member < 0 ? start : member)..<end
            found.append(piece)
        }

        private mutating func object(at place: Int, _ step: Int) -> Int {
            var index = place
            while true {
                index = SecretMember.skipSpace(text, index)
                if text[index] == 0x7D { return index + 1 }
                guard text[index] == FieldFinder.quote else { return text.count }
                let key = index
                let end = SecretMember.endOfString(text, key + 1, 0)
                index = SecretMember.skipSpace(text, end + 1)
                guard text[index] == 0x3A else { return text.count }
                index = isKey(key + 1..<end, path[step]) ? value(at: index + 1, step + 1, member: key) : endOfValue(SecretMember.skipSpace(text, index + 1))
                index = SecretMember.skipSpace(text, index)
                if text[index] == 0x2C { index += 1 }
                if index >= text.count { return text.count }
            }
        }

        private mutating func array(at place: Int, _ step: Int) -> Int {
            var index = place
            var number = 0
            let wanted = path[step].allSatisfy(\.isDigit) ? Int(String(decoding: path[step], as: UTF8.self)) : nil
            while true {
                index = SecretMember.skipSpace(text, index)
                if text[index] == 0x5D { return index + 1 }
                let start = index
                index = number == wanted ? value(at: index, step + 1, member: -1) : endOfValue(index)
                if index <= start { return text.count }
                number += 1
                index = SecretMember.skipSpace(text, index)
                if text[index] == 0x2C { index += 1 }
                if index >= text.count { return text.count }
            }
        }

        private func isKey(_ range: Range<Int>, _ step: [UInt8]) -> Bool {
            if range.count == step.count && text.has(step, at: range.lowerBound) { return true }
            if range.count <= step.count { return false }
            return EscapedText(text, range).bytes.starts(with: step) && EscapedText(text, range).count == step.count
        }

        private func endOfValue(_ start: Int) -> Int {
            switch text[start] {
            case FieldFinder.quote: return min(text.count, SecretMember.endOfString(text, start + 1, 0) + 1)
            case 0x7B, 0x5B: return SecretMember.endOfContainer(text, start, 0)
            default:
                var index = start
                while index < text.count, text[index] != 0x2C, text[index] != 0x7D, text[index] != 0x5D, !text[index].isSpace { index += 1 }
                return index
            }
        }
    }
}
