public import EventailSystem

/// A folder of a test's own, removed with what is in it when the test lets go.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() throws(SystemError) {
        let base = ProcessUsage.environment("TMPDIR") ?? "/tmp"
        let name = ProcessUsage.randomBytes(8).map { String($0, radix: 16) }.joined()
        path = "\(base)/eventail-test-\(name)"
        try FileSystem.makeFolder(path)
    }

    deinit { Self.removeTree(path) }

    /// The path of a file in the folder, which need not exist.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    private static func removeTree(_ path: String) {
        do throws(SystemError) {
            for name in try FileSystem.names(in: path) {
                let child = "\(path)/\(name)"
                if FileSystem.isRealFolder(child) { removeTree(child) } else { try FileSystem.remove(child) }
            }
            try FileSystem.removeFolder(path)
        } catch {
            Log.warning("test", "a temporary folder stays behind", ["path": path, "reason": error.description])
        }
    }
}
