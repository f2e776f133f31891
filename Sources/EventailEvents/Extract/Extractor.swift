internal import EventailJSON
internal import EventailSystem

/// Turns batches of lines into batches of events: parses, recognises, validates, finds roles.
///
/// *Owns* a parser, a schema runner and scratch memory, all reused. *Thread*: one; make one extractor a thread. A file's batches must
/// come in order with the file's own `FileContext`. *Limits*: texts of roles `longestText` bytes, `mostParts` parts and `mostTargets` targets an
/// event, type names `longestTypeName` bytes.
public final class Extractor {
    static let longestText = 4096
    static let longestTypeName = 256
    static let mostParts = 4096
    static let mostTargets = 1024

    let plan: ReadingPlan
    let catalogue: Catalogue
    private let parser = LineParser()
    /// For JSON within text.
    let innerParser = TapeParser(capacity: 1 << 12)
    let runner = SchemaRunner()
    let known: KnownShapes
    /// The shape of the line at hand, -1 when it is new.
    private(set) var latestShape = -1
    let slots: FieldSlots
    let partSlots: [FieldSlots]
    let events = Scratch<Event>(capacity: 4096)
    let parts = Scratch<EventPart>(capacity: 256)
    let values = Scratch<RoleValue>(capacity: 32768)
    let text = Scratch<UInt8>(capacity: 1 << 18)
    /// Type names and words being looked up.
    let word = Scratch<UInt8>(capacity: 1024)
    var latestDay = DayMemory()
    private var otherTypes: [UInt64: UInt16] = [:]
    private let takesAnyForm: Bool
    private let passesUnknownTypes: Bool

    /// A choice that names a profile that the set does not have is an error.
    public convenience init(profiles: ProfileSet, choice: ProfileChoice = .auto, unknownTypes: UnknownTypes = .reject) throws(ProfileError) {
        try self.init(profiles: profiles, choice: choice, unknownTypes: unknownTypes, learnsShapes: true)
    }

    /// Without shapes every line goes the long way: to compare with.
    init(profiles: ProfileSet, choice: ProfileChoice, unknownTypes: UnknownTypes, learnsShapes: Bool) throws(ProfileError) {
        catalogue = profiles.catalogue
        plan = try profiles.shared(choice, make: ReadingPlanBuilder.build)
        if case .named = choice { takesAnyForm = true } else { takesAnyForm = false }
        passesUnknownTypes = unknownTypes == .pass
        known = KnownShapes(plan, learns: learnsShapes)
        slots = FieldSlots(plan.fields)
        partSlots = plan.partFields.map { FieldSlots($0) }
    }

    /// What became of each line. `context` goes on to the state behind the batch, which is also in `EventBatch.carryOver`.
    public func extract(_ lines: LineBatch, _ context: FileContext) -> EventBatch {
        let batch = EventBatch(file: lines.file, buffer: lines.buffer, start: lines.start, end: lines.end, readTime: lines.readTime)
        context.bind(plan)
        parser.begin(lines.buffer)
        let places = lines.lines
        let count = places.count
        var contexts: [EventBatch.Context] = []
        var changes = -1
        events.reserve(count)
        var validBytes: Int64 = 0
        for index in 0..<count {
            let line = places[index]
            let end = index + 1 < count ? places[index + 1].position : lines.end
            let bytes = line.tooLongBytes > 0 ? line.tooLongBytes : end - line.position
            let problem: Problem
            if line.tooLongBytes > 0 {
                problem = Problem(.tooLong, "is longer than the source's max_line_bytes")
            } else if isBlank(lines.buffer, line) {
                batch.blankLines += 1
                batch.blankBytes += bytes
                continue
            } else {
                switch parser.parse(line.start, length: line.length) {
                case .success(let document):
                    if changes != context.changes {
                        changes = context.changes
                        let remembered = context.encode()
                        if !remembered.isEmpty { contexts.append(EventBatch.Context(firstEvent: events.count, bytes: remembered)) }
                    }
                    guard let found = read(document, line, lines.firstLine + Int64(index), lines.readTime, context) else {
                        validBytes += bytes
                        continue
                    }
                    problem = found
                case .failure(let error): problem = Problem(error)
                }
            }
            batch.rejections.append(
                Rejection(
                    reason: problem.reason, position: line.position, line: lines.firstLine + Int64(index), start: Int(line.start),
                    length: Int(line.length), bytesInFile: bytes, profile: problem.profile, location: problem.location, keyword: problem.keyword,
                    message: problem.message))
        }
        batch.validBytes = validBytes
        batch.events = events.take()
        batch.parts = parts.take()
        batch.values = values.take()
        batch.text = text.take()
        batch.nextLine = lines.firstLine + Int64(count)
        batch.fingerprint = lines.fingerprint
        batch.carryOver = context.encode()
        batch.contexts = contexts
        return batch
    }

    private func isBlank(_ buffer: ByteBuffer, _ line: LineBatch.Line) -> Bool {
        for index in Int(line.start)..<Int(line.start) + Int(line.length) {
            let byte = unsafe buffer.base.load(fromByteOffset: index, as: UInt8.self)
            guard byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) else { return false }
        }
        return true
    }

    /// Why a line is refused.
    struct Problem {
        let reason: RejectionReason
        var profile = ""
        var location = ""
        var keyword = ""
        let message: String

        init(_ reason: RejectionReason, profile: String = "", location: String = "", keyword: String = "", _ message: String) {
            self.reason = reason
            self.profile = profile
            self.location = location
            self.keyword = keyword
            self.message = message
        }

        init(_ error: ParseError) {
            let reason: RejectionReason =
                switch error {
                case .invalidUTF8: .invalidUTF8
                case .tooLong: .tooLong
                case .syntax, .tooDeep: .notJSON
                }
            self.init(reason, error.message)
        }
    }

    /// Makes an event of a line, or tells why not.
    private func read(_ document: Document, _ line: LineBatch.Line, _ number: Int64, _ readTime: Int64, _ context: FileContext) -> Problem? {
        let root = 1
        guard document.tag(root) == .object else { return Problem(.notObject, "must be an object, is \(Self.name(document.tag(root)))") }
        latestShape = known.find(document)
        if latestShape >= 0, readKnown(latestShape, document, line, number, readTime, context) { return nil }
        plan.fields.fill(slots, document, at: root)
        var formNumber = form(document)
        if formNumber < 0 {
            guard takesAnyForm else { return Problem(.unknownProfile, "no profile recognises the line") }
            formNumber = 0
        }
        let form = plan.forms[formNumber]
        var rule: ReadingPlan.TypeRule
        let typeNumber = type(form, document)
        if typeNumber >= 0 {
            rule = plan.types[typeNumber]
        } else {
            guard typeNumber == -1, form.acceptsUnknownTypes || passesUnknownTypes else { return unknownType(formNumber, typeNumber) }
            rule = plan.types[Int(form.other)]
            rule.number = otherType(plan.profiles[Int(form.profile)].name)
        }
        if rule.schema >= 0 {
            let schema = plan.schemas[Int(rule.schema)]
            if !runner.accepts(document, at: root, schema) { return violation(document, schema, plan.profiles[Int(form.profile)].name) }
        }
        if latestShape < 0 { known.learn(document, slots) }
        var event = Event()
        event.position = line.position
        event.line = number
        event.start = line.start
        event.length = line.length
        event.type = rule.number
        fill(&event, rule, document, readTime, context)
        events.append(event)
        return nil
    }

    // MARK: recognition

    /// The number of the first form that takes the line in `slots`; -1 when none does.
    @inline(__always)
    private func form(_ document: Document) -> Int {
        for number in 0..<plan.forms.count
        where takes(plan.forms[number].checks, plan.forms[number].wordChecks, document, slots) { return number }
        return -1
    }

    /// The number of the line's type; -1 for a name that is not known (left in `word`), -2 when there is no name.
    func type(_ form: ReadingPlan.Form, _ document: Document) -> Int {
        switch form.naming {
        case .constant: return Int(form.name)
        case .single:
            let place = slots[Int(form.name)]
            guard place > 0, document.tag(place) == .string else { return form.missing >= 0 ? Int(form.missing) : -2 }
            let name = unsafe document.utf8(place)
            let known = unsafe plan.words.number(name.baseAddress.unsafelyUnwrapped, name.count, in: Int(form.typeTable))
            if known < 0 {
                word.count = 0
                unsafe add(name)
            }
            return known
        case .join, .first:
            word.count = 0
            var hasName = false
            for slot in plan.namings[Int(form.name)] {
                let place = slots[slot]
                guard place > 0, document.tag(place) == .string else { continue }
                if hasName { word.append(0x2F) }
                hasName = true
                unsafe add(document.utf8(place))
                if form.naming == .first { break }
            }
            guard hasName else { return form.missing >= 0 ? Int(form.missing) : -2 }
            word.reserve(16)
            return unsafe plan.words.number(word.base, word.count, in: Int(form.typeTable))
        }
    }

    func add(_ name: UnsafeBufferPointer<UInt8>) {
        unsafe word.append(padded: name.baseAddress.unsafelyUnwrapped, min(name.count, Self.longestTypeName))
    }

    /// The number of a type that its profile does not know, whose name is in `word`. Told apart by a hash of 64 bits.
    private func otherType(_ profile: String) -> UInt16 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in profile.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        for index in 0..<word.count { hash = (hash ^ UInt64(word[index])) &* 0x0000_0100_0000_01B3 }
        if let number = otherTypes[hash] { return number }
        let number = catalogue.number(profile: profile, type: String(decoding: word.bytes(0..<word.count), as: UTF8.self))
        if otherTypes.count >= Catalogue.most { otherTypes.removeAll() }
        otherTypes[hash] = number
        return number
    }

    // MARK: refusals

    private func unknownType(_ form: Int, _ found: Int) -> Problem {
        let profile = plan.profiles[Int(plan.forms[form].profile)].name
        let location = plan.typePointers[form]
        if found == -2 { return Problem(.unknownType, profile: profile, location: location, "says no type: a string is expected there") }
        let name = String(decoding: word.bytes(0..<word.count), as: UTF8.self)
        return Problem(.unknownType, profile: profile, location: location, "must be a type that \(profile) knows, is \"\(name)\"")
    }

    private func violation(_ document: Document, _ schema: Schema, _ profile: String) -> Problem {
        guard let first = runner.violations(document, at: 1, schema).first else {
            return Problem(.schema, profile: profile, "does not keep the schema of its type")
        }
        return Problem(.schema, profile: profile, location: first.instanceLocation, keyword: first.keyword, first.message)
    }

    static func name(_ tag: Tag) -> String {
        switch tag {
        case .array: "an array"
        case .string: "a string"
        case .yes, .no: "a boolean"
        case .null: "null"
        default: "a number"
        }
    }
}
