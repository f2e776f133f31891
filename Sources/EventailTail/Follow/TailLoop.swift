internal import EventailEvents
internal import EventailSystem
internal import Synchronization

/// The work of the `tail` thread: waits for events, looks at folders, gives files their turns.
///
/// *Owns* the watcher and the queues of files. *Thread*: the one that calls `run`. *Limits*: `TailLimits`.
final class TailLoop {
    let sources: [TailSource]
    let limits: TailLimits
    let finder: FileFinder
    let table: FileTable
    let tally: TailTally
    let watcher = FolderWatcher()
    private let deliver: @Sendable (LineBatch) -> Bool
    private let reader: LineReader
    private let poller: Poller
    private let bell: EventSignal

    private var live = TurnQueue()
    private var backfill = TurnQueue()
    private var liveTurns = 0
    private var turns = 0
    private var opened: [TailedFile] = []
    private var lastNumber = 0

    /// Of files not seen yet in this run, or no longer.
    var checkpoints: [FileIdentity: FileCheckpoint]
    /// The checkpoints that this run began with, and the paths they name.
    let followed: [FileCheckpoint]
    let followedPaths: Set<String>
    /// Files of `followed` of which this run has not been told what the sinks have.
    var unproven: Set<FileIdentity>
    /// Open files of the tailer before that this one has not found yet; none after the first look.
    var inherited: [FileIdentity: TailHandover.OpenFile]
    /// What the tailer before followed.
    let ground: FileFinder?
    /// The first byte of a generation of a file that some consumer wants.
    var oldestWanted: (FileIdentity, Int) -> Int64 = { _, _ in 0 }
    /// Files whose path leads elsewhere or nowhere since the last look.
    var unplaced: [TailedFile] = []
    /// Moves whose second half has not come: which source the file belongs to.
    var moves: [UInt32: Int] = [:]
    /// Names that followed files were moved to, and their source: what is moved on from there is followed too.
    var rotatedNames: [String: Int] = [:]
    /// Paths that could not be looked at since the last look began, and those that were told.
    var refusals: [String: SystemError] = [:]
    var toldFailures: Set<String> = []
    /// Of each source whose files follow each other: the last that is known.
    var newestOfSequence: [Int: TailedFile] = [:]
    var pass = 0
    var isFirstLook = false
    private var needsPass = false
    private var nextPass: Int64 = 0
    private var lastPassNanoseconds: Int64 = 0

    private static let mostCheckpoints = 200_000
    private static let mostRotatedNames = 100_000
    /// A file with more unread bytes than this many turns is backfill.
    private static let liveTurnsBehind: Int64 = 4
    private static let watcherToken: UInt64 = 1
    private static let bellToken: UInt64 = 2

    init(
        sources: [TailSource], limits: TailLimits, finder: FileFinder, checkpoints: [FileIdentity: FileCheckpoint], handover: TailHandover?,
        table: FileTable, tally: TailTally, bell: EventSignal, deliver: @escaping @Sendable (LineBatch) -> Bool
    ) throws(SystemError) {
        self.sources = sources
        self.limits = limits
        self.finder = finder
        self.checkpoints = checkpoints
        followed = Array(checkpoints.values)
        followedPaths = Set(checkpoints.values.map(\.path))
        unproven = Set(checkpoints.keys)
        inherited = handover?.files ?? [:]
        ground = handover?.ground
        self.table = table
        self.tally = tally
        self.bell = bell
        self.deliver = deliver
        reader = LineReader(batchBytes: limits.batchBytes)
        poller = try Poller()
        try poller.add(bell.descriptor.number, .readable, token: Self.bellToken)
    }

    func run(
        untilEnd: Bool, oldestWanted: @escaping (FileIdentity, Int) -> Int64, found: () -> Void, isStopped: () -> Bool
    ) throws(SystemError) {
        self.oldestWanted = oldestWanted
        try look()
        found()
        while !isStopped() {
            let isBusy = !live.isEmpty || !backfill.isEmpty
            if !isBusy && untilEnd && unplaced.isEmpty && !needsPass { return }
            let now = Timestamp.monotonicNanoseconds()
            // A look asked for by an event is soon, but looks never take more than a tenth of the time.
            let due = needsPass ? min(nextPass, lastLook + 10 * lastPassNanoseconds) : nextPass
            if now >= due {
                try look()
                continue
            }
            var hasEvents = false
            try poller.wait(isBusy ? .zero : .nanoseconds(due - now)) { token, _ in
                if token == Self.watcherToken { hasEvents = true }
            }
            if hasEvents { takeEvents() }
            if !takeTurn() { return }
        }
    }

    private var lastLook: Int64 = 0

    /// Looks at everything, and decides when to do so again.
    private func look() throws(SystemError) {
        let started = Timestamp.monotonicNanoseconds()
        needsPass = false
        if watcher.start(), let number = watcher.descriptor { try poller.add(number, .readable, token: Self.watcherToken) }
        reconcile()
        lastLook = Timestamp.monotonicNanoseconds()
        lastPassNanoseconds = lastLook - started
        nextPass = lastLook + max(limits.reconcileInterval.nanoseconds, 200 * lastPassNanoseconds)
        tally.change { status in
            status.reconcilePasses += 1
            status.knownFiles = table.count
            status.watchedFolders = watcher.watchedFolders
            status.pollingFolders = watcher.polled
        }
    }

    /// Takes the events that wait, then places the files they displaced.
    private func takeEvents() {
        if watcher.drain({ event in take(event) }) { moves.removeAll(keepingCapacity: true) }
        if !unplaced.isEmpty { placeAgain() }
    }

    /// Asks for a look at everything soon.
    func askForPass() { needsPass = true }

    // Turns.

    /// Puts a file in line for a turn. `size` is what was seen of it, if anything.
    func enqueue(_ file: TailedFile, size: Int64? = nil) {
        let isBehind: Bool? = file.with { state in
            if state.predecessor != nil {
                state.condition = .waiting
                return nil
            }
            if state.isQueued { return nil }
            state.isQueued = true
            if state.condition == .idle { state.condition = .reading }
            return (size ?? state.size) - state.point.position > Self.liveTurnsBehind * Int64(limits.turnBytes)
        }
        guard let isBehind else { return }
        if isBehind { backfill.append(file) } else { live.append(file) }
    }

    /// Gives one file its turn: live ones first, one of the backfill after eight of them. False when the pipeline wants no more.
    private func takeTurn() -> Bool {
        let next: TailedFile?
        if liveTurns < 8 || backfill.isEmpty, let file = live.popFirst() {
            liveTurns += 1
            next = file
        } else {
            liveTurns = 0
            next = backfill.popFirst() ?? live.popFirst()
        }
        guard let file = next else { return true }
        turns += 1
        let mayRead = file.with { state in
            state.isQueued = false
            state.lastTurn = turns
            if state.predecessor != nil { state.condition = .waiting }
            return state.predecessor == nil
        }
        if !mayRead { return true }
        do throws(SystemError) {
            guard let descriptor = try open(file) else { return true }
            return try read(file, descriptor)
        } catch {
            refuse(file, error)
            return true
        }
    }

    /// Reads a file for a turn's worth of bytes.
    private func read(_ file: TailedFile, _ descriptor: Descriptor) throws(SystemError) -> Bool {
        var size = try descriptor.size()
        var (point, reference, seen, isVerified) = file.with { ($0.point, $0.reference, $0.size, $0.isVerified) }
        var used = 0
        while used < limits.turnBytes {
            switch try reader.next(&point, of: reference, in: descriptor, upTo: size, maximumLineBytes: file.maximumLineBytes) {
            case .batch(let batch):
                let bytes = batch.end - batch.start
                used += Int(bytes)
                tally.read(bytes: bytes, lines: Int64(batch.lines.count))
                publish(file, point, size) { $0.lastReadTime = batch.readTime }
                if !deliver(batch) { return false }
            case .searching(let bytes):
                used += bytes
                publish(file, point, size)
            case .skipped(let bytes):
                tally.lost(.hole, bytes, reference.path)
                publish(file, point, size)
            case .replaced:
                // Counted once for each time its content is proved to be another; a writer that truncates all the time has the next turn again.
                used += limits.turnBytes / 4 + 1
                // What was there before this run was never seen, so its loss cannot be known.
                if isVerified { tally.lost(.truncated, seen - point.position, reference.path) }
                reference = FileReference(
                    number: nextNumber(), identity: reference.identity, generation: reference.generation + 1, path: reference.path, source: reference.source)
                point = ReadingPoint()
                size = try descriptor.size()
                let renewed = reference
                Log.info("tail", "a file was truncated and is read from its start", ["path": renewed.path, "generation": "\(renewed.generation)"])
                publish(file, point, size) { state in
                    state.reference = renewed
                    state.acknowledged = 0
                }
            case .end:
                publish(file, point, size) { state in
                    state.condition = state.deletedSince == nil ? .idle : .deleted
                    state.reason = ""
                }
                releaseSuccessors(file)
                return true
            }
            seen = size
            isVerified = true
        }
        enqueue(file, size: size)
        return true
    }

    private func publish(_ file: TailedFile, _ point: ReadingPoint, _ size: Int64, _ more: (inout TailedFile.State) -> Void = { _ in }) {
        file.with { state in
            state.point = point
            state.size = size
            state.isVerified = true
            if state.deletedSince == nil { state.condition = .reading }
            more(&state)
        }
    }

    /// A file that the kernel refuses keeps its place; the next look tries again. Who waits for it waits no longer.
    private func refuse(_ file: TailedFile, _ error: SystemError) {
        let isNews = file.with { state in
            let isNews = state.condition != .unreadable
            state.condition = .unreadable
            state.reason = error.description
            state.descriptor = nil
            return isNews
        }
        opened.removeAll { $0 === file }
        if isNews {
            Log.warning("tail", "a file cannot be read now", ["path": file.path, "reason": error.description, "remedy": Self.remedy(error)])
        }
        if !error.isTooManyFiles { releaseSuccessors(file) }
    }

    static func remedy(_ error: SystemError) -> String {
        if error.isDenied { return "give this user the right to read it; it is tried again at every look and nothing is lost" }
        if error.isTooManyFiles { return "raise the limit of open files; it is tried again at every look and nothing is lost" }
        return "see why it cannot be read; it is tried again at every look"
    }

    func releaseSuccessors(_ file: TailedFile) {
        let waiting = file.with { state in
            let waiting = state.successors
            state.successors = []
            return waiting
        }
        for successor in waiting {
            successor.with { state in
                state.predecessor = nil
                if state.condition == .waiting { state.condition = .reading }
            }
            enqueue(successor)
        }
    }

    /// `successor` is read when `file` has been read to its end.
    func order(_ file: TailedFile, before successor: TailedFile) {
        if file === successor { return }
        file.with { $0.successors.append(successor) }
        successor.with { $0.predecessor = file }
        enqueue(file)
    }

    // Descriptors.

    /// The open file; nil when its path leads elsewhere, which the next placing settles.
    private func open(_ file: TailedFile) throws(SystemError) -> Descriptor? {
        let (held, path) = file.with { ($0.descriptor, $0.reference.path) }
        if let held { return held }
        if opened.count >= limits.openFiles { closeOldest() }
        let descriptor: Descriptor
        do throws(SystemError) {
            descriptor = try openPath(path)
            if try FileStatus(of: descriptor).identity != file.identity {
                displace(file, from: path)
                askForPass()
                return nil
            }
        } catch {
            if !error.isMissing { throw error }
            displace(file, from: path)
            askForPass()
            return nil
        }
        file.with { $0.descriptor = descriptor }
        opened.append(file)
        return descriptor
    }

    private func openPath(_ path: String) throws(SystemError) -> Descriptor {
        do throws(SystemError) { return try Descriptor.open(path, [.read, .nonBlocking]) } catch {
            if !error.isTooManyFiles || opened.isEmpty { throw error }
            closeOldest()
            return try Descriptor.open(path, [.read, .nonBlocking])
        }
    }

    /// Closes an eighth of the open files, those read longest ago. Deleted ones stay: nobody could open them again.
    private func closeOldest() {
        var candidates: [(turn: Int, file: TailedFile)] = []
        for file in opened {
            let turn: Int? = file.with { $0.isPlaced && $0.deletedSince == nil ? $0.lastTurn : nil }
            if let turn { candidates.append((turn, file)) }
        }
        candidates.sort { $0.turn < $1.turn }
        for (_, file) in candidates.prefix(max(1, limits.openFiles / 8)) { file.with { $0.descriptor = nil } }
        opened.removeAll { file in file.with { $0.descriptor == nil } }
    }

    var openFiles: Int { opened.count }

    /// A file that the tailer before held open.
    func keepOpen(_ file: TailedFile, _ descriptor: Descriptor) {
        file.with { $0.descriptor = descriptor }
        opened.append(file)
        if opened.count > limits.openFiles { closeOldest() }
    }

    func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Lets go of a file that is gone. Should it come back, it goes on where it was.
    func forget(_ file: TailedFile) {
        releaseSuccessors(file)
        unproven.remove(file.identity)
        if checkpoints.count < Self.mostCheckpoints { checkpoints[file.identity] = file.checkpoint() }
        let paths = file.with { state in
            state.descriptor = nil
            return [state.reference.path] + state.aliases
        }
        opened.removeAll { $0 === file }
        table.remove(file, paths: paths)
    }

    func rememberRotated(_ path: String, _ source: Int) {
        if rotatedNames.count >= Self.mostRotatedNames { rotatedNames.removeAll() }
        rotatedNames[path] = source
    }

    /// Where a file is begun that is read from its end.
    func endPoint(of path: String) throws(SystemError) -> ReadingPoint {
        let file = try Descriptor.open(path, [.read, .nonBlocking])
        let start = try reader.lastLineStart(before: try file.size(), in: file)
        return ReadingPoint(position: start, fingerprint: try reader.fingerprint(before: start, in: file))
    }
}
