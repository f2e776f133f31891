internal import EventailEvents
internal import EventailSystem

/// Taking events in: the hot path.
extension Engine {
    func fold(_ batch: EventBatch) {
        if failure != nil || batch.events.isEmpty { return }
        file.hash = Int64(bitPattern: TextHash.hash(batch.originFile.stableKey))
        file.number = batch.originFile.number
        facts.contributions.note(file: batch.originFile)
        lastExecution = 0
        lastExecutionPlace = -1
        // Read once: each access to a property of a shared object counts references.
        let events = batch.events, parts = batch.parts, values = batch.values, text = batch.text
        let told = Told(values: values.span, text: text.span, origin: batch.origin)
        if !meta.hasEvents {
            meta.hasEvents = true
            meta.oldest = events[0].time
            meta.newest = events[0].time
        }
        var next = 0
        while next < events.count && failure == nil {
            let end = min(events.count, next + Self.group)
            fold(events.span, next..<end, parts.span, told)
            next = end
        }
    }

    /// Events that are read before the first of them is counted: what they will look up comes into the processor's cache side by side.
    private static let group = 16

    private func fold(_ events: Span<Event>, _ range: Range<Int>, _ parts: Span<EventPart>, _ told: borrowing Told) {
        lines.removeAll()
        for number in range { lines.append(readRoles(told, Int(events[number].firstValue), Int(events[number].valueCount))) }
        for line in 0..<lines.count where lines[line].execution != 0 { heads.warm(lines[line].execution) }
        do {
            for number in range { try fold(events[number], lines[number - range.lowerBound], parts, told) }
        } catch {
            failure = error
        }
        if facts.isFull { sealFacts() }
    }

    /// The values of a batch and the texts that they lie in.
    struct Told: ~Escapable {
        let values: Span<RoleValue>
        let text: Span<UInt8>
        /// Where another instance read the lines.
        let origin: BatchOrigin?
        @_lifetime(copy values, copy text)
        init(values: Span<RoleValue>, text: Span<UInt8>, origin: BatchOrigin?) {
            self.values = values
            self.text = text
            self.origin = origin
        }
    }

    private func fold(_ event: Event, _ roles: RoleFacts, _ parts: Span<EventPart>, _ told: borrowing Told) throws {
        let time = event.time
        let second = time.floored(to: 1_000_000_000) / 1_000_000_000
        meta.oldest = min(meta.oldest, time)
        meta.newest = max(meta.newest, time)

        let type = typeNumber(event.type)
        let dimensions = Dimensions(type: type, status: event.status, word: roles.statusWord, agent: roles.agent, model: roles.model, tool: roles.tool)
        facts.contributions.begin(event, dimensions, roles.execution)
        if let origin = told.origin { facts.contributions.wasWritten(at: origin.entry(ofLine: event.line).position) }
        let place = roles.execution == 0 ? -1 : try touch(execution: roles.execution, roles.executionText, event, told.text)
        if roles.agent != 0 { try touch(agent: roles.agent, event) }
        let cell = facts.cell(second, dimensions.bits, roles.execution, place: place)
        add(cell, Field.events, 1)
        if event.status.isSuccess { add(cell, Field.success, 1) } else if event.status.isFailure { add(cell, Field.failure, 1) }

        let line = Occurrence(
            time: time, second: second, meaning: event.meaning, status: event.status, waitsForHuman: event.waitsForHuman, isPart: false, type: type)
        try count(usage: roles, event, line, cell, dimensions)
        try count(line, roles, cell, dimensions)
        facts.close(&heads)
        if event.partCount == 0 { return }
        for number in Int(event.firstPart)..<Int(event.firstPart) + Int(event.partCount) { try fold(parts[number], of: line, roles, told) }
    }

    private func fold(_ part: EventPart, of line: Occurrence, _ lineRoles: RoleFacts, _ told: borrowing Told) throws {
        let roles = readRoles(told, Int(part.firstValue), Int(part.valueCount)).part(of: lineRoles)
        var tool = roles.tool
        if tool == 0 && roles.call != 0 && part.meaning == .toolEnd { tool = try toolOfCall(roles.call) }
        let dimensions = Dimensions(
            type: line.type, status: part.status, word: roles.statusWord, agent: roles.agent, model: roles.model, tool: tool)
        let cell = facts.cell(line.second, dimensions.bits, roles.execution)
        add(cell, Field.partLines, 1)
        if part.status.isSuccess { add(cell, Field.partSuccess, 1) } else if part.status.isFailure { add(cell, Field.partFailure, 1) }
        let occurrence = Occurrence(
            time: line.time, second: line.second, meaning: part.meaning, status: part.status, waitsForHuman: part.waitsForHuman, isPart: true,
            type: line.type)
        try count(occurrence, roles, cell, dimensions)
        facts.close(&heads)
    }

    /// What a line or part says by its meaning and figures, beyond that it happened.
    private func count(_ occurrence: Occurrence, _ roles: RoleFacts, _ cell: Int, _ dimensions: Dimensions) throws {
        if roles.errorType != 0 { facts.addSide(cell, Side.errorType, UInt64(roles.errorType), 1) }
        let latency = RoleFacts.nanoseconds(roles.latency), duration = RoleFacts.nanoseconds(roles.duration)
        if !occurrence.waitsForHuman {
            if let latency { add(latency: latency, cell) }
            if let duration {
                facts.observe(duration: duration, cell)
            }
        }
        for number in 0..<roles.tierCount {
            let tier = UInt64(roles.tiers[number])
            if roles.hits[number] > 0 { facts.addSide(cell, Side.tierHits, tier, 1) } else if roles.hits[number] <= 0 { facts.addSide(cell, Side.tierMisses, tier, 1) }
            if let latency {
                facts.addSide(cell, Side.tierLatencyCount, tier, 1)
                facts.addSide(cell, Side.tierLatencySum, tier, latency)
            }
        }
        switch occurrence.meaning {
        case .toolStart: try toolStarted(occurrence, roles, cell, dimensions)
        case .toolEnd: try toolEnded(occurrence, roles, cell, dimensions)
        case .collaboration: add(cell, Field.collaborations, 1)
        case .validation:
            add(cell, Field.validations, 1)
            if occurrence.status.isSuccess { add(cell, Field.passed, 1) }
        case .agentStart: try agentStarted(occurrence, roles, cell)
        case .agentEnd:
            add(cell, Field.agentRuns, 1)
            if occurrence.status == .approved { add(cell, Field.approved, 1) }
            if occurrence.status == .rejected { add(cell, Field.rejected, 1) }
            try agentEnded(occurrence, roles, duration)
        case .escalation: add(cell, Field.escalations, 1)
        case .taskEnd: add(cell, Field.tasks, 1)
        case .modelCall:
            if let span = duration ?? latency, !occurrence.isPart { histograms.observe(.operation, dimensions.model, 0, nanoseconds: span) }
        default: break
        }
        if roles.task != 0 { try count(task: roles, occurrence, cell, dimensions) }
    }

    @inline(__always)
    func add(_ cell: Int, _ field: Int, _ amount: Int64) { facts.add(cell, field, amount) }

    func add(latency: Int64, _ cell: Int) { facts.observe(latency: latency, cell) }

    // MARK: roles

    private func readRoles(_ told: borrowing Told, _ first: Int, _ count: Int) -> RoleFacts {
        slots.read(told.values, first, count)
        let text = told.text
        var roles = RoleFacts()
        if slots.has(.execution) {
            roles.executionText = slots.text(.execution)
            roles.execution = TextHash.hash(text, roles.executionText.offset, roles.executionText.length)
        }
        if slots.has(.agent) { roles.agent = number(&agents, slots.text(.agent), text) }
        if slots.has(.tool) { roles.tool = number(&tools, slots.text(.tool), text) }
        if slots.has(.status) { roles.statusWord = number(&statuses, slots.text(.status), text) }
        if slots.has(.errorType) { roles.errorType = number(&labels, slots.text(.errorType), text) }
        roles.task = hash(.task, text)
        roles.feature = hash(.feature, text)
        roles.call = hash(.callID, text)
        if slots.has(.usageKey) {
            let key = slots.text(.usageKey)
            roles.usageHigh = TextHash.hash(text, key.offset, key.length)
            roles.usageLow = TextHash.hash(text, key.offset, key.length, seed: 0x243F_6A88_85A3_08D3)
        }
        if slots.has(.model) { roles.model = modelNumber(text) }
        roles.duration = slots.number(.durationMilliseconds)
        roles.latency = slots.number(.latencyMilliseconds)
        roles.attempts = slots.number(.attempts)
        if slots.mask & RoleSlots.usage != 0 {
            roles.hasUsage = true
            roles.cost = slots.number(.costUSD)
            roles.tokens[0] = slots.number(.tokensInput)
            roles.tokens[1] = slots.number(.tokensOutput)
            roles.tokens[2] = slots.number(.tokensCacheRead)
            roles.tokens[3] = slots.number(.tokensCacheWrite)
            roles.tokens[4] = slots.number(.tokensReasoning)
            roles.tokens[5] = slots.number(.tokensTotal)
            roles.tokens[6] = slots.number(.tokensCacheWriteHour)
        }
        if slots.has(.memoryTier) || slots.has(.memoryHit) { readTiers(told, first, count, &roles) }
        return roles
    }

    @inline(__always)
    private func hash(_ role: Role, _ text: Span<UInt8>) -> UInt64 {
        let told = slots.text(role)
        return told.length == 0 ? 0 : TextHash.hash(text, told.offset, told.length)
    }

    @inline(__always)
    private func number(_ names: inout NameTable, _ told: RoleText, _ text: Span<UInt8>) -> Int { names.number(text, told.offset, told.length) }

    /// A line may tell of several tiers, each with its hit or miss.
    private func readTiers(_ told: borrowing Told, _ first: Int, _ count: Int, _ roles: inout RoleFacts) {
        for number in first..<first + count {
            let value = told.values[number]
            if value.role == .memoryTier && roles.tierCount < 4 {
                roles.tiers[roles.tierCount] = Int32(labels.number(told.text, value.offset, value.length))
                roles.tierCount += 1
            } else if value.role == .memoryHit && roles.hitCount < 4 {
                roles.hits[roles.hitCount] = value.number
                roles.hitCount += 1
            }
        }
    }

    private func modelNumber(_ text: Span<UInt8>) -> Int {
        let model = slots.text(.model), provider = slots.text(.provider)
        let hash = Self.modelHash(
            TextHash.hash(text, model.offset, model.length), provider.length == 0 ? 0 : TextHash.hash(text, provider.offset, provider.length))
        if let number = models.find(hash) { return number }
        var name: [UInt8] = []
        for at in 0..<provider.length { name.append(text[provider.offset + at]) }
        name.append(0)
        for at in 0..<model.length { name.append(text[model.offset + at]) }
        return models.add(hash, String(decoding: name, as: UTF8.self))
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
