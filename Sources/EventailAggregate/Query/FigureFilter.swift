internal import EventailEvents

/// A `MetricsFilter` in the engine's numbers: decides about a cell without looking at a text.
struct FigureFilter {
    /// nil lets all through; by number of the table.
    var types: [Bool]?
    var models: [Bool]?
    var agent: Int?
    var tool: Int?
    var execution: UInt64?
    /// What is asked for was never seen.
    var matchesNothing = false
    /// Whether tools are told apart, so that parts of lines count with the tool that they have.
    var concernsTools = false

    init(_ filter: MetricsFilter, _ engine: borrowing Engine) {
        if let name = filter.agent {
            agent = engine.agents.existing(name)
            if agent == nil { matchesNothing = true }
        }
        if let name = filter.tool {
            tool = engine.tools.existing(name)
            if tool == nil { matchesNothing = true }
            concernsTools = true
        }
        if let execution = filter.execution { self.execution = TextHash.hash(execution) }
        if filter.type != nil || filter.profile != nil {
            types = (0..<engine.types.count).map { number in
                let type = engine.typeName(number), profile = engine.profileName(number)
                return (filter.profile == nil || filter.profile == profile)
                    && (filter.type == nil || filter.type == type || filter.type == profile + "/" + type)
            }
            if types?.contains(true) == false { matchesNothing = true }
        }
        if let model = filter.model {
            models = (0..<engine.models.count).map { engine.modelName($0) == model }
            if models?.contains(true) == false { matchesNothing = true }
        }
    }

    @inline(__always)
    func matches(_ dimensions: Dimensions) -> Bool {
        if let agent, dimensions.agent != agent { return false }
        if let tool, dimensions.tool != tool { return false }
        if let types, !types[dimensions.type] { return false }
        if let models, !models[dimensions.model] { return false }
        return true
    }
}
