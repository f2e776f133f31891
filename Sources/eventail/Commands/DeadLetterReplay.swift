internal import EventailConfiguration
internal import EventailEvents
internal import EventailInbox
internal import EventailJSON
internal import EventailStore
internal import EventailSystem

/// Offers dead letters to their profiles again and hands those that are accepted now to the pipeline, through the inbox `dead-letters` of the state.
///
/// Which letters went is kept beside them, written before and settled after the inbox has them, so that a letter goes once whatever comes between.
/// *Thread*: one; a second process waits its turn outside. *Limits*: one segment of letters in memory.
struct DeadLetterReplay {
    struct Totals {
        var delivered = 0
        var refused = 0
        /// Letters that went before, or whose line is not whole, or that were no refused lines.
        var skipped = 0
    }

    private let reader: DeadLetterReader
    private let inbox: Inbox
    private let ledger: String
    private let profiles: ProfileSet
    private let passesUnknownTypes: Set<String>
    private let lock: Descriptor
    private var gone: Set<String> = []
    private var extractors: [String: Extractor] = [:]

    init(_ configuration: Configuration) throws {
        reader = DeadLetterReader(stateFolder: configuration.stateFolder)
        ledger = "\(configuration.stateFolder)/dead-letter/replayed"
        profiles = try ProfileSet(catalogue: Catalogue(), files: Assembly.profileFiles(configuration.sources))
        passesUnknownTypes = Set(configuration.sources.filter { $0.unknownTypes == .pass }.map(\.profile))
        let folder = ReplayInbox.folder(in: configuration.stateFolder)
        try FileSystem.makeFolder(folder)
        lock = try Descriptor.open("\(folder)/lock", [.readWrite, .create])
        guard try lock.tryLock() else {
            throw CommandFailure.failed("another dead-letter replay runs on this state", "wait for its end")
        }
        inbox = try Inbox(folder: folder)
        try settle()
    }

    /// Offers all letters, oldest first.
    mutating func run() throws -> Totals {
        var totals = Totals()
        var cursor: String?
        repeat {
            let page = try reader.letters(after: cursor, limit: DeadLetterReader.mostLetters, order: .oldestFirst)
            try take(page.letters, &totals)
            cursor = page.next
        } while cursor != nil
        return totals
    }

    private mutating func take(_ letters: [DeadLetter], _ totals: inout Totals) throws {
        var entries: [InboxEntry] = []
        var cursors: [String] = []
        let token = ProcessUsage.randomBytes(12).map { String($0, radix: 16) }.joined(separator: ".")
        for letter in letters {
            guard !gone.contains(letter.cursor), let reason = RejectionReason(name: letter.reason), reason != .tooLong, !letter.line.contains(0x0A) else {
                totals.skipped += 1
                continue
            }
            guard let profile = try profile(of: letter) else {
                totals.refused += 1
                continue
            }
            entries.append(
                InboxEntry(
                    verdict: .profile(profile), path: letter.path, fileKey: letter.generation == 0 ? letter.identity : "\(letter.identity)~\(letter.generation)",
                    offset: letter.position, time: Timestamp(rfc3339: letter.time)?.nanoseconds ?? 0, place: InboxPlace(position: token), line: letter.line))
            cursors.append(letter.cursor)
        }
        if entries.isEmpty { return }
        // What is meant to go, then the inbox, then that it went: the inbox's own position tells after a crash which of the two is true.
        try write(pending: (token, cursors))
        try inbox.append(entries)
        gone.formUnion(cursors)
        try write(pending: nil)
        totals.delivered += entries.count
    }

    /// The profile that accepts a letter's line now: the one that refused it, or any when none had recognised it; nil when none does.
    private mutating func profile(of letter: DeadLetter) throws -> String? {
        let choice = profiles.profile(letter.profile) == nil ? "" : letter.profile
        let extractor: Extractor
        if let known = extractors[choice] {
            extractor = known
        } else {
            extractor = try Extractor(
                profiles: profiles, choice: choice.isEmpty ? .auto : .named(choice), unknownTypes: passesUnknownTypes.contains(choice.isEmpty ? "auto" : choice) ? .pass : .reject)
            extractors[choice] = extractor
        }
        let batch = extractor.extract(LineBatchReader.batch(of: letter.line + [0x0A], path: letter.path, mostLineBytes: .max), FileContext())
        return batch.events.first.map { profiles.catalogue.entry($0.type).profile }
    }

    /// Reads which letters went; of the batch that was under way the inbox tells.
    private mutating func settle() throws {
        guard FileSystem.exists(ledger) else { return }
        var pending: (token: String, cursors: [String])?
        for line in try FileSystem.read(ledger, limit: 1 << 30).split(separator: 0x0A) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
            if words.count == 2 { pending = (words[0], (pending?.cursors ?? []) + [words[1]]) } else { gone.formUnion(words) }
        }
        if let pending, inbox.positions[""] == pending.token { gone.formUnion(pending.cursors) }
    }

    /// `<cursor>` for each letter that went, `<token> <cursor>` for each that is under way.
    private func write(pending: (token: String, cursors: [String])?) throws {
        var text = gone.sorted().map { $0 + "\n" }.joined()
        for cursor in pending?.cursors ?? [] { text += "\(pending?.token ?? "") \(cursor)\n" }
        try FileSystem.replace(ledger, with: Array(text.utf8))
    }
}
