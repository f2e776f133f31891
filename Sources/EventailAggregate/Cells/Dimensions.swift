internal import EventailEvents

/// What an event is counted under, in 61 bits: numbers of its type, status, agent, model and tool in the engine's name tables.
///
/// A status is its code: the known ones as they are, words that no profile maps from `firstWord` on.
struct Dimensions: Hashable {
    var bits: UInt64

    /// The largest number each table may give.
    static let mostTypes = 4095, mostAgents = 65_535, mostModels = 4095, mostTools = 16_383, mostStatusWords = 113
    /// The code of a word is this and its number in the table of words.
    static let firstWord = 14

    init(bits: UInt64) { self.bits = bits }

    @inline(__always)
    init(type: Int, statusCode code: Int, agent: Int, model: Int, tool: Int) {
        let status = UInt64(code & 0xF) << 42 | UInt64(code >> 4) << 58
        bits = status | UInt64(type) << 46 | UInt64(agent) << 26 | UInt64(model) << 14 | UInt64(tool)
    }

    /// `word` is the number of a word that no profile maps, 0 when there is none.
    @inline(__always)
    init(type: Int, status: Status, word: Int, agent: Int, model: Int, tool: Int) {
        let code = status == .unknown && word != 0 ? Self.firstWord + word : Int(status.rawValue)
        self.init(type: type, statusCode: code, agent: agent, model: model, tool: tool)
    }

    @inline(__always) var type: Int { Int(bits >> 46) & 0xFFF }
    @inline(__always) var statusCode: Int { Int(bits >> 42 & 0xF) | Int(bits >> 58 & 0x7) << 4 }
    @inline(__always) var status: Status { Status(rawValue: UInt8(statusCode)) ?? .unknown }
    @inline(__always) var agent: Int { Int(bits >> 26 & 0xFFFF) }
    @inline(__always) var model: Int { Int(bits >> 14 & 0xFFF) }
    @inline(__always) var tool: Int { Int(bits & 0x3FFF) }

    func with(model: Int) -> Dimensions { Dimensions(bits: bits & ~(0xFFF << 14) | UInt64(model) << 14) }
    func with(tool: Int) -> Dimensions { Dimensions(bits: bits & ~0x3FFF | UInt64(tool)) }
}
