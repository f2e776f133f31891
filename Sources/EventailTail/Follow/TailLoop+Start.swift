internal import EventailCompression
internal import EventailEvents
internal import EventailSystem

/// What happened to followed files while nobody looked: they are found by what they are, among the files of their folders.
extension TailLoop {
    /// Finds files with a checkpoint that no pattern leads to any more, and what was rotated after them.
    func findRotatedWhileAway() {
        var byFolder: [String: [FileCheckpoint]] = [:]
        for checkpoint in followed where table.file(checkpoint.identity)?.path != checkpoint.path {
            byFolder[FileSystem.folder(of: checkpoint.path), default: []].append(checkpoint)
        }
        for (folder, missing) in byFolder {
            do throws(SystemError) { try search(folder, missing) } catch {
                if !error.isMissing { Log.warning("tail", "rotated files cannot be looked for", ["folder": folder, "reason": error.description]) }
            }
        }
    }

    private func search(_ folder: String, _ missing: [FileCheckpoint]) throws(SystemError) {
        let names = try FileSystem.names(in: folder).sorted()
        for name in names {
            let path = Glob.Alternative.join(folder, name)
            do throws(SystemError) {
                let status = try FileStatus(at: path)
                guard status.isRegular, table.file(status.identity) == nil, let checkpoint = checkpoints[status.identity] else { continue }
                guard checkpoint.source != Self.packedSource, let source = source(of: checkpoint) else { continue }
                try create(status.identity, at: path, try FileGlance(at: path), source)
                rememberRotated(path, source)
            } catch {
                if !error.isMissing { Log.warning("tail", "a file cannot be looked at", ["path": path, "reason": error.description]) }
            }
        }
        for checkpoint in missing { try followRotation(checkpoint, folder, names) }
        followPacked(missing, folder, names)
    }

    /// Reads what had the path of `checkpoint` after it, oldest first: the files rotated since, then the one there now.
    private func followRotation(_ checkpoint: FileCheckpoint, _ folder: String, _ names: [String]) throws(SystemError) {
        let name = checkpoint.path.split(separator: "/").last.map(String.init) ?? checkpoint.path
        guard let first = table.file(checkpoint.identity) else { return }
        let current = table.file(at: checkpoint.path)
        let birth = first.with { $0.glance.key.birth }
        let end = current.map { file in file.with { $0.glance.key.birth } } ?? .max
        var between: [(birth: Int64, path: String, glance: FileGlance)] = []
        for other in names where other.hasPrefix(name + ".") || other.hasPrefix(name + "-") {
            let path = Glob.Alternative.join(folder, other)
            if table.file(at: path) != nil { continue }
            if Unpacker.form(of: other) != nil { continue }
            let glance = try FileGlance(at: path)
            if glance.kind == .file, birth != 0, glance.key.birth > birth, glance.key.birth < end { between.append((glance.key.birth, path, glance)) }
        }
        between.sort { $0.birth < $1.birth }
        var last = first
        for (_, path, glance) in between {
            let identity = try FileStatus(at: path).identity
            if table.file(identity) == nil { try create(identity, at: path, glance, first.source) }
            guard let file = table.file(identity) else { continue }
            rememberRotated(path, first.source)
            order(last, before: file)
            last = file
        }
        if let current, current !== first { order(last, before: current) }
    }

    /// The source that a file of an earlier run belongs to: that of the same name, else one that its path belongs to, because sources are renamed.
    func source(of checkpoint: FileCheckpoint) -> Int? {
        sources.firstIndex { $0.name == checkpoint.source } ?? finder.source(of: checkpoint.path)
    }

    /// Takes over files that the tailer before held open and that no path was found for: they were moved elsewhere or have no name any more.
    func adoptInherited() {
        for (identity, held) in inherited {
            let path = held.reference.path
            guard let source = sources.firstIndex(where: { $0.name == held.reference.source }) ?? finder.source(of: path) else { continue }
            var point = ReadingPoint()
            var generation = held.reference.generation
            if let checkpoint = checkpoints.removeValue(forKey: identity) {
                point = ReadingPoint(position: checkpoint.position, line: checkpoint.line, fingerprint: checkpoint.fingerprint)
                generation = checkpoint.generation
            }
            let reference = FileReference(number: nextNumber(), identity: identity, generation: generation, path: path, source: sources[source].name)
            adopt(TailedFile.State(reference: reference, point: point, glance: held.glance, size: held.size), held.descriptor, source)
        }
        inherited = [:]
    }

    /// Follows an open file that no path leads to.
    func adopt(_ state: TailedFile.State, _ descriptor: Descriptor, _ source: Int) {
        var state = state
        let (identity, path) = (state.reference.identity, state.reference.path)
        // What an earlier run had read may still be missing in some sink.
        state.acknowledged = unproven.contains(identity) ? 0 : state.point.position
        state.isPlaced = false
        let file = TailedFile(identity: identity, source: source, maximumLineBytes: sources[source].maximumLineBytes, state: state)
        table.insert(file)
        keepOpen(file, descriptor)
        unplaced.append(file)
        // What has its path now came after it.
        if let current = table.file(at: path) { order(file, before: current) }
    }
}
