/// A plain pattern as a table of states: faster than a call of PCRE2 for what schemas mostly ask of times, ids and numbers.
///
/// Takes patterns over ASCII that begin with `^` and end with `$` and are made of characters, classes, groups, `|` and counts; everything else is nil
/// and stays with PCRE2. Such a pattern names a regular set of texts, so which of them it takes does not hang on how it is searched. The first
/// characters are compared sixteen at a time, as long as each of them must lie in one range whatever stands before it.
/// *Owns* nothing: its bytes go into a program. *Limits*: `mostStates`.
struct PatternAutomaton {
    /// Where bytes lie: classes of all 256 characters; then the lowest and the highest of each of 32 first characters; then a row a state.
    enum Layout {
        static let lowest = 256, highest = 288, rows = 320
    }
    static let mostStates = 200
    static let longestPrefix = 32
    /// The row of the state that takes nothing any more.
    static let dead: UInt8 = 0

    private(set) var bytes: [UInt8]
    /// How many first characters are compared by ranges, and the state behind them.
    private(set) var prefix = 0
    private(set) var start: UInt8
    /// How many classes of characters there are: the length of a row, whose last byte tells whether a text may end in the state.
    private(set) var classes: Int

    init?(_ pattern: String) {
        var reader = PatternReader(Array(pattern.utf8))
        guard let network = reader.read() else { return nil }
        guard let builder = StateBuilder(network), let states = builder.states() else { return nil }
        classes = builder.classCount
        start = 1
        bytes = builder.classOfByte
        var lowest = [UInt8](repeating: 0, count: Self.longestPrefix), highest = [UInt8](repeating: 0xFF, count: Self.longestPrefix)
        // The way is the same for all texts while a state has one successor, reached by one range of characters.
        while prefix < Self.longestPrefix, !states[Int(start)].isEnd {
            let row = states[Int(start)].next
            let takers = (0..<256).filter { row[Int(builder.classOfByte[$0])] != Self.dead }
            guard let first = takers.first, let last = takers.last, last - first + 1 == takers.count else { break }
            let next = Set(takers.map { row[Int(builder.classOfByte[$0])] })
            guard next.count == 1, let only = next.first else { break }
            lowest[prefix] = UInt8(first)
            highest[prefix] = UInt8(last)
            start = only
            prefix += 1
        }
        bytes += lowest + highest
        for state in states { bytes += state.next + [state.isEnd ? 1 : 0] }
    }
}

/// Reads a plain pattern into a network of states.
private struct PatternReader {
    /// States that lead on by a set of characters, or at once.
    struct Network {
        var steps: [(from: Int, characters: [Bool], to: Int)] = []
        var jumps: [(from: Int, to: Int)] = []
        var count = 0
        var start = 0
        var end = 0

        mutating func add() -> Int {
            count += 1
            return count - 1
        }
    }
    private static let mostSteps = 200
    private static let mostDepth = 16

    private let text: [UInt8]
    private var at = 0
    private var depth = 0
    private var network = Network()

    init(_ text: [UInt8]) { self.text = text }

    private var next: UInt8? { at < text.count ? text[at] : nil }

    mutating func read() -> Network? {
        guard text.count >= 2, text[0] == 0x5E, text[text.count - 1] == 0x24, text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return nil }
        at = 1
        guard let (start, end) = sequence(), at == text.count - 1 else { return nil }
        network.start = start
        network.end = end
        return network.steps.count <= Self.mostSteps ? network : nil
    }

    private typealias Piece = (start: Int, end: Int)

    /// Alternatives, within a group only: at the outermost level `^a|b$` means something else.
    private mutating func alternatives() -> Piece? {
        let start = network.add(), end = network.add()
        while true {
            guard let part = sequence() else { return nil }
            network.jumps += [(start, part.start), (part.end, end)]
            if next != 0x7C { return (start, end) }
            at += 1
        }
    }

    private mutating func sequence() -> Piece? {
        let start = network.add()
        var end = start
        while let byte = next, byte != 0x7C, byte != 0x29, byte != 0x24 {
            let first = at
            guard let part = atom() else { return nil }
            guard let (fewest, most) = counts() else { return nil }
            let behind = at
            // The atom is read again for each of its repetitions.
            var parts = [part]
            for _ in 1..<max(most ?? max(fewest, 1), 1) {
                at = first
                guard network.steps.count <= Self.mostSteps, let another = atom() else { return nil }
                parts.append(another)
            }
            at = behind
            let out = network.add()
            for (number, part) in parts.enumerated() {
                if number >= fewest { network.jumps.append((end, out)) }
                network.jumps.append((end, part.start))
                end = part.end
            }
            if most == nil, let last = parts.last { network.jumps.append((last.end, last.start)) }
            if most == 0 { return nil }
            network.jumps.append((end, out))
            end = out
        }
        return (start, end)
    }

    private mutating func atom() -> Piece? {
        guard let byte = next else { return nil }
        if byte == 0x28 {
            at += 1
            if next == 0x3F {
                guard at + 1 < text.count, text[at + 1] == 0x3A else { return nil }
                at += 2
            }
            depth += 1
            guard depth <= Self.mostDepth, let part = alternatives(), next == 0x29 else { return nil }
            depth -= 1
            at += 1
            return part
        }
        guard let characters = byte == 0x5B ? bracket() : character(inBracket: false) else { return nil }
        let start = network.add(), end = network.add()
        network.steps.append((start, characters, end))
        return (start, end)
    }

    private static func set(_ range: ClosedRange<UInt8>) -> [Bool] { (0..<128).map { range.contains(UInt8($0)) } }

    /// One character or an escape that means digits or itself.
    private mutating func character(inBracket: Bool) -> [Bool]? {
        guard let byte = next else { return nil }
        at += 1
        if byte == 0x5C {
            guard let escaped = next else { return nil }
            at += 1
            if escaped == 0x64 { return Self.set(0x30...0x39) }
            let isPlain = [0x2E, 0x2D, 0x2F, 0x2B, 0x2A, 0x3F, 0x28, 0x29, 0x5B, 0x5D, 0x7B, 0x7D, 0x5C, 0x7C, 0x5E, 0x24].contains(escaped)
            return isPlain ? Self.set(escaped...escaped) : nil
        }
        if !inBracket, [0x2E, 0x2A, 0x2B, 0x3F, 0x7B, 0x7D, 0x5D, 0x5E].contains(byte) { return nil }
        return Self.set(byte...byte)
    }

    private mutating func bracket() -> [Bool]? {
        at += 1
        var found = [Bool](repeating: false, count: 128)
        if next == 0x5E || next == 0x5D { return nil }
        while let byte = next, byte != 0x5D {
            guard byte != 0x5B, let one = character(inBracket: true) else { return nil }
            var members = one
            if next == 0x2D, at + 1 < text.count, text[at + 1] != 0x5D {
                at += 1
                guard let low = one.firstIndex(of: true), one.lastIndex(of: true) == low, let other = character(inBracket: true),
                    let high = other.firstIndex(of: true), other.lastIndex(of: true) == high, low <= high
                else { return nil }
                members = Self.set(UInt8(low)...UInt8(high))
            }
            for index in 0..<128 where members[index] { found[index] = true }
        }
        guard next == 0x5D else { return nil }
        at += 1
        return found
    }

    /// How often an atom is repeated; no upper bound is nil within the answer.
    private mutating func counts() -> (fewest: Int, most: Int?)? {
        var answer: (Int, Int?) = (1, 1)
        switch next {
        case 0x3F: answer = (0, 1)
        case 0x2A: answer = (0, nil)
        case 0x2B: answer = (1, nil)
        case 0x7B:
            at += 1
            guard let fewest = number() else { return nil }
            answer = (fewest, fewest)
            if next == 0x2C {
                at += 1
                if next == 0x7D { answer.1 = nil } else if let most = number(), most >= fewest { answer.1 = most } else { return nil }
            }
            guard next == 0x7D else { return nil }
        default: return answer
        }
        at += 1
        // Lazy and possessive marks are left to PCRE2.
        if let byte = next, [0x3F, 0x2A, 0x2B, 0x7B].contains(byte) { return nil }
        return answer
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let byte = next, byte >= 0x30, byte <= 0x39, value ?? 0 < 100 {
            value = (value ?? 0) * 10 + Int(byte - 0x30)
            at += 1
        }
        return value
    }
}

/// Turns a network into states that know their successor of every character.
private struct StateBuilder {
    struct State {
        /// By class of characters.
        var next: [UInt8]
        var isEnd: Bool
    }
    /// A set of the network's states, a bit each.
    private typealias Members = SIMD4<UInt64>
    static let mostMembers = 256

    private(set) var classOfByte = [UInt8](repeating: 0, count: 256)
    private(set) var classCount = 1
    /// What each state leads to: a class of characters and what can be behind it.
    private var ways: [[(group: UInt8, reached: Members)]] = []
    private var first = Members()
    private let end: Int

    init?(_ network: PatternReader.Network) {
        guard network.count <= Self.mostMembers else { return nil }
        end = network.end
        // Characters that occur in the same sets are one class; those in none are class 0.
        var known: [[Bool]: UInt8] = [:]
        for byte in 0..<128 {
            let membership = network.steps.map { $0.characters[byte] }
            if !membership.contains(true) { continue }
            if known[membership] == nil {
                known[membership] = UInt8(classCount)
                classCount += 1
            }
            classOfByte[byte] = known[membership] ?? 0
        }
        var targets = [[Int]](repeating: [], count: network.count)
        for jump in network.jumps { targets[jump.from].append(jump.to) }
        func closed(_ state: Int) -> Members {
            var found = Self.members([state])
            var waiting = [state]
            while let state = waiting.popLast() {
                for target in targets[state] where !Self.has(found, target) {
                    found |= Self.members([target])
                    waiting.append(target)
                }
            }
            return found
        }
        ways = [[(group: UInt8, reached: Members)]](repeating: [], count: network.count)
        for step in network.steps {
            let reached = closed(step.to)
            var groups: Set<UInt8> = []
            for byte in 0..<128 where step.characters[byte] && groups.insert(classOfByte[byte]).inserted {
                ways[step.from].append((classOfByte[byte], reached))
            }
        }
        first = closed(network.start)
    }

    private static func members(_ states: [Int]) -> Members {
        var made = Members()
        for state in states { made[state / 64] |= 1 << UInt64(state % 64) }
        return made
    }

    private static func has(_ members: Members, _ state: Int) -> Bool { members[state / 64] >> UInt64(state % 64) & 1 != 0 }

    /// State 0 is dead, 1 the first; nil when there are too many.
    func states() -> [State]? {
        var sets: [Members] = [Members(), first]
        var states: [State] = []
        var index = 0
        while index < sets.count {
            var reached = [Members](repeating: Members(), count: classCount)
            for state in ways.indices where Self.has(sets[index], state) {
                for way in ways[state] { reached[Int(way.group)] |= way.reached }
            }
            var state = State(next: [UInt8](repeating: PatternAutomaton.dead, count: classCount), isEnd: Self.has(sets[index], end))
            for group in 1..<max(classCount, 1) {
                if let known = sets.firstIndex(of: reached[group]) {
                    state.next[group] = UInt8(known)
                } else {
                    if sets.count >= PatternAutomaton.mostStates { return nil }
                    state.next[group] = UInt8(sets.count)
                    sets.append(reached[group])
                }
            }
            states.append(state)
            index += 1
        }
        return states
    }
}
