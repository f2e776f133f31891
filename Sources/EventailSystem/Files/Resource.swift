internal import CResources

/// The files that are part of the program: built-in profiles, prices, the page.
public enum Resource {
    /// The names of all, e.g. `profiles/superagent.yaml`, in the order of Sources/CResources/resources.c.
    public static var names: [String] {
        (0..<CResources_count()).map { unsafe String(cString: CResources_files()[$0].name) }
    }

    /// The content of a file, nil when there is none of that name.
    public static func bytes(_ name: String) -> [UInt8]? {
        for index in 0..<CResources_count() {
            let file = unsafe CResources_files()[index]
            if unsafe String(cString: file.name) == name { return unsafe Array(UnsafeBufferPointer(start: file.bytes, count: file.length)) }
        }
        return nil
    }
}
