import EventailEvents
import EventailJSON
import EventailSystem

/// Reads lines by the built-in profiles, as the pipeline would.
struct FamilyReader {
    let set: ProfileSet
    private let extractor: Extractor
    /// Compiled once: that takes longer than all the tests together.
    private static let builtIn = Result { () throws(ProfileError) in try ProfileSet(catalogue: Catalogue()) }

    init(_ choice: ProfileChoice) throws {
        set = try Self.builtIn.get()
        extractor = try Extractor(profiles: set, choice: choice)
    }

    func read(_ lines: [String]) throws -> FamilyBatch {
        let file = FileReference(number: 1, identity: FileIdentity(key: "test"), generation: 0, path: "test.jsonl", source: "test")
        var bytes: [UInt8] = []
        var places: [LineBatch.Line] = []
        for line in lines {
            places.append(.init(start: UInt32(bytes.count), length: UInt32(line.utf8.count), position: Int64(bytes.count)))
            bytes += Array(line.utf8) + [0x0A]
        }
        let batch = LineBatch(file: file, buffer: ByteBuffer(bytes), start: 0, firstLine: 1, readTime: 1)
        batch.end = Int64(bytes.count)
        batch.lines = places
        return FamilyBatch(batch: extractor.extract(batch, FileContext()), catalogue: set.catalogue)
    }

    /// The profile of each event.
    func profiles(of batch: FamilyBatch) -> [String] { batch.events.map { set.catalogue.entry($0.type).profile } }
}

/// What became of the lines, as text.
struct FamilyBatch {
    let batch: EventBatch
    let catalogue: Catalogue

    var events: [Event] { Array(batch.events) }
    var rejections: [Rejection] { batch.rejections }

    /// Each event as `FamilySample.told` writes it.
    var told: [String] { batch.events.map(text) }

    private func text(_ event: Event) -> String {
        let head =
            "\(catalogue.entry(event.type).type) \(event.meaning.name) \(event.accounting) \(event.status.name) \(event.severity.name) \(event.priority.name) |"
        let values = batch.values(of: event).map { batch.values[$0] }
        let texts = values.enumerated().sorted { ($0.element.role.rawValue, $0.offset) < ($1.element.role.rawValue, $1.offset) }.map(\.element)
        return texts.reduce(head) { told, value in
            told + " \(value.role.name)=" + (value.role.isNumber ? number(value.number) : batch.string(value))
        }
    }

    private func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }
}

extension Rejection {
    /// For a failing test's message.
    var text: String { "line \(line): \(reason.name) \(profile) \(location) \(keyword): \(message)" }
}

/// The examples that are shared with the project's other checks, when they are at hand.
enum FamilyMaterial {
    static let folder = (ProcessUsage.environment("EVENTAIL_SHARED") ?? "../shared") + "/families"
    static let isThere = FileSystem.exists(folder + "/superagent.jsonl")

    static func lines(_ name: String) throws -> [String] {
        String(decoding: try FileSystem.read(folder + "/" + name), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The level of each invalid line: `json` or `schema`.
    static func levels(_ name: String) throws -> [String] {
        String(decoding: try FileSystem.read(folder + "/" + name), as: UTF8.self).split(separator: "\n").compactMap { line in
            line.contains("\"level\"") ? (line.contains("json") ? "json" : "schema") : nil
        }
    }
}
