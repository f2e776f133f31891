internal import EventailCompression
internal import EventailEvents
internal import EventailSystem

/// Files that were compressed while nobody looked, before they were read to their end.
///
/// Which file a compressed one was, its content tells: the fingerprint of a checkpoint stands at the checkpoint's position. The lines behind it are unpacked into an open
/// file without a name, which is then read like one that was deleted. A compressed file that has nothing to give is remembered, so that it is unpacked once.
extension TailLoop {
    /// The source of a checkpoint that stands for a compressed file that has nothing to give.
    static let packedSource = ""

    /// Goes on with the missing files of a folder in the compressed ones that have names like theirs.
    func followPacked(_ missing: [FileCheckpoint], _ folder: String, _ names: [String]) {
        let packed = names.filter(isCompressed)
        if packed.isEmpty { return }
        var byStem: [Substring: [FileCheckpoint]] = [:]
        for checkpoint in missing where table.file(checkpoint.identity) == nil && inherited[checkpoint.identity] == nil && checkpoint.source != Self.packedSource {
            byStem[stem(checkpoint.path), default: []].append(checkpoint)
        }
        for name in packed {
            guard let wanted = byStem[stem(name)]?.filter({ table.file($0.identity) == nil }), !wanted.isEmpty else { continue }
            do throws(UnpackError) { try follow(Glob.Alternative.join(folder, name), wanted) } catch {
                Log.warning(
                    "tail", "a compressed file cannot be unpacked; lines of it that were not read are missing until a start that can",
                    ["path": Glob.Alternative.join(folder, name), "reason": error.description])
            }
        }
    }

    private func follow(_ path: String, _ wanted: [FileCheckpoint]) throws(UnpackError) {
        let identity: FileIdentity
        let glance: FileGlance
        do throws(SystemError) {
            identity = try FileStatus(at: path).identity
            glance = try FileGlance(at: path)
        } catch { throw .system(error) }
        if glance.kind != .file || checkpoints[identity]?.source == Self.packedSource { return }
        guard let file = PackedFile(path: path) else { return reportCompressed(path) }
        let match = try file.match(wanted)
        let oldest = match.map { oldestWanted($0.checkpoint.identity, $0.checkpoint.generation) } ?? .max
        guard let match, match.hasRest || oldest < match.checkpoint.position else {
            // Of a file without a delivered line nothing tells which one it was.
            if wanted.contains(where: { $0.position == 0 }) { reportCompressed(path) }
            return tally.found(packed: FileCheckpoint(
                identity: identity, generation: 0, position: 0, line: 1, fingerprint: .none, path: path, source: Self.packedSource))
        }
        // A source that is not configured now may be back with the next start.
        guard let source = source(of: match.checkpoint) else { return }
        let checkpoint = match.checkpoint
        let start = min(checkpoint.position, oldest)
        let copy = try file.unpacked(from: max(0, start - Int64(Fingerprint.longest)), in: limits.workFolder)
        let size: Int64
        do throws(SystemError) { size = try copy.size() } catch { throw .system(error) }
        checkpoints.removeValue(forKey: checkpoint.identity)
        let reference = FileReference(
            number: nextNumber(), identity: checkpoint.identity, generation: checkpoint.generation, path: checkpoint.path, source: sources[source].name)
        let point = ReadingPoint(position: checkpoint.position, line: checkpoint.line, fingerprint: checkpoint.fingerprint)
        adopt(TailedFile.State(reference: reference, point: point, glance: glance, size: size), copy, source)
        Log.info("tail", "a file was compressed before it was read to its end; the rest is read from there", ["path": checkpoint.path, "compressed": path])
    }

    private func reportCompressed(_ path: String) {
        Log.warning("tail", "a rotated file was compressed while away and is not read", ["path": path])
        tally.change { if $0.compressedFiles.count < 1000 { $0.compressedFiles.append(path) } }
    }

    private func isCompressed(_ name: String) -> Bool {
        name.hasSuffix(".gz") || name.hasSuffix(".zst") || name.hasSuffix(".xz") || name.hasSuffix(".bz2")
    }

    /// What rotation leaves of a file's name: nothing from the first point on, and no number or date before it.
    private func stem(_ path: String) -> Substring {
        var name = (path.split(separator: "/").last ?? Substring(path)).drop { $0 == "." }.prefix { $0 != "." }
        while let last = name.last, last.isNumber || last == "-" || last == "_" { name.removeLast() }
        return name
    }
}
