internal import EventailEvents

/// What an event is counted under, in 58 bits: numbers of its type, status, agent, model and tool in the engine's name tables.
struct Dimensions: Hashable {
    var bits: UInt64

    /// The largest number each table may give.
    static let mostTypes = 4095, mostAgents = 65_535, mostModels = 4095, mostTools = 16_383

    init(bits: UInt64) { self.bits = bits }

    @inline(__always)
    init(type: Int, status: Status, agent: Int, model: Int, tool: Int) {
        bits = UInt64(type) << 46 | UInt64(status.rawValue) << 42 | UInt64(agent) << 26 | UInt64(model) << 14 | UInt64(tool)
    }

    @inline(__always) var type: Int { Int(bits >> 46) & 0xFFF }
    @inline(__always) var status: Status { Status(rawValue: UInt8(bits >> 42 & 0xF)) ?? .unknown }
    @inline(__always) var agent: Int { Int(bits >> 26 & 0xFFFF) }
    @inline(__always) var model: Int { Int(bits >> 14 & 0xFFF) }
    @inline(__always) var tool: Int { Int(bits & 0x3FFF) }

    func with(model: Int) -> Dimensions { Dimensions(type: type, status: status, agent: agent, model: model, tool: tool) }
    func with(tool: Int) -> Dimensions { Dimensions(type: type, status: status, agent: agent, model: model, tool: tool) }
}
