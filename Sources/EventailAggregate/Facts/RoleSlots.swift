internal import EventailEvents

/// The values of one line or part by their role: of a role told twice the first counts, of tokens the last.
///
/// *Thread*: the engine's, who fills it anew for each line. *Limits*: a value a role.
struct RoleSlots: ~Copyable {
    private var values = Column<UInt64>(repeating: 0, count: 64)
    /// The roles that are there, one bit each.
    private(set) var mask: UInt64 = 0

    init() {}

    @inline(__always) private static func bit(_ role: Role) -> UInt64 { 1 << UInt64(role.rawValue) }

    /// The roles that figures depend on.
    private static let counted =
        bit(.agent) | bit(.execution) | bit(.task) | bit(.feature) | bit(.model) | bit(.provider) | bit(.tool) | bit(.status) | bit(.usageKey) | bit(.errorType)
        | bit(.memoryTier) | bit(.callID) | bit(.durationMilliseconds) | bit(.latencyMilliseconds) | bit(.attempts) | bit(.memoryHit) | usage
    private static let tokens =
        bit(.tokensInput) | bit(.tokensOutput) | bit(.tokensCacheRead) | bit(.tokensCacheWrite) | bit(.tokensCacheWriteHour) | bit(.tokensReasoning)
        | bit(.tokensTotal)
    /// Of which a line's usage consists.
    static let usage = tokens | bit(.costUSD)

    @inline(__always)
    mutating func read(_ told: Span<RoleValue>, _ first: Int, _ count: Int) {
        mask = 0
        let counted = Self.counted, tokens = Self.tokens
        for number in first..<first + count {
            let value = told[number]
            let bit = Self.bit(value.role)
            if bit & counted == 0 || mask & bit & ~tokens != 0 { continue }
            let bits = value.number.bitPattern
            // An empty text is none.
            if !value.role.isNumber && bits & 0xFFFF_FFFF == 0 { continue }
            values[Int(value.role.rawValue)] = bits
            mask |= bit
        }
    }

    @inline(__always) func has(_ role: Role) -> Bool { mask & Self.bit(role) != 0 }
    /// Where a role's text lies; of no length when it is absent.
    @inline(__always) func text(_ role: Role) -> RoleText { RoleText(bits: has(role) ? values[Int(role.rawValue)] : 0) }
    /// A role's number; NaN when it is absent.
    @inline(__always) func number(_ role: Role) -> Double { has(role) ? Double(bitPattern: values[Int(role.rawValue)]) : .nan }
}

/// Where a role's text lies in its batch.
struct RoleText: BitwiseCopyable {
    let bits: UInt64
    @inline(__always) var offset: Int { Int(truncatingIfNeeded: bits >> 32) }
    @inline(__always) var length: Int { Int(truncatingIfNeeded: bits & 0xFFFF_FFFF) }
}
