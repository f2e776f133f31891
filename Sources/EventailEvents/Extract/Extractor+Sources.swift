internal import EventailJSON
internal import EventailSystem

/// Sources with options, words and times.
extension Extractor {
    /// What a source with options gives.
    enum Value {
        case nothing
        case place(Int)
        case number(Double)
        case bool(Bool)
        case text([UInt8])
    }

    func value(_ source: ReadingPlan.Source, _ scope: LineScope) -> Value {
        let complex = plan.complex[Int(source.index)]
        var value = place(complex.place, scope)
        if let pointer = complex.json { value = inner(value, pointer, scope.document) }
        if let each = complex.each, case .place(let place) = value, scope.document.tag(place) == .array, scope.document.tag(place + 1) != .arrayEnd {
            value = each.find(from: Element(document: scope.document, index: place + 1)).map { .place($0.index) } ?? .nothing
        }
        if !complex.plus.isEmpty || !complex.minus.isEmpty || complex.factor != 1 { value = calculate(value, complex, scope) }
        if let exitCode = complex.exitCode { value = exit(value, exitCode, scope.document) }
        if complex.isInverted {
            switch value {
            case .bool(let yes): value = .bool(!yes)
            case .place(let place) where scope.document.tag(place) == .yes: value = .bool(false)
            case .place(let place) where scope.document.tag(place) == .no: value = .bool(true)
            default: break
            }
        }
        return value
    }

    private func place(_ place: ReadingPlan.Complex.Place, _ scope: LineScope) -> Value {
        switch place {
        case .source(let source):
            switch source.kind {
            case .constant: return .text(plan.constants[Int(source.index)])
            case .line: return slots[Int(source.index)] > 0 ? .place(slots[Int(source.index)]) : .nothing
            default: return scope.slots[Int(source.index)] > 0 ? .place(scope.slots[Int(source.index)]) : .nothing
            }
        case .key: return scope.key > 0 ? .place(scope.key) : .nothing
        case .role(let role):
            for index in scope.firstValue..<values.count where values[index].role == role {
                let value = values[index]
                return .text(text.bytes(value.offset..<value.offset + value.length))
            }
            return .nothing
        case .join(let sources, let separator):
            var joined: [UInt8] = []
            var hasAny = false
            for source in sources {
                guard let bytes = bytes(of: source, scope) else { continue }
                if hasAny { joined += separator }
                hasAny = true
                joined += bytes
            }
            return hasAny ? .text(joined) : .nothing
        case .sum(let slot, let pointer): return sum(scope.slots[slot], pointer, scope.document)
        case .all(let all):
            guard all.contains(where: { scope.slots[$0] > 0 }) else { return .nothing }
            return .bool(all.allSatisfy { scope.slots[$0] > 0 && scope.document.tag(scope.slots[$0]) == .yes })
        }
    }

    private func bytes(of source: ReadingPlan.Source, _ scope: LineScope) -> [UInt8]? {
        let start = text.count
        defer { text.count = start }
        let found =
            switch source.kind {
            case .place: addText(scope.slots[Int(source.index)], scope.document)
            case .line: addText(slots[Int(source.index)], scope.document)
            case .complex: addText(value(source, scope), scope.document)
            case .constant: false
            }
        if source.kind == .constant { return plan.constants[Int(source.index)] }
        return found ? text.bytes(start..<text.count) : nil
    }

    private func sum(_ container: Int, _ pointer: JSONPointer, _ document: Document) -> Value {
        guard container > 0 else { return .nothing }
        let element = Element(document: document, index: container)
        let entries = element.isArray ? element.items : element.members.map(\.value)
        let numbers = entries.compactMap { entry in pointer.find(from: entry).flatMap { number($0.index, document) } }
        return numbers.isEmpty ? .nothing : .number(numbers.reduce(0, +))
    }

    private func calculate(_ value: Value, _ complex: ReadingPlan.Complex, _ scope: LineScope) -> Value {
        func sum(_ slots: [Int]) -> Double? {
            let numbers = slots.compactMap { number(scope.slots[$0], scope.document) }
            return numbers.isEmpty ? nil : numbers.reduce(0, +)
        }
        let base = number(value, scope.document)
        let plus = sum(complex.plus)
        guard base != nil || plus != nil else { return .nothing }
        var result = (base ?? 0) + (plus ?? 0)
        if !complex.minus.isEmpty { result = max(0, result - (sum(complex.minus) ?? 0)) }
        return .number(result * complex.factor)
    }

    /// The value at a pointer within the JSON that a text is.
    private func inner(_ value: Value, _ pointer: JSONPointer, _ document: Document) -> Value {
        let json: [UInt8]
        switch value {
        case .text(let bytes): json = bytes
        case .place(let place) where document.tag(place) == .string: json = unsafe Array(document.utf8(place))
        case .place(let place):
            // It may be JSON itself, not text of it.
            return pointer.find(from: Element(document: document, index: place)).map { .place($0.index) } ?? .nothing
        default: return .nothing
        }
        guard case .success(let parsed) = innerParser.parse(json), let found = pointer.find(from: parsed.root) else { return .nothing }
        if let bool = found.bool { return .bool(bool) }
        if let number = found.double { return .number(number) }
        if let string = found.string { return string.isEmpty ? .nothing : .text(Array(string.utf8)) }
        return .nothing
    }

    /// The targets of a source with options, which may lie in JSON within text.
    func addTargets(_ source: ReadingPlan.Source, _ scope: LineScope) {
        let complex = plan.complex[Int(source.index)]
        var found = place(complex.place, scope)
        if let pointer = complex.json, case .place(let place) = found, scope.document.tag(place) == .string {
            let json = unsafe Array(scope.document.utf8(place))
            guard case .success(let parsed) = innerParser.parse(json), let list = pointer.find(from: parsed.root) else { return }
            return addTargets(list.index, parsed, complex.each)
        }
        if complex.json != nil { found = value(source, scope) }
        if case .place(let place) = found { return addTargets(place, scope.document, complex.each) }
        let start = text.count
        if addText(found, scope.document) { addValue(.targets, start) }
    }

    private func exit(_ value: Value, _ exitCode: SourceDescription.ExitCode, _ document: Document) -> Value {
        switch exitCode {
        case .number: return number(value, document).map { .bool($0 == 0) } ?? .nothing
        case .behind(let words):
            var bytes: [UInt8] = []
            if case .text(let text) = value { bytes = text }
            if case .place(let place) = value, document.tag(place) == .string { bytes = unsafe Array(document.utf8(place).prefix(4096)) }
            let wanted = Array(words.utf8)
            guard bytes.count > wanted.count else { return .nothing }
            for start in 0..<bytes.count - wanted.count where bytes[start..<start + wanted.count].elementsEqual(wanted) {
                let digits = bytes[(start + wanted.count)...].prefix { $0 == 0x2D || ($0 >= 0x30 && $0 <= 0x39) }
                guard let code = Int(String(decoding: digits, as: UTF8.self)) else { continue }
                return .bool(code == 0)
            }
            return .nothing
        }
    }

    func number(_ value: Value, _ document: Document) -> Double? {
        switch value {
        case .nothing: nil
        case .place(let place): number(place, document)
        case .number(let number): number
        case .bool(let yes): yes ? 1 : 0
        case .text(let bytes): bytes.count <= 64 ? Self.number(String(decoding: bytes, as: UTF8.self)) : nil
        }
    }

    func addText(_ value: Value, _ document: Document) -> Bool {
        switch value {
        case .nothing: return false
        case .place(let place): return addText(place, document)
        case .number(let number):
            if let whole = Int64(exactly: number) { text.append(number: whole) } else { text.append(bytes: Array(number.description.utf8)) }
        case .bool(let yes): text.append(bytes: Array((yes ? "true" : "false").utf8))
        case .text(let bytes):
            guard !bytes.isEmpty else { return false }
            text.append(bytes: bytes.count <= Self.longestText ? bytes : Array(String(decoding: bytes.prefix(Self.longestText), as: UTF8.self).utf8))
        }
        return true
    }

    // MARK: words

    /// The canonical word's number of the first source that gives one; an unknown word gives nothing.
    func code(_ sources: ReadingPlan.Stretch, _ scope: LineScope) -> UInt8? {
        for index in sources.range {
            let found = code(plan.sources[index], scope)
            if found >= 0 { return UInt8(found) }
        }
        return nil
    }

    /// The status; a word that is not known is kept as a value of the event.
    func status(_ sources: ReadingPlan.Stretch, _ scope: LineScope) -> Status {
        for index in sources.range {
            let found = code(plan.sources[index], scope)
            if found >= 0 { return Status(rawValue: UInt8(found)) ?? .unknown }
            if found == Self.unknownWord {
                let start = text.count
                if addText(.init(first: Int32(index), count: 1), scope) { addValue(.status, start) }
                return .unknown
            }
        }
        return .none
    }

    func severity(_ sources: ReadingPlan.Stretch, _ status: Status, _ scope: LineScope) -> Severity {
        if !sources.isEmpty, let code = code(sources, scope), let severity = Severity(rawValue: code) { return severity }
        switch status {
        case .failure, .timeout: return .error
        case .partial, .rejected, .cancelled: return .warning
        default: return .info
        }
    }

    private static let unknownWord = -2

    /// A source's code, -1 for nothing, `unknownWord` for a word that is in no list.
    private func code(_ source: ReadingPlan.Source, _ scope: LineScope) -> Int {
        switch source.kind {
        case .constant: Int(source.yes)
        case .place: scope.slots[Int(source.index)] > 0 ? code(source, .place(scope.slots[Int(source.index)]), scope.document) : -1
        case .line: slots[Int(source.index)] > 0 ? code(source, .place(slots[Int(source.index)]), scope.document) : -1
        case .complex: code(source, value(source, scope), scope.document)
        }
    }

    /// The code of what a source has found.
    func code(_ source: ReadingPlan.Source, _ found: Value, _ document: Document) -> Int {
        switch found {
        case .nothing: return -1
        case .bool(let yes): return Int(yes ? source.yes : source.no)
        case .place(let place):
            switch document.tag(place) {
            case .yes: return Int(source.yes)
            case .no: return Int(source.no)
            case .string:
                let text = unsafe document.utf8(place)
                guard text.count > 0 else { return -1 }
                let code = unsafe plan.words.number(text.baseAddress.unsafelyUnwrapped, text.count, in: Int(source.table))
                return unsafe code >= 0 ? code : lowered(Array(text.prefix(Self.longestTypeName)), source)
            case .null, .object, .array: return -1
            default: break
            }
        case .text(let bytes): return lowered(bytes, source)
        case .number: break
        }
        // A number: a step, or a word like any other.
        guard let number = number(found, document) else { return -1 }
        if source.kind == .complex, !plan.complex[Int(source.index)].steps.isEmpty {
            return plan.complex[Int(source.index)].steps.first { number >= $0.from }.map { Int($0.code) } ?? -1
        }
        let written = Int64(exactly: number).map { String($0) } ?? number.description
        return lowered(Array(written.utf8), source)
    }

    private func lowered(_ bytes: [UInt8], _ source: ReadingPlan.Source) -> Int {
        word.count = 0
        word.reserve(bytes.count + 16)
        for byte in bytes { word.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) }
        let code = unsafe plan.words.number(word.base, word.count, in: Int(source.table))
        return code >= 0 ? code : Self.unknownWord
    }

    // MARK: time

    /// The time of the first source that gives one, in nanoseconds.
    func time(_ sources: ReadingPlan.Stretch, _ scope: LineScope) -> Int64? {
        for index in sources.range {
            let source = plan.sources[index]
            var unit: Int64 = 0
            let found: Value
            switch source.kind {
            case .constant: continue
            case .place: found = scope.slots[Int(source.index)] > 0 ? .place(scope.slots[Int(source.index)]) : .nothing
            case .line: found = slots[Int(source.index)] > 0 ? .place(slots[Int(source.index)]) : .nothing
            case .complex:
                found = value(source, scope)
                unit = plan.complex[Int(source.index)].timeUnit
            }
            if let time = time(found, unit, scope.document) { return time }
        }
        return nil
    }

    func time(_ value: Value, _ unit: Int64, _ document: Document) -> Int64? {
        switch value {
        case .nothing, .bool: return nil
        case .number(let number): return EventTime.nanoseconds(number, unit: unit)
        case .text(let bytes): return EventTime.nanoseconds(bytes.span, unit: unit)
        case .place(let place):
            switch document.tag(place) {
            case .signed: return EventTime.nanoseconds(document.signed(place), unit: unit)
            case .double: return EventTime.nanoseconds(document.double(place), unit: unit)
            case .string:
                let text = unsafe document.utf8(place)
                if let time = unsafe latestDay.nanoseconds(text) { return time }
                guard let time = unsafe EventTime.nanoseconds(Span(_unsafeElements: text), unit: unit) else { return nil }
                unsafe latestDay.remember(text, time)
                return time
            default: return nil
            }
        }
    }
}
