internal import EventailCompression
internal import EventailEvents
internal import EventailSystem

/// A file that somebody compressed: which followed file it was, and what of that was not read.
///
/// *Thread*: one. *Limits*: a piece in memory at a time.
struct PackedFile {
    let path: String
    private let form: Unpacker.Form

    /// Nil for a form that cannot be unpacked.
    init?(path: String) {
        guard let form = Unpacker.form(of: path) else { return nil }
        self.path = path
        self.form = form
    }

    struct Match {
        let checkpoint: FileCheckpoint
        /// Whether a whole line lies behind the checkpoint.
        let hasRest: Bool
    }

    /// The checkpoint whose fingerprint stands in the content, of several that which is farthest; nil when it is none of them.
    func match(_ checkpoints: [FileCheckpoint]) throws(UnpackError) -> Match? {
        let wanted = checkpoints.filter { $0.fingerprint.length > 0 }.sorted { $0.position < $1.position }
        if wanted.isEmpty { return nil }
        let unpacker = try Unpacker(path, form)
        var found: FileCheckpoint?
        var (offset, next, lastNewline) = (Int64(0), 0, Int64(-1))
        // The last bytes before the piece.
        var before: [UInt8] = []
        while true {
            let piece = try unsafe unpacker.next()
            let count = piece.count
            if count == 0 { break }
            let end = offset + Int64(count)
            while next < wanted.count, wanted[next].position <= end {
                let (place, length) = (Int(wanted[next].position - offset), wanted[next].fingerprint.length)
                let own = min(place, length)
                var bytes = Array(before.suffix(length - own))
                unsafe bytes.append(contentsOf: piece[place - own..<place])
                if bytes.count == length && Hash.xxh3(bytes) == wanted[next].fingerprint.hash { found = wanted[next] }
                next += 1
            }
            // Nothing of it was followed.
            if next == wanted.count && found == nil { return nil }
            let newline = unsafe ByteSearch.last(0x0A, in: piece.baseAddress!, count: count)
            if newline >= 0 { lastNewline = offset + Int64(newline) }
            unsafe before.append(contentsOf: piece.suffix(Fingerprint.longest))
            before.removeFirst(max(0, before.count - Fingerprint.longest))
            offset = end
        }
        return found.map { Match(checkpoint: $0, hasRest: lastNewline >= $0.position) }
    }

    /// The content from `position` on as an open file without a name, in its place behind a hole.
    func unpacked(from position: Int64, in folder: String) throws(UnpackError) -> Descriptor {
        let unpacker = try Unpacker(path, form)
        let copy: Descriptor
        do throws(SystemError) {
            let name = folder + "/unpacked.part"
            copy = try Descriptor.open(name, [.readWrite, .create, .truncate, .append])
            try FileSystem.remove(name)
            try copy.truncate(to: position)
        } catch { throw .system(error) }
        var offset: Int64 = 0
        while true {
            let piece = try unsafe unpacker.next()
            let count = piece.count
            if count == 0 { return copy }
            let skipped = Int(min(max(0, position - offset), Int64(count)))
            do throws(SystemError) { unsafe try copy.writeAll(UnsafeRawBufferPointer(rebasing: piece[skipped...])) } catch { throw .system(error) }
            offset += Int64(count)
        }
    }
}
