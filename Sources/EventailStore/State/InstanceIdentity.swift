internal import EventailSystem

/// Who this instance is to outside systems that remember it: a name in its state folder, made once of the machine's name and the folder's path.
///
/// So it stays the same when the machine is renamed, when the state is damaged, and when the folder is lost and made again in its place. Whoever
/// copies the folder copies the name, too, and is then told apart by those systems.
public enum InstanceIdentity {
    /// The longest name; longer ones are cut.
    static let mostBytes = 256

    /// The name of the instance with that state folder, which exists.
    public static func of(stateFolder: String) throws(StoreError) -> String {
        let path = stateFolder + "/instance"
        return try StoreError.wrapping(path) { () throws(SystemError) in
            if FileSystem.exists(path) {
                let name = String(decoding: try FileSystem.read(path, limit: mostBytes + 1), as: UTF8.self).prefix { $0 != "\n" }
                if !name.isEmpty { return String(name) }
            }
            let place = Array((FileSystem.realPath(stateFolder) ?? stateFolder).utf8)
            let name = "\(ProcessUsage.hostName.prefix(64))-\(String(Hash.xxh3(place), radix: 16))"
            try FileSystem.replace(path, with: Array((name + "\n").utf8))
            return name
        }
    }
}
