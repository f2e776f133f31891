internal import EventailConfiguration
internal import EventailEvents
internal import EventailJSON
internal import EventailKafka
internal import EventailPipeline
internal import EventailReceive
internal import EventailRedis
internal import EventailServer
internal import EventailStore
internal import EventailSystem
internal import EventailTail
internal import Synchronization

/// What the server shows of a running instance: snapshots of the pipeline, in the server's words.
///
/// *Thread*: any.
final class InstanceView: InstanceStatus {
    enum Phase: Sendable { case starting, running, draining }

    /// Replaced when the configuration was read again; an answer that is being made may mix both.
    private let current: Mutex<Assembly.Parts>
    private let letters: DeadLetterReader
    private let phase = Mutex(Phase.starting)
    private let started = Timestamp.monotonicNanoseconds()

    init(_ parts: Assembly.Parts) {
        current = Mutex(parts)
        letters = DeadLetterReader(stateFolder: parts.configuration.stateFolder)
    }

    private var parts: Assembly.Parts { current.withLock { $0 } }

    func became(_ next: Phase) { phase.withLock { $0 = next } }

    /// Shows other parts of the same instance from now on.
    func show(_ parts: Assembly.Parts) { current.withLock { $0 = parts } }

    func readiness() -> Readiness {
        let troubles = parts.pipeline.trouble.all
        var degraded: [String] = []
        var sinkInTrouble = false
        for sink in parts.pipeline.sinkStatuses where sink.state == .failing {
            sinkInTrouble = true
            degraded.append("sink \(sink.name): \(sink.lastError ?? "failing")")
        }
        for receiver in parts.receivers.map(\.status) {
            switch receiver.state {
            case .failing: degraded.append("source \(receiver.name): \(receiver.lastError ?? "failing")")
            case .waiting: degraded.append("source \(receiver.name): the stream does not exist yet; it is looked for again")
            case .full: degraded.append("source \(receiver.name): the inbox is full because a sink is behind; the stream keeps what follows")
            case .connecting, .receiving: break
            }
        }
        let tail = parts.pipeline.tailer.status()
        for (folder, reason) in tail.pollingFolders.sorted(by: { $0.key < $1.key }).prefix(8) { degraded.append("\(folder) is polled: \(reason)") }
        for (folder, reason) in tail.unreadableFolders.sorted(by: { $0.key < $1.key }).prefix(8) { degraded.append("\(folder) cannot be read: \(reason)") }
        if tail.unreadableFiles > 0 {
            for file in parts.pipeline.tailer.files().filter({ $0.state == .unreadable }).prefix(8) {
                degraded.append("\(file.path) cannot be read: \(file.reason)")
            }
            if tail.unreadableFiles > 8 { degraded.append("\(tail.unreadableFiles) files cannot be read; see /api/v1/files") }
        }
        let state: Readiness.State
        switch phase.withLock({ $0 }) {
        case .starting: state = .starting
        case .draining: state = .draining
        case .running:
            state = troubles.isEmpty
                ? .ready
                : .failed(troubles.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.reason); \($0.value.remedy)" }.joined(separator: ". "))
        }
        return Readiness(state: state, degraded: degraded, sinkInTrouble: sinkInTrouble)
    }

    func sources() -> [SourceStatus] {
        let counts = parts.pipeline.audit.sources
        let files = parts.pipeline.tailer.files()
        let receivers = Dictionary(parts.receivers.map { ($0.name, $0.status) }, uniquingKeysWith: { first, _ in first })
        return parts.configuration.sources.map { source in
            var status = SourceStatus(
                name: source.name, type: source.kind.rawValue, paths: source.paths, profile: source.stream == nil ? source.profile : Self.sendersProfile,
                files: files.count { $0.source == source.name }, lines: counts[source.name]?.lines ?? 0, bytes: counts[source.name]?.bytesRead ?? 0)
            if let stream = source.stream, let receiver = receivers[source.name] { status.stream = Self.status(of: stream, receiver) }
            return status
        }
    }

    /// What stands for the profile of a source whose lines say it themselves.
    private static let sendersProfile = "as sent"

    private static func status(of stream: StreamConfiguration, _ receiver: ReceiverStatus) -> StreamStatus {
        var status = StreamStatus(state: receiver.state.rawValue)
        switch stream.place {
        case .redis(let server, let key): (status.server, status.stream) = (server.description, key)
        case .kafka(let kafka, let topic): (status.server, status.stream) = (kafka["bootstrap.servers"] ?? "", topic)
        }
        status.group = stream.group
        status.lastError = receiver.lastError
        status.retries = receiver.retries
        status.entries = receiver.entries
        status.dropped = receiver.dropped
        status.inboxBytes = receiver.inboxBytes
        status.positions = receiver.positions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return status
    }

    func files() -> [EventailServer.FileStatusReport] {
        let seconds = Dictionary(parts.pipeline.sinkStatuses.map { ($0.name, $0.lagSeconds) }, uniquingKeysWith: { first, _ in first })
        let profiles = Dictionary(parts.configuration.sources.map { ($0.name, $0.stream == nil ? $0.profile : Self.sendersProfile) }, uniquingKeysWith: { first, _ in first })
        return parts.pipeline.tailer.files().map { file in
            EventailServer.FileStatusReport(
                path: file.path, source: file.source, identity: file.identity.key, generation: file.generation, size: file.size,
                profile: profiles[file.source] ?? "auto", state: file.state.rawValue,
                sinks: parts.pipeline.sinkPositions(of: file.identity, generation: file.generation).map { sink, position in
                    let bytes = max(0, file.size - position)
                    return EventailServer.FileStatusReport.Lag(
                        sink: sink, position: position, bytes: bytes, seconds: bytes == 0 ? 0 : seconds[sink] ?? 0)
                })
        }
    }

    func sinks() -> [SinkStatus] { parts.pipeline.sinkStatuses }

    func profiles() -> [ProfileStatus] {
        parts.profiles.profiles.map { profile in
            ProfileStatus(name: profile.name, description: profile.about, builtIn: profile.isBuiltIn, types: profile.types)
        }
    }

    func audit() -> AuditReport {
        let unfinished = parts.pipeline.tailer.files().reduce(Int64(0)) { $0 + $1.unfinishedBytes }
        return Self.report(parts.pipeline.audit.total, unfinished: unfinished, lost: parts.pipeline.lostBytes)
    }

    func auditOfFiles() -> [FileAudit] {
        var audits: [AuditLedger.FileKey: FileAudit] = [:]
        for (key, entry) in parts.pipeline.audit.files {
            audits[key] = FileAudit(
                path: entry.path, identity: key.identity.key, generation: key.generation, report: Self.report(entry.counts, unfinished: 0, lost: [:]))
        }
        for file in parts.pipeline.tailer.files() where file.unfinishedBytes > 0 {
            let key = AuditLedger.FileKey(identity: file.identity, generation: file.generation)
            // A file without a whole line has no entry yet.
            var audit = audits[key] ?? FileAudit(path: file.path, identity: file.identity.key, generation: file.generation, report: AuditReport())
            audit.report.bytesUnfinished = file.unfinishedBytes
            audit.report.bytesRead += file.unfinishedBytes
            audits[key] = audit
        }
        return Array(audits.values)
    }

    private static func report(_ counts: AuditCounts, unfinished: Int64, lost: [String: Int64]) -> AuditReport {
        var report = AuditReport()
        report.bytesRead = counts.bytesRead + unfinished
        report.bytesValid = counts.bytesValid
        report.bytesDeadLetter = counts.bytesDeadLetter
        report.bytesBlank = counts.bytesBlank
        report.bytesUnfinished = unfinished
        report.lines = counts.lines
        report.valid = counts.valid
        report.blank = counts.blank
        for reason in RejectionReason.allCases where counts.deadLetters[Int(reason.rawValue)] > 0 {
            report.deadLetters.append((reason.name, counts.deadLetters[Int(reason.rawValue)]))
        }
        report.bytesLost = lost.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return report
    }

    func deadLetters(reason: String?, before cursor: String?, limit: Int) -> DeadLetterPage {
        do throws(StoreError) {
            var wanted: (@Sendable (DeadLetter) -> Bool)?
            if let reason { wanted = { $0.reason == reason } }
            let page = try letters.letters(after: cursor, limit: limit, order: .newestFirst, where: wanted)
            return DeadLetterPage(
                items: page.letters.map { letter in
                    let text = String(validating: letter.line, as: UTF8.self)
                    return DeadLetterReport(
                        file: letter.path, offset: letter.position, line: letter.lineNumber, time: letter.time, reason: letter.reason,
                        profile: letter.profile, location: letter.location, keyword: letter.keyword, message: letter.message,
                        data: text ?? Base64.encode(letter.line), encoding: text == nil ? "base64" : nil)
                },
                next: page.next)
        } catch {
            Log.error("dead-letter", "cannot be read: \(error)")
            return DeadLetterPage(items: [], next: nil)
        }
    }

    func writeConfiguration(into json: inout JSONWriter) {
        parts.configuration.settings.write(into: &json)
    }

    func writeValidation(of lines: [UInt8], profile: String?, into json: inout JSONWriter) throws(ValidationError) {
        let choice: ProfileChoice = profile.map { $0 == "auto" ? .auto : .named($0) } ?? .auto
        let checker: LineChecker
        do throws(ProfileError) { checker = try LineChecker(profiles: parts.profiles, choice: choice) } catch {
            throw ValidationError(reason: error.message)
        }
        json.raw(checker.report(of: lines, name: "body"))
    }

    func addTelemetry(to metrics: inout MetricsText) {
        InstanceTelemetry(parts, started: started).write(into: &metrics)
    }
}
