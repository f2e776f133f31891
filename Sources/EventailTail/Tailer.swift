public import EventailEvents
public import EventailSystem
internal import Synchronization

/// Follows files: finds them, reads each from where it was left, hands on batches of whole lines.
///
/// Events of the kernel's are hints where to look; a regular look at everything is the truth (ENGINE section 3). *Thread*: `run` is the body
/// of the `tail` thread, everything else may be called from any. *Limits*: `TailLimits`; memory is a fixed room, less than a kilobyte for
/// each file, and the batches that the pipeline holds.
public final class Tailer: Sendable {
    private let sources: [TailSource]
    private let limits: TailLimits
    private let checkpoints: [FileIdentity: FileCheckpoint]
    private let deliver: @Sendable (LineBatch) -> Bool
    private let finder: FileFinder
    private let table = FileTable()
    private let tally = TailTally()
    private let bell: EventSignal
    private let isStopped = Atomic<Bool>(false)
    private let handover: TailHandover?
    /// Readers for sinks that are behind, lent out one at a time.
    private let readers = Mutex<[LineReader]>([])

    /// Of several checkpoints for one file that of the highest generation counts, then the highest position. `deliver` is called on the tailing thread and may
    /// block, which is how a full pipeline holds reading back; false ends `run`. `handover` is of the tailer that this one follows without a restart.
    public init(
        sources: [TailSource], limits: TailLimits = TailLimits(), checkpoints: [FileCheckpoint] = [], after handover: TailHandover? = nil,
        deliver: @escaping @Sendable (LineBatch) -> Bool
    ) throws(TailError) {
        self.sources = sources
        self.limits = limits
        self.deliver = deliver
        self.handover = handover
        finder = try FileFinder(sources)
        var newest: [FileIdentity: FileCheckpoint] = [:]
        for checkpoint in checkpoints + (handover?.files.values.compactMap(\.start) ?? []) {
            if let known = newest[checkpoint.identity], (known.generation, known.position) >= (checkpoint.generation, checkpoint.position) { continue }
            newest[checkpoint.identity] = checkpoint
        }
        self.checkpoints = newest
        do throws(SystemError) { bell = try EventSignal() } catch { throw .system(error) }
    }

    /// The body of the `tail` thread, called once. With `untilEnd` it returns when every file found has been read to its end. `found` is called once
    /// after the first look, before anything is delivered: from then on `read` knows the files of the checkpoints, wherever they are now. `oldestWanted` says
    /// where the consumer begins that has least of a generation of a file.
    public func run(
        untilEnd: Bool = false, oldestWanted: @escaping (FileIdentity, Int) -> Int64 = { _, _ in 0 }, found: () -> Void = {}
    ) throws(TailError) {
        do throws(SystemError) {
            let loop = try TailLoop(
                sources: sources, limits: limits, finder: finder, checkpoints: checkpoints, handover: handover, table: table, tally: tally, bell: bell,
                deliver: deliver)
            try loop.run(untilEnd: untilEnd, oldestWanted: oldestWanted, found: found) { isStopped.load(ordering: .acquiring) }
        } catch { throw .system(error) }
    }

    /// Makes `run` return after the turn it is at. Any thread.
    public func stop() {
        isStopped.store(true, ordering: .releasing)
        bell.ring()
    }

    /// What the next tailer of this process needs so that nothing is lost in between. After `run` has returned.
    public func handOver() -> TailHandover {
        var files: [FileIdentity: TailHandover.OpenFile] = [:]
        for file in table.all {
            files[file.identity] = file.with { state in
                // Files that wait for each other would keep each other for ever.
                state.predecessor = nil
                state.successors = []
                guard let descriptor = state.descriptor else { return nil }
                let start = state.lastReadTime == 0
                    ? FileCheckpoint(
                        identity: file.identity, generation: state.reference.generation, position: state.point.position, line: state.point.line,
                        fingerprint: state.point.fingerprint, path: state.reference.path, source: state.reference.source)
                    : nil
                return TailHandover.OpenFile(descriptor: descriptor, reference: state.reference, glance: state.glance, size: state.size, start: start)
            }
        }
        return TailHandover(files: files, ground: finder)
    }

    /// How every known file stands. Any thread.
    public func files() -> [FileStatusReport] { table.all.map { $0.report() } }

    /// How tailing stands as a whole. Any thread.
    public func status() -> TailStatus {
        var status = tally.current
        status.knownFiles = table.count
        return status
    }

    /// Reads again what was delivered before, for a sink that is behind: at most a batch of whole lines from `position`, none ending behind `end`. Nil when the file
    /// or this generation of it is gone. Any thread.
    public func read(_ file: FileReference, from position: Int64, line: Int64, upTo end: Int64) throws(TailError) -> LineBatch? {
        let known = table.file(file.identity)?.with { ($0.reference, $0.descriptor, $0.point) }
        if let known, known.0.generation != file.generation { return nil }
        let reference = known?.0 ?? file
        let mostLineBytes = sources.first { $0.name == reference.source }?.maximumLineBytes ?? Self.mostLineBytesOfForgottenSources
        do throws(SystemError) {
            var held = known?.1
            if held == nil { held = try RenamedFile.open(file.identity, lastSeenAt: reference.path) }
            guard let descriptor = held else { return nil }
            let reader = readers.withLock { $0.popLast() } ?? LineReader(batchBytes: limits.batchBytes)
            defer { readers.withLock { if $0.count < 8 { $0.append(reader) } } }
            var point = ReadingPoint(position: position, line: line)
            point.fingerprint = try reader.fingerprint(before: position, in: descriptor)
            while true {
                switch try reader.next(&point, of: reference, in: descriptor, upTo: end, maximumLineBytes: mostLineBytes) {
                case .batch(let batch):
                    // Read first, compared then: what lies before the tailer's own position is still what it delivered.
                    if let known, try reader.hasChanged(known.2, descriptor) { return nil }
                    return batch
                case .searching, .skipped: continue
                case .end, .replaced: return nil
                }
            }
        } catch {
            if error.isMissing { return nil }
            throw .system(error)
        }
    }

    /// A checkpoint may name a source that the configuration no longer has.
    private static let mostLineBytesOfForgottenSources = 16 << 20

    /// Where files begin that came to be known since the last call and of which nothing was delivered yet, and compressed files that have nothing to
    /// give, without a source. Any thread.
    public func newFiles(atMost count: Int) -> [FileCheckpoint] {
        tally.takeNew(count).compactMap { file in file.with { $0.lastReadTime == 0 } ? file.checkpoint() : nil } + tally.takePacked()
    }

    /// Tells that every sink has what lies before `position`; until it has all, a deleted file stays open. Any thread.
    public func acknowledged(_ identity: FileIdentity, generation: Int, position: Int64) {
        table.file(identity)?.with { state in
            if state.reference.generation == generation { state.acknowledged = max(state.acknowledged, position) }
        }
    }
}
