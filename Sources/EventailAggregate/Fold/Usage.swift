/// Tokens and cost of a line, in twelve numbers as a record holds them; costs in millionths of a millionth of a US dollar.
struct Usage {
    static let input = 0, output = 1, cacheRead = 2, cacheWrite = 3, reasoning = 4, total = 5, costReported = 6, costEstimated = 7, unpriced = 8
    static let cacheWriteHour = 9
    /// What is added up: the lanes above but the last.
    static let lanes = 9
    /// The cell's field of each lane.
    @inline(__always)
    static func field(_ lane: Int) -> Int {
        switch lane {
        case input: Field.tokensInput
        case output: Field.tokensOutput
        case cacheRead: Field.tokensCacheRead
        case cacheWrite: Field.tokensCacheWrite
        case reasoning: Field.tokensReasoning
        case total: Field.tokensTotal
        case costReported: Field.costReported
        case costEstimated: Field.costEstimated
        default: Field.unpriced
        }
    }
    var values = SIMD16<Int64>(repeating: 0)
    /// Whether the line tells its own cost, be it 0.
    var isReported = false

    init() {}

    init(_ facts: RoleFacts) {
        for lane in 0..<5 { values[lane] = RoleFacts.count(facts.tokens[lane]) }
        values[Self.cacheWriteHour] = min(RoleFacts.count(facts.tokens[6]), values[Self.cacheWrite])
        let split = values[0] + values[1] + values[2] + values[3]
        let isSplit = !facts.tokens[0].isNaN || !facts.tokens[1].isNaN || !facts.tokens[2].isNaN || !facts.tokens[3].isNaN
        values[Self.total] = isSplit ? split : RoleFacts.count(facts.tokens[5])
        isReported = facts.cost >= 0 && facts.cost < 9e6
        if isReported { values[Self.costReported] = Int64((facts.cost * 1e12).rounded()) }
    }

    /// Fills in what the model's price makes of the tokens; without a price, or with only a total, the tokens are unpriced, never free.
    mutating func estimate(_ price: UnitPrice?) {
        values[Self.costEstimated] = 0
        values[Self.unpriced] = 0
        if isReported { return }
        let split = values[0] + values[1] + values[2] + values[3]
        guard let price, split == values[Self.total] else {
            values[Self.unpriced] = values[Self.total]
            return
        }
        values[Self.costEstimated] = values[0] &* price.input &+ values[1] &* price.output &+ values[2] &* price.cacheRead
            &+ (values[3] - values[9]) &* price.cacheWrite &+ values[9] &* price.cacheWriteHour
    }

    static func - (left: Usage, right: Usage) -> Usage {
        var answer = left
        answer.values = left.values &- right.values
        return answer
    }

    /// OpenTelemetry's input: what the cache gave and took is part of it.
    var promptTokens: Int64 { values[Self.input] + values[Self.cacheRead] + values[Self.cacheWrite] }

    var addsNothing: Bool {
        for lane in 0..<Self.lanes where values[lane] != 0 { return false }
        return true
    }

    /// A running total that fell in any part.
    func dropped(below last: Usage) -> Bool {
        for lane in 0..<7 where values[lane] < last.values[lane] { return true }
        return false
    }
}
