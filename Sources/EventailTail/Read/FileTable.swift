internal import EventailSystem
internal import Synchronization

/// All known files, by what they are and by the paths that lead to them.
///
/// *Thread*: the tailing thread changes it, others look; its lock is never held together with a file's.
final class FileTable: Sendable {
    private struct Content {
        var files: [FileIdentity: TailedFile] = [:]
        var paths: [String: TailedFile] = [:]
    }
    private let content = Mutex(Content())

    var count: Int { content.withLock { $0.files.count } }
    var all: [TailedFile] { content.withLock { Array($0.files.values) } }

    func file(_ identity: FileIdentity) -> TailedFile? { content.withLock { $0.files[identity] } }
    func file(at path: String) -> TailedFile? { content.withLock { $0.paths[path] } }

    func insert(_ file: TailedFile, at path: String) {
        content.withLock {
            $0.files[file.identity] = file
            $0.paths[path] = file
        }
    }

    /// A file that no path is known to lead to.
    func insert(_ file: TailedFile) { content.withLock { $0.files[file.identity] = file } }

    func place(_ file: TailedFile, at path: String) { content.withLock { $0.paths[path] = file } }

    /// Forgets that the path leads to this file, if it does.
    func unplace(_ file: TailedFile, at path: String) {
        content.withLock { if $0.paths[path] === file { $0.paths[path] = nil } }
    }

    func remove(_ file: TailedFile, paths: [String]) {
        content.withLock {
            $0.files[file.identity] = nil
            for path in paths where $0.paths[path] === file { $0.paths[path] = nil }
        }
    }
}
