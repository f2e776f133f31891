internal import EventailEvents
internal import EventailSystem

/// Taking events in: the hot path.
extension Engine {
    func fold(_ batch: EventBatch) {
        if failure != nil || batch.events.isEmpty { return }
        file.hash = Int64(bitPattern: TextHash.hash(batch.originFile.stableKey))
        file.number = batch.originFile.number
        contributions.note(file: batch.originFile)
        lastExecution = 0
        lastExecutionPlace = -1
        lastAgentPlace = -1
        do {
            for event in batch.events { try fold(event, batch) }
        } catch {
            failure = error
        }
    }

    private func fold(_ event: Event, _ batch: EventBatch) throws {
        let time = event.time
        let second = time.floored(to: 1_000_000_000) / 1_000_000_000
        if !meta.hasEvents {
            meta.hasEvents = true
            meta.oldest = time
            meta.newest = time
        }
        meta.oldest = min(meta.oldest, time)
        meta.newest = max(meta.newest, time)
        contributions.begin(event)
        if let origin = batch.origin { contributions.wasWritten(at: origin.entry(ofLine: event.line).position) }

        let type = typeNumber(event.type)
        let facts = readRoles(batch, Int(event.firstValue), Int(event.valueCount))
        let dimensions = Dimensions(type: type, status: event.status, agent: facts.agent, model: facts.model, tool: facts.tool)
        let cell = cells.cell(second, dimensions.bits, facts.execution)
        contributions.cell(dimensions, facts.execution)
        add(cell, Field.events, 1)
        if event.status.isSuccess { add(cell, Field.success, 1) } else if event.status.isFailure { add(cell, Field.failure, 1) }
        if facts.execution != 0 { try touch(facts, event, batch) }
        if facts.agent != 0 { try touch(agent: facts.agent, event) }

        let line = Occurrence(
            time: time, second: second, meaning: event.meaning, status: event.status, waitsForHuman: event.waitsForHuman, isPart: false, type: type)
        let cost = try count(usage: facts, event, line, cell, dimensions)
        try count(line, facts, cell, dimensions, cost: cost)
        cells.close(into: &levels)
        tasks.close()
        if event.partCount > 0 {
            for number in Int(event.firstPart)..<Int(event.firstPart) + Int(event.partCount) {
                try fold(batch.parts[number], of: line, facts, batch)
            }
        }
        contributions.end()
    }

    private func fold(_ part: EventPart, of line: Occurrence, _ lineFacts: RoleFacts, _ batch: EventBatch) throws {
        let facts = readRoles(batch, Int(part.firstValue), Int(part.valueCount)).part(of: lineFacts)
        var tool = facts.tool
        if tool == 0 && facts.call != 0 && part.meaning == .toolEnd { tool = try toolOfCall(facts.call) }
        let dimensions = Dimensions(type: line.type, status: part.status, agent: facts.agent, model: facts.model, tool: tool)
        let cell = cells.cell(line.second, dimensions.bits, facts.execution)
        add(cell, Field.partLines, 1)
        if part.status.isSuccess { add(cell, Field.partSuccess, 1) } else if part.status.isFailure { add(cell, Field.partFailure, 1) }
        let occurrence = Occurrence(
            time: line.time, second: line.second, meaning: part.meaning, status: part.status, waitsForHuman: part.waitsForHuman, isPart: true,
            type: line.type)
        try count(occurrence, facts, cell, dimensions, cost: 0)
        cells.close(into: &levels)
        tasks.close()
    }

    /// What a line or part says by its meaning and figures, beyond that it happened.
    private func count(_ occurrence: Occurrence, _ facts: RoleFacts, _ cell: Int, _ dimensions: Dimensions, cost: Int64) throws {
        if facts.errorType != 0 { cells.addSide(cell, Side.errorType, UInt64(facts.errorType), 1) }
        let latency = RoleFacts.nanoseconds(facts.latency), duration = RoleFacts.nanoseconds(facts.duration)
        if !occurrence.waitsForHuman {
            if let latency { add(latency: latency, cell) }
            if let duration {
                cells.observe(
                    cell, count: Field.durationCount, sum: Field.durationSum, minimum: Field.durationMinimum, maximum: Field.durationMaximum,
                    sketch: Side.duration, duration)
            }
        }
        for number in 0..<facts.tierCount {
            let tier = UInt64(facts.tiers[number])
            if facts.hits[number] > 0 { cells.addSide(cell, Side.tierHits, tier, 1) } else if facts.hits[number] <= 0 { cells.addSide(cell, Side.tierMisses, tier, 1) }
            if let latency {
                cells.addSide(cell, Side.tierLatencyCount, tier, 1)
                cells.addSide(cell, Side.tierLatencySum, tier, latency)
            }
        }
        switch occurrence.meaning {
        case .toolStart: try toolStarted(occurrence, facts, cell, dimensions)
        case .toolEnd: try toolEnded(occurrence, facts, cell, dimensions)
        case .collaboration: add(cell, Field.collaborations, 1)
        case .validation:
            add(cell, Field.validations, 1)
            if occurrence.status.isSuccess { add(cell, Field.passed, 1) }
        case .agentStart: try agentStarted(occurrence, facts, cell)
        case .agentEnd:
            add(cell, Field.agentRuns, 1)
            if occurrence.status == .approved { add(cell, Field.approved, 1) }
            if occurrence.status == .rejected { add(cell, Field.rejected, 1) }
            try agentEnded(occurrence, facts, duration)
        case .escalation: add(cell, Field.escalations, 1)
        case .taskEnd: add(cell, Field.tasks, 1)
        case .modelCall:
            if let span = duration ?? latency, !occurrence.isPart { histograms.observe(.operation, dimensions.model, 0, nanoseconds: span) }
        default: break
        }
        if facts.task != 0 { try count(task: facts, occurrence, dimensions, cost: cost) }
    }

    @inline(__always)
    func add(_ cell: Int, _ field: Int, _ amount: Int64) {
        cells.add(cell, field, amount)
    }

    func add(latency: Int64, _ cell: Int) {
        cells.observe(
            cell, count: Field.latencyCount, sum: Field.latencySum, minimum: Field.latencyMinimum, maximum: Field.latencyMaximum,
            sketch: Side.latency, latency)
    }

    // MARK: roles

    private func readRoles(_ batch: EventBatch, _ first: Int, _ count: Int) -> RoleFacts {
        var facts = RoleFacts()
        let texts = batch.text
        let text = texts.span
        for index in first..<first + count {
            let value = batch.values[index]
            switch value.role {
            case .agent: if facts.agent == 0 { facts.agent = agents.number(text, value.offset, value.length) }
            case .tool: if facts.tool == 0 { facts.tool = tools.number(text, value.offset, value.length) }
            case .errorType: if facts.errorType == 0 { facts.errorType = labels.number(text, value.offset, value.length) }
            case .execution:
                if facts.execution == 0, value.length > 0 {
                    facts.execution = TextHash.hash(text, value.offset, value.length)
                    facts.executionValue = value
                }
            case .task: if facts.task == 0, value.length > 0 { facts.task = TextHash.hash(text, value.offset, value.length) }
            case .feature: if facts.feature == 0, value.length > 0 { facts.feature = TextHash.hash(text, value.offset, value.length) }
            case .callID: if facts.call == 0, value.length > 0 { facts.call = TextHash.hash(text, value.offset, value.length) }
            case .usageKey:
                if facts.usageHigh == 0, value.length > 0 {
                    facts.usageHigh = TextHash.hash(text, value.offset, value.length)
                    facts.usageLow = TextHash.hash(text, value.offset, value.length, seed: 0x243F_6A88_85A3_08D3)
                }
            case .model:
                if facts.modelHash == 0, value.length > 0 {
                    facts.modelHash = TextHash.hash(text, value.offset, value.length)
                    facts.modelValue = value
                }
            case .provider:
                if facts.providerHash == 0, value.length > 0 {
                    facts.providerHash = TextHash.hash(text, value.offset, value.length)
                    facts.providerValue = value
                }
            case .memoryTier:
                if facts.tierCount < 4 {
                    facts.tiers[facts.tierCount] = Int32(labels.number(text, value.offset, value.length))
                    facts.tierCount += 1
                }
            case .memoryHit:
                if facts.hitCount < 4 {
                    facts.hits[facts.hitCount] = value.number
                    facts.hitCount += 1
                }
            case .durationMilliseconds: if facts.duration.isNaN { facts.duration = value.number }
            case .latencyMilliseconds: if facts.latency.isNaN { facts.latency = value.number }
            case .tokensInput: facts.tokens[0] = value.number
            case .tokensOutput: facts.tokens[1] = value.number
            case .tokensCacheRead: facts.tokens[2] = value.number
            case .tokensCacheWrite: facts.tokens[3] = value.number
            case .tokensReasoning: facts.tokens[4] = value.number
            case .tokensTotal: facts.tokens[5] = value.number
            case .tokensCacheWriteHour: facts.tokens[6] = value.number
            case .costUSD: if facts.cost.isNaN { facts.cost = value.number }
            case .attempts: if facts.attempts.isNaN { facts.attempts = value.number }
            default: break
            }
        }
        if facts.modelHash != 0 { facts.model = modelNumber(facts, batch) }
        return facts
    }

    private func modelNumber(_ facts: RoleFacts, _ batch: EventBatch) -> Int {
        let hash = Self.modelHash(facts.modelHash, facts.providerHash)
        if let number = models.find(hash) { return number }
        guard let model = facts.modelValue else { return 0 }
        let provider = facts.providerValue.map { batch.string($0) } ?? ""
        return models.add(hash, provider + "\0" + batch.string(model))
    }

    static func modelHash(_ model: UInt64, _ provider: UInt64) -> UInt64 {
        let hash = TextHash.mix(model, TextHash.spread(provider) | 1)
        return hash == 0 ? 1 : hash
    }

    private func typeNumber(_ number: UInt16) -> Int {
        let place = Int(number)
        if place < typeOfCatalogue.count, typeOfCatalogue[place] != 0 { return Int(typeOfCatalogue[place]) - 1 }
        while typeOfCatalogue.count <= place { typeOfCatalogue.append(0) }
        let entry = catalogue.entry(number)
        let made = types.number(entry.profile + "\0" + entry.type)
        typeOfCatalogue[place] = UInt16(made + 1)
        return made
    }

    func unitPrice(_ model: Int) -> UnitPrice? {
        while unitPrices.count <= model { unitPrices.append(nil) }
        if let known = unitPrices[model] { return known }
        let found = model < 2 ? nil : configuration.prices.price(of: modelName(model)).map(UnitPrice.init)
        unitPrices[model] = .some(found)
        return found
    }

    func modelName(_ number: Int) -> String { Self.part(models.names[number], 1) }
    func providerName(_ number: Int) -> String { Self.part(models.names[number], 0) }
    func profileName(_ type: Int) -> String { Self.part(types.names[type], 0) }
    func typeName(_ type: Int) -> String { Self.part(types.names[type], 1) }

    /// One half of a name that is a pair; `other` is both halves of itself.
    private static func part(_ name: String, _ half: Int) -> String {
        guard let cut = name.utf8.firstIndex(of: 0) else { return name }
        return half == 0 ? String(name[..<cut]) : String(name[name.index(after: cut)...])
    }
}

/// One line or part as something that happened.
struct Occurrence {
    let time: Int64
    let second: Int64
    let meaning: Meaning
    let status: Status
    let waitsForHuman: Bool
    let isPart: Bool
    let type: Int
}
