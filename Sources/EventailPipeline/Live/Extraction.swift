public import EventailEvents
internal import EventailInbox
public import EventailRedact
internal import EventailSystem

/// How one source's lines are read.
public struct SourceReading: Sendable {
    public let choice: ProfileChoice
    public let unknownTypes: UnknownTypes

    public init(choice: ProfileChoice, unknownTypes: UnknownTypes) {
        self.choice = choice
        self.unknownTypes = unknownTypes
    }
}

/// Turns line batches of any source into event batches: one extractor a source, one context a file.
///
/// *Thread*: one; every thread that extracts has its own. *Limits*: contexts of `mostContexts` files; beyond that one is encoded into its file's
/// checkpoint, from which it comes back.
public final class Extraction {
    public static let mostContexts = 50_000

    private let profiles: ProfileSet
    private let readings: [String: SourceReading]
    private var extractors: [String: Extractor] = [:]
    private var contexts: [Progress.FileKey: FileContext] = [:]
    private let inbox: InboxExtraction
    /// Nil when nothing is hidden.
    private let redactor: BatchRedactor?

    public init(profiles: ProfileSet, readings: [String: SourceReading], redaction: RedactionRules? = nil) {
        self.profiles = profiles
        self.readings = readings
        inbox = InboxExtraction(profiles: profiles)
        redactor = redaction.map { BatchRedactor($0) }
    }

    /// The event batches of lines, in order: of an agent's file one, of an inbox one for each run of lines of one agent's file.
    /// What must not leave is hidden in them: nobody behind sees anything else.
    public func batches(of lines: LineBatch, carryOver: [UInt8]?) throws(ProfileError) -> [EventBatch] {
        let batches = try unredacted(lines, carryOver)
        if let redactor { for batch in batches { redactor.redact(batch) } }
        return batches
    }

    private func unredacted(_ lines: LineBatch, _ carryOver: [UInt8]?) throws(ProfileError) -> [EventBatch] {
        // By the name: a segment is one also when the configuration no longer has its source.
        if lines.file.path.hasSuffix(Inbox.suffix) { return try inbox.batches(of: lines) }
        return [try batch(of: lines, carryOver: carryOver)]
    }

    /// The events of a batch. `carryOver` is what the file's last checkpoint remembers; used when this object does not know the file yet.
    private func batch(of lines: LineBatch, carryOver: [UInt8]?) throws(ProfileError) -> EventBatch {
        let key = Progress.FileKey(identity: lines.file.identity, generation: lines.file.generation)
        let context: FileContext
        if let known = contexts[key] {
            context = known
        } else {
            if contexts.count >= Self.mostContexts { contexts.removeAll() }
            context = carryOver.map { FileContext(decoding: $0) } ?? FileContext()
            contexts[key] = context
        }
        let batch = try extractor(of: lines.file.source).extract(lines, context)
        batch.fingerprint = lines.fingerprint
        return batch
    }

    private func extractor(of source: String) throws(ProfileError) -> Extractor {
        if let known = extractors[source] { return known }
        // A checkpoint may name a source that the configuration no longer has; `auto` reads it.
        let reading = readings[source] ?? SourceReading(choice: .auto, unknownTypes: .reject)
        let made = try Extractor(profiles: profiles, choice: reading.choice, unknownTypes: reading.unknownTypes)
        extractors[source] = made
        return made
    }
}
