/// The pattern of one name of a path.
///
/// Matching takes time in proportion to pattern times name: only the last `*` is ever tried again.
struct NamePattern: Sendable, Equatable {
    private let items: [Item]
    /// The only name that matches, when there is but one.
    let literal: String?

    static let anything = NamePattern()

    enum Item: Sendable, Equatable {
        case byte(UInt8)
        /// `?`: one character, however many bytes it has.
        case one
        /// `*`
        case many
        case among([ClosedRange<UInt32>], negated: Bool)
    }

    private init() {
        items = [.many]
        literal = nil
    }

    init(_ text: [UInt8], of pattern: String) throws(TailError) {
        var items: [Item] = []
        var plain: [UInt8]? = []
        var index = 0
        while index < text.count {
            switch text[index] {
            case 0x2A:
                if items.last != .many { items.append(.many) }
                plain = nil
            case 0x3F:
                items.append(.one)
                plain = nil
            case 0x5B:
                let (item, end) = try Self.set(text, index, of: pattern)
                items.append(item)
                plain = nil
                index = end
            case 0x5C:
                guard index + 1 < text.count else { throw .pattern(pattern, reason: "it ends with `\\`") }
                index += 1
                items.append(.byte(text[index]))
                plain?.append(text[index])
            default:
                items.append(.byte(text[index]))
                plain?.append(text[index])
            }
            index += 1
        }
        self.items = items
        literal = plain.map { String(decoding: $0, as: UTF8.self) }
    }

    func matches(_ name: Substring.UTF8View) -> Bool {
        var item = 0
        var place = name.startIndex
        // Where to go on when what follows the last star does not fit: the star takes one byte more.
        var retry: (item: Int, place: Substring.UTF8View.Index)?
        while true {
            if item < items.count, items[item] == .many {
                item += 1
                retry = (item, place)
                continue
            }
            if item == items.count, place == name.endIndex { return true }
            if item < items.count, place < name.endIndex, let next = Self.step(items[item], name, place) {
                place = next
                item += 1
                continue
            }
            guard let (again, from) = retry, from < name.endIndex else { return false }
            place = name.index(after: from)
            item = again
            retry = (again, place)
        }
    }

    private static func step(_ item: Item, _ name: Substring.UTF8View, _ place: Substring.UTF8View.Index) -> Substring.UTF8View.Index? {
        switch item {
        case .byte(let byte): return name[place] == byte ? name.index(after: place) : nil
        case .many: return nil
        case .one: return name.index(place, offsetBy: length(name[place]), limitedBy: name.endIndex)
        case .among(let ranges, let negated):
            guard let end = name.index(place, offsetBy: length(name[place]), limitedBy: name.endIndex) else { return nil }
            guard let scalar = Substring(name[place..<end]).unicodeScalars.first else { return nil }
            return ranges.contains { $0.contains(scalar.value) } != negated ? end : nil
        }
    }

    private static func length(_ lead: UInt8) -> Int { lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4 }

    private static func set(_ text: [UInt8], _ open: Int, of pattern: String) throws(TailError) -> (Item, Int) {
        var index = open + 1
        var negated = false
        if index < text.count, text[index] == 0x21 || text[index] == 0x5E {
            negated = true
            index += 1
        }
        // A `]` that comes first is meant as itself.
        guard let close = text.indices.first(where: { $0 > index && text[$0] == 0x5D }) else { throw .pattern(pattern, reason: "a `[` without `]`") }
        let scalars = Array(String(decoding: text[index..<close], as: UTF8.self).unicodeScalars)
        var ranges: [ClosedRange<UInt32>] = []
        var place = 0
        while place < scalars.count {
            let first = scalars[place].value
            if place + 2 < scalars.count, scalars[place + 1] == "-" {
                let last = scalars[place + 2].value
                guard first <= last else { throw .pattern(pattern, reason: "a range that runs backwards") }
                ranges.append(first...last)
                place += 3
            } else {
                ranges.append(first...first)
                place += 1
            }
        }
        return (.among(ranges, negated: negated), close)
    }
}
