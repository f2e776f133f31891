internal import EventailEvents
internal import EventailInbox
internal import EventailSystem

/// Turns lines that another instance sent into event batches: each under the profile that the sender names, as lines of the agent's file.
///
/// The sender accepted the lines, so unknown types pass; what the profile here refuses is a dead letter here. Everything that is remembered from line to line
/// comes with the line, so batches may come in any order and nothing is carried over. *Thread*: one. *Limits*: `mostReferences` agents' files.
final class InboxExtraction {
    private static let mostReferences = 50_000

    private let profiles: ProfileSet
    private var extractors: [String: Extractor] = [:]
    private var references: [Key: FileReference] = [:]
    /// Counts down: the tailer's own numbers count up.
    private var lastNumber = -1_000_000_000

    private struct Key: Hashable {
        let fileKey: String
        let path: String
        let source: String
    }

    init(profiles: ProfileSet) { self.profiles = profiles }

    /// The batches of a range of a segment, in order; together they cover it.
    func batches(of lines: LineBatch) throws(ProfileError) -> [EventBatch] {
        var batches: [EventBatch] = []
        for group in InboxGroup.groups(of: lines) { batches.append(try batch(of: group)) }
        return batches
    }

    private func batch(of group: InboxGroup) throws(ProfileError) -> EventBatch {
        let lines = group.lines
        let origin = BatchOrigin(file: reference(group), firstLine: lines.firstLine, entries: group.entries)
        let batch: EventBatch
        switch group.verdict {
        case .profile(let name):
            if let extractor = try extractor(of: name) {
                batch = extractor.extract(lines, FileContext(decoding: group.context))
            } else {
                batch = refused(lines, .unknownProfile, "must be of a profile that is known here, is of \(name)", profile: name)
            }
        case .refused(let reason, let message): batch = refused(lines, reason, message, profile: "")
        }
        batch.origin = origin
        batch.carryOver = []
        for index in batch.events.indices where batch.events[index].timeMissing {
            let time = origin.entry(ofLine: batch.events[index].line).time
            if time != 0 { batch.events[index].time = time }
        }
        return batch
    }

    private func extractor(of name: String) throws(ProfileError) -> Extractor? {
        if let known = extractors[name] { return known }
        guard profiles.profile(name) != nil else { return nil }
        let made = try Extractor(profiles: profiles, choice: .named(name), unknownTypes: .pass)
        extractors[name] = made
        return made
    }

    /// A batch whose lines are all dead letters.
    private func refused(_ lines: LineBatch, _ reason: RejectionReason, _ message: String, profile: String) -> EventBatch {
        let batch = EventBatch(file: lines.file, buffer: lines.buffer, start: lines.start, end: lines.end, readTime: lines.readTime)
        for (index, line) in lines.lines.enumerated() {
            let end = index + 1 < lines.lines.count ? lines.lines[index + 1].position : lines.end
            batch.rejections.append(
                Rejection(
                    reason: reason, position: line.position, line: lines.firstLine + Int64(index), start: Int(line.start), length: Int(line.length),
                    bytesInFile: end - line.position, profile: profile, message: message))
        }
        batch.nextLine = lines.firstLine + Int64(lines.lines.count)
        batch.fingerprint = lines.fingerprint
        return batch
    }

    private func reference(_ group: InboxGroup) -> FileReference {
        let key = Key(fileKey: group.fileKey, path: group.path, source: group.lines.file.source)
        if let known = references[key] { return known }
        if references.count >= Self.mostReferences { references.removeAll() }
        lastNumber -= 1
        let made = FileReference(
            number: lastNumber, identity: FileIdentity(key: group.fileKey), generation: 0, path: group.path, source: key.source)
        references[key] = made
        return made
    }
}
