internal import EventailSystem

/// Finds a file again that was renamed since it was last seen: its writer rotates it while somebody reads it again, before the `tail` thread has looked.
enum RenamedFile {
    /// A rename may come between looking and opening; more than one in a row is one too many for chance.
    private static let tries = 4

    /// Opens the file with this identity at `path`, else under another name in the same folder; nil when it is nowhere there.
    static func open(_ identity: FileIdentity, lastSeenAt path: String) throws(SystemError) -> Descriptor? {
        for _ in 0..<tries {
            if let file = try openIfSame(identity, path) { return file }
            let folder = FileSystem.folder(of: path)
            for name in try FileSystem.names(in: folder) {
                let sibling = "\(folder)/\(name)"
                guard try isSame(identity, sibling) else { continue }
                if let file = try openIfSame(identity, sibling) { return file }
            }
        }
        return nil
    }

    private static func openIfSame(_ identity: FileIdentity, _ path: String) throws(SystemError) -> Descriptor? {
        let file: Descriptor
        do throws(SystemError) { file = try Descriptor.open(path, [.read, .nonBlocking]) } catch {
            if error.isMissing { return nil }
            throw error
        }
        return try FileStatus(of: file).identity == identity ? file : nil
    }

    private static func isSame(_ identity: FileIdentity, _ path: String) throws(SystemError) -> Bool {
        do throws(SystemError) { return try FileStatus(at: path).identity == identity } catch {
            // Gone again, or a neighbour that is none of ours to see.
            if error.isMissing || error.isDenied { return false }
            throw error
        }
    }
}
