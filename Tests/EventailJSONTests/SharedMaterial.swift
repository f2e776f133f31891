import EventailSystem
import Testing

/// Finds the shared material that some tests judge by.
enum SharedMaterial {
    static let folder: String? = {
        if let said = ProcessUsage.environment("EVENTAIL_SHARED") { return FileSystem.isFolder(said) ? said : nil }
        return FileSystem.isFolder("../shared") ? "../shared" : nil
    }()

    static var isThere: Bool { folder != nil }

    /// The JSON files below a folder, with their paths from it, in order.
    static func files(_ folder: String) throws -> [String] {
        var found: [String] = []
        for name in try FileSystem.names(in: folder).sorted() {
            if FileSystem.isFolder("\(folder)/\(name)") {
                found += try files("\(folder)/\(name)").map { "\(name)/\($0)" }
            } else if name.hasSuffix(".json") {
                found.append(name)
            }
        }
        return found
    }
}
