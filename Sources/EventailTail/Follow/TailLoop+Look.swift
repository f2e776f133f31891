internal import EventailEvents
internal import EventailSystem

/// Looking at paths: what events hint at and what the regular look finds, and which known or new file each path leads to.
extension TailLoop {
    // Hints.

    func take(_ event: FolderEvent) {
        switch event {
        case .modified(let path):
            if let file = table.file(at: path) { enqueue(file) } else { lookAtNew(path, finder.source(of: path)) }
        case .appeared(let path, let isFolder, let cookie):
            if isFolder {
                if finder.mayMatchBelow(path) { askForPass() }
                return
            }
            var source = finder.source(of: path)
            if source == nil, cookie != 0, let mover = moves.removeValue(forKey: cookie) {
                source = mover
                rememberRotated(path, mover)
            }
            lookAtNew(path, source)
        case .vanished(let path, let isFolder, let cookie):
            if isFolder {
                if finder.mayMatchBelow(path) { askForPass() }
                return
            }
            if cookie != 0, let source = finder.source(of: path) ?? rotatedNames[path] { moves[cookie] = source }
            if let file = table.file(at: path) { recheck(file, at: path) }
        case .attributes(let path):
            if let file = table.file(at: path) {
                if file.with({ $0.condition == .unreadable }) { enqueue(file) }
            } else {
                lookAtNew(path, finder.source(of: path))
            }
        case .folderGone: askForPass()
        case .overflow:
            tally.change { $0.eventOverflows += 1 }
            askForPass()
        }
    }

    private func lookAtNew(_ path: String, _ source: Int?) {
        guard let source else {
            // A missing folder on the way to a pattern's files may have come.
            if finder.mayMatchBelow(path) { askForPass() }
            return
        }
        do throws(SystemError) {
            let glance = try FileGlance(at: path)
            if glance.kind == .file { look(at: path, glance, source) } else if glance.kind == .folder { askForPass() }
        } catch {
            if !error.isMissing { askForPass() }
        }
    }

    // The regular look.

    /// Looks at all folders and all known files.
    func reconcile() {
        isFirstLook = pass == 0
        defer { isFirstLook = false }
        pass += 1
        refusals = [:]
        let finding = finder.find(enter: { watcher.watch($0) })
        var folders = finding.folders
        for (path, sighting) in finding.files where !sources[sighting.source].isSequence { look(at: path, sighting.glance, sighting.source) }
        for (path, sighting) in finding.files.filter({ sources[$0.value.source].isSequence }).sorted(by: { $0.key < $1.key }) {
            look(at: path, sighting.glance, sighting.source)
        }
        for folder in finding.missing {
            let above = nearestFolder(above: folder)
            watcher.watch(above)
            folders.insert(above)
        }
        if isFirstLook {
            findRotatedWhileAway()
            adoptInherited()
        }
        var unreadable = 0
        for file in table.all {
            let (lastPass, path, isPlaced, isDeleted, realPath, condition) = file.with {
                ($0.lastPass, $0.reference.path, $0.isPlaced, $0.deletedSince != nil, $0.realPath, $0.condition)
            }
            if let realPath { watchFolder(of: realPath, &folders) }
            if condition == .unreadable { unreadable += 1 }
            if isDeleted {
                sweep(file)
            } else if !isPlaced {
                if !unplaced.contains(where: { $0 === file }) { unplaced.append(file) }
            } else if lastPass != pass {
                recheck(file, at: path)
                watchFolder(of: path, &folders)
            }
        }
        // What was moved while events were lost is found by the names that earlier moves used.
        for (path, source) in rotatedNames where table.file(at: path) == nil {
            do throws(SystemError) {
                let glance = try FileGlance(at: path)
                if glance.kind == .file { look(at: path, glance, source) }
            } catch {
                if error.isMissing { rotatedNames[path] = nil }
            }
        }
        placeAgain()
        watcher.keep(folders)
        let failures = finding.failures.merging(refusals) { first, _ in first }
        tell(failures)
        tally.change { status in
            status.unreadableFolders = failures.mapValues(\.description)
            status.unreadableFiles = unreadable
            status.openFiles = openFiles
        }
    }

    /// Says once what cannot be looked at.
    private func tell(_ failures: [String: SystemError]) {
        for (path, error) in failures where !toldFailures.contains(path) {
            Log.warning("tail", "a path cannot be read now", ["path": path, "reason": error.description, "remedy": Self.remedy(error)])
        }
        toldFailures = Set(failures.keys)
    }

    private func watchFolder(of path: String, _ folders: inout Set<String>) {
        let folder = FileSystem.folder(of: path)
        if folders.insert(folder).inserted { watcher.watch(folder) }
    }

    private func nearestFolder(above folder: String) -> String {
        var above = FileSystem.folder(of: folder)
        while above != "/" && above != "." && !FileSystem.isFolder(above) { above = FileSystem.folder(of: above) }
        return above
    }

    /// A deleted file is read as long as somebody appends, and kept until every sink has it.
    private func sweep(_ file: TailedFile) {
        let (descriptor, seen, point, acknowledged, since) = file.with { ($0.descriptor, $0.size, $0.point, $0.acknowledged, $0.deletedSince ?? 0) }
        guard let descriptor else {
            forget(file)
            return
        }
        let now = Timestamp.monotonicNanoseconds()
        do throws(SystemError) {
            let size = try descriptor.size()
            if size != seen || point.scanned < size {
                file.with { $0.deletedSince = now }
                enqueue(file, size: size)
            } else if acknowledged >= point.position && now - since >= limits.deletedGrace.nanoseconds {
                tally.lost(.deleted, size - point.position, file.path)
                forget(file)
            }
        } catch {
            Log.warning("tail", "a deleted file cannot be looked at", ["path": file.path, "reason": error.description])
        }
    }

    // One path.

    /// Settles what this path leads to.
    func look(at path: String, _ glance: FileGlance, _ source: Int) {
        if let known = table.file(at: path) {
            let change: Bool? = known.with { state in
                guard glance.isSurely(state.glance) else { return nil }
                let isChanged = state.size != glance.size || state.glance.changed != glance.changed || state.condition == .unreadable || !state.isVerified
                state.glance = glance
                state.lastPass = pass
                return isChanged
            }
            if let change {
                if change { enqueue(known, size: glance.size) }
                return
            }
        }
        do throws(SystemError) {
            let status = try FileStatus(at: path)
            guard status.isRegular else { return }
            if let file = table.file(status.identity) { settle(file, at: path, glance) } else { try create(status.identity, at: path, glance, source) }
        } catch {
            // The next regular look tries again.
            if !error.isMissing { refusals[path] = error }
        }
    }

    /// A known file is at this path now.
    private func settle(_ file: TailedFile, at path: String, _ glance: FileGlance) {
        let known = table.file(at: path)
        if let known, known !== file { displace(known, from: path) }
        let old = file.path
        table.place(file, at: path)
        if old != path {
            if leads(old, to: glance) {
                file.with { if !$0.aliases.contains(path) && $0.aliases.count < 16 { $0.aliases.append(path) } }
            } else {
                table.unplace(file, at: old)
                rename(file, to: path)
            }
        }
        let isChanged = file.with { state in
            let isChanged = state.size != glance.size || !state.isPlaced || state.condition == .unreadable || state.glance.changed != glance.changed
            state.isPlaced = true
            state.deletedSince = nil
            state.glance = glance
            state.lastPass = pass
            return isChanged
        }
        if isChanged { enqueue(file, size: glance.size) }
    }

    private func leads(_ path: String, to glance: FileGlance) -> Bool {
        do throws(SystemError) { return try FileGlance(at: path).key == glance.key } catch { return false }
    }

    func rename(_ file: TailedFile, to path: String) {
        file.with { state in
            let old = state.reference
            state.reference = FileReference(number: old.number, identity: old.identity, generation: old.generation, path: path, source: old.source)
            state.aliases.removeAll { $0 == path }
        }
    }

    /// A file not known in this run is at this path.
    func create(_ identity: FileIdentity, at path: String, _ glance: FileGlance, _ source: Int) throws(SystemError) {
        if table.count >= limits.files {
            tally.change { $0.refusedFiles += 1 }
            return
        }
        let before = table.file(at: path)
        var point = ReadingPoint()
        var generation = 0
        let isNew = checkpoints[identity] == nil
        if let checkpoint = checkpoints.removeValue(forKey: identity) {
            point = ReadingPoint(position: checkpoint.position, line: checkpoint.line, fingerprint: checkpoint.fingerprint)
            generation = checkpoint.generation
        } else if isFirstLook, sources[source].startAtEnd, !followedPaths.contains(path), ground?.source(of: path) == nil {
            do throws(SystemError) { point = try endPoint(of: path) } catch {
                // It cannot be read now; when it can be, it is read from its beginning rather than not at all.
                if error.isMissing { throw error }
            }
        }
        let reference = FileReference(number: nextNumber(), identity: identity, generation: generation, path: path, source: sources[source].name)
        var state = TailedFile.State(reference: reference, point: point, glance: glance, size: glance.size)
        state.lastPass = pass
        // What an earlier run had read may still be missing in some sink.
        state.acknowledged = unproven.contains(identity) ? 0 : point.position
        let real = FileSystem.realPath(path)
        if let real, real != path {
            state.realPath = real
            state.aliases = [real]
        }
        let file = TailedFile(identity: identity, source: source, maximumLineBytes: sources[source].maximumLineBytes, state: state)
        if let before { displace(before, from: path) }
        table.insert(file, at: path)
        if let inherited = inherited.removeValue(forKey: identity) { keepOpen(file, inherited.descriptor) }
        if isNew { tally.found(file) }
        if let real, real != path {
            if table.file(at: real) == nil { table.place(file, at: real) }
            watcher.watch(FileSystem.folder(of: real))
        }
        if let before { order(before, before: file) }
        if sources[source].isSequence {
            if let newest = newestOfSequence[source], newest.path < path, table.file(newest.identity) === newest { order(newest, before: file) }
            newestOfSequence[source] = file
        }
        enqueue(file, size: glance.size)
    }

    /// Looks whether the path still leads to this file.
    func recheck(_ file: TailedFile, at path: String) {
        do throws(SystemError) {
            let glance = try FileGlance(at: path)
            if glance.kind == .file { look(at: path, glance, finder.source(of: path) ?? file.source) } else { displace(file, from: path) }
        } catch {
            // Only a path that is not there says something; a refusal says nothing.
            if error.isMissing { displace(file, from: path) }
        }
    }

    /// The path no longer leads to this file.
    func displace(_ file: TailedFile, from path: String) {
        table.unplace(file, at: path)
        let isHomeless = file.with { state in
            state.aliases.removeAll { $0 == path }
            if state.reference.path != path || !state.isPlaced { return false }
            state.isPlaced = false
            return true
        }
        if isHomeless { unplaced.append(file) }
    }

    // Files without a path.

    /// Finds the paths of files that lost theirs: another known path, what the kernel says of the open file, a sibling in the folder. A file with none is deleted.
    func placeAgain() {
        let files = unplaced
        unplaced = []
        var siblings: [String: [FileGlance.Key: String]] = [:]
        for file in files {
            let (isPlaced, path, aliases, glance, descriptor) = file.with { ($0.isPlaced, $0.reference.path, $0.aliases, $0.glance, $0.descriptor) }
            if isPlaced { continue }
            var candidates = aliases
            if let current = descriptor?.currentPath { candidates.append(current) }
            var isKnown = true
            if descriptor == nil {
                let folder = FileSystem.folder(of: path)
                if siblings[folder] == nil { siblings[folder] = keys(in: folder) }
                if let keys = siblings[folder] {
                    if let sibling = keys[glance.key] { candidates.append(sibling) }
                } else {
                    isKnown = false
                }
            }
            if let found = candidates.first(where: { isPath($0, of: file) }) {
                table.place(file, at: found)
                rename(file, to: found)
                rememberRotated(found, file.source)
                file.with { state in
                    state.isPlaced = true
                    state.lastPass = pass
                }
                watcher.watch(FileSystem.folder(of: found))
                enqueue(file)
            } else if let descriptor {
                markDeleted(file, descriptor)
            } else if isKnown {
                let (unread, path) = file.with { ($0.isVerified || $0.point.position == 0 ? max($0.size, $0.glance.size) - $0.point.position : 0, $0.reference.path) }
                tally.lost(.deleted, unread, path)
                forget(file)
            } else {
                unplaced.append(file)
            }
        }
    }

    private func markDeleted(_ file: TailedFile, _ descriptor: Descriptor) {
        file.with { state in
            state.deletedSince = Timestamp.monotonicNanoseconds()
            state.condition = .deleted
        }
        enqueue(file)
    }

    private func isPath(_ path: String, of file: TailedFile) -> Bool {
        do throws(SystemError) { return try FileStatus(at: path).identity == file.identity } catch { return false }
    }

    /// Which name has which file, nil when the folder cannot be listed now.
    private func keys(in folder: String) -> [FileGlance.Key: String]? {
        var found: [FileGlance.Key: String] = [:]
        do throws(SystemError) {
            for name in try FileSystem.names(in: folder) {
                let path = Glob.Alternative.join(folder, name)
                do throws(SystemError) { found[try FileGlance(at: path).key] = path } catch {
                    if !error.isMissing { return nil }
                }
            }
        } catch {
            if !error.isMissing { return nil }
        }
        return found
    }
}
