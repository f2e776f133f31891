import EventailEvents
import EventailJSON
import EventailSystem

/// Reads text as one file's lines and holds what came out.
struct Reading {
    let batch: EventBatch
    let catalogue: Catalogue
    let context: FileContext

    /// Of a profile given as YAML text.
    init(_ profile: String, _ lines: String, context: FileContext = FileContext(), unknownTypes: UnknownTypes = .reject) throws {
        let catalogue = Catalogue()
        let profile = try Profile(Array(profile.utf8), file: "test.yaml")
        let set = try ProfileSet(catalogue: catalogue, users: [profile], builtIn: [])
        self.init(try Extractor(profiles: set, choice: .named(profile.name), unknownTypes: unknownTypes), set, lines, context)
    }

    /// Of the built-in profiles.
    init(_ choice: ProfileChoice, _ lines: String, context: FileContext = FileContext(), unknownTypes: UnknownTypes = .reject) throws {
        let set = try ProfileSet(catalogue: Catalogue())
        self.init(try Extractor(profiles: set, choice: choice, unknownTypes: unknownTypes), set, lines, context)
    }

    init(_ extractor: Extractor, _ set: ProfileSet, _ lines: String, _ context: FileContext = FileContext()) {
        self.init(extractor, set, bytes: Array(lines.utf8), context)
    }

    init(_ extractor: Extractor, _ set: ProfileSet, bytes: [UInt8], _ context: FileContext = FileContext()) {
        catalogue = set.catalogue
        self.context = context
        batch = extractor.extract(Self.lines(bytes), context)
    }

    /// The lines of some bytes; the last needs no line end.
    static func lines(_ bytes: [UInt8]) -> LineBatch {
        let file = FileReference(number: 1, identity: FileIdentity(key: "test"), generation: 0, path: "test.jsonl", source: "test")
        let batch = LineBatch(file: file, buffer: ByteBuffer(bytes), start: 0, firstLine: 1, readTime: 42)
        var start = 0
        while start < bytes.count {
            let newline = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            let end = newline > start && bytes[newline - 1] == 0x0D ? newline - 1 : newline
            batch.lines.append(.init(start: UInt32(start), length: UInt32(end - start), position: Int64(start)))
            start = newline + 1
        }
        batch.end = Int64(bytes.count)
        return batch
    }

    var events: ContiguousArray<Event> { batch.events }
    var reasons: [String] { batch.rejections.map(\.reason.name) }
    var types: [String] { events.map { catalogue.entry($0.type).type } }
    var profiles: [String] { events.map { catalogue.entry($0.type).profile } }

    func text(_ role: Role, _ event: Int = 0) -> String? { batch.text(role, of: events[event]) }
    func number(_ role: Role, _ event: Int = 0) -> Double? { batch.number(role, of: events[event]) }
    func texts(_ role: Role, _ event: Int = 0) -> [String] {
        batch.values(of: events[event]).filter { batch.values[$0].role == role }.map { batch.string(batch.values[$0]) }
    }

    /// A part's text of a role.
    func text(_ role: Role, of part: EventPart) -> String? {
        for index in Int(part.firstValue)..<Int(part.firstValue) + Int(part.valueCount) where batch.values[index].role == role {
            return batch.string(batch.values[index])
        }
        return nil
    }

    func parts(of event: Event) -> [EventPart] {
        Array(batch.parts[Int(event.firstPart)..<Int(event.firstPart) + Int(event.partCount)])
    }
}

/// The material that lies beside the repository where it is developed.
enum Shared {
    static var folder: String? {
        let path = ProcessUsage.environment("EVENTAIL_SHARED") ?? "../shared"
        return FileSystem.isFolder(path) ? path : nil
    }

    static func bytes(_ path: String) throws -> [UInt8] { try FileSystem.read("\(folder ?? "")/\(path)") }
}
