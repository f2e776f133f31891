internal import EventailCompression
internal import EventailSystem

/// Puts full files aside under growing numbers, compresses them and removes the oldest.
///
/// Numbers only grow, so no file is ever renamed twice and a crash leaves nothing half done that `mend` does not finish.
/// *Owns* the thread that compresses, one at a time. *Thread*: the sink's.
final class FileRotator {
    let rotation: FileSinkConfiguration.Rotation
    private let path: String
    private var compressing: NamedThread?

    init(path: String, rotation: FileSinkConfiguration.Rotation) {
        self.path = path
        self.rotation = rotation
    }

    /// Puts the file aside; the path is free afterwards.
    func putAside() throws(SystemError) {
        finish()
        let number = (try numbers().last ?? 0) + 1
        try FileSystem.rename(path, to: "\(path).\(number)")
        CrashPoint.midRotation.reach()
        try mend()
    }

    /// Finishes what a crash left: compresses what is not, removes what is too old and what was half written.
    func mend() throws(SystemError) {
        finish()
        for name in try FileSystem.names(in: FileSystem.folder(of: path)) where name.hasPrefix(baseName) && name.hasSuffix(".zst.part") {
            try FileSystem.remove(FileSystem.folder(of: path) + "/" + name)
        }
        let numbers = try numbers()
        for number in numbers.dropLast(rotation.keep) {
            try FileSystem.remove("\(path).\(number)")
            try FileSystem.remove("\(path).\(number).zst")
        }
        if !rotation.compresses { return }
        let plain = numbers.suffix(rotation.keep).map { "\(path).\($0)" }.filter { FileSystem.exists($0) }
        if plain.isEmpty { return }
        compressing = NamedThread("compress") {
            for file in plain {
                do throws(SystemError) { try ZstdFile.compress(file, to: file + ".zst") } catch {
                    Log.warning("sink", "a file that was put aside stays uncompressed for now", ["file": file, "reason": error.description])
                }
            }
        }
    }

    /// Waits for the compression that runs.
    func finish() {
        compressing?.join()
        compressing = nil
    }

    private var baseName: String { path.split(separator: "/").last.map { "\($0)." } ?? "" }

    /// The numbers of files put aside, ascending.
    private func numbers() throws(SystemError) -> [Int] {
        var found: Set<Int> = []
        for name in try FileSystem.names(in: FileSystem.folder(of: path)) where name.hasPrefix(baseName) {
            var rest = name.dropFirst(baseName.count)
            if rest.hasSuffix(".zst") { rest = rest.dropLast(4) }
            if let number = Int(rest), number > 0 { found.insert(number) }
        }
        return found.sorted()
    }
}
