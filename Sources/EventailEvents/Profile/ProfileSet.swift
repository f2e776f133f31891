internal import EventailSystem
internal import Synchronization

/// All profiles of the process: users' first, then the built-in ones. Immutable, shared by all extractors.
public final class ProfileSet: Sendable {
    /// In the order in which `auto` tries them.
    public let profiles: [Profile]
    public let catalogue: Catalogue

    /// What readers have made of a choice.
    private let made = Mutex<[(choice: ProfileChoice, object: any AnyObject & Sendable)]>([])
    private static let mostMade = 64

    /// The longest file of a profile.
    public static let mostBytes = 4 << 20

    /// Reads the built-in profiles and those in `files` (paths). Every mistake is an error before anything starts.
    ///
    /// A user's profile may have the name of a built-in one and then stands in its place.
    public convenience init(catalogue: Catalogue, files: [String] = []) throws(ProfileError) {
        var users: [Profile] = []
        for path in files {
            let bytes: [UInt8]
            do { bytes = try FileSystem.read(path, limit: Self.mostBytes) } catch {
                throw ProfileError(file: path, message: "cannot be read: \(error)")
            }
            users.append(try Profile(bytes, file: path))
        }
        try self.init(catalogue: catalogue, users: users, builtIn: try Self.builtIn())
    }

    /// Of profiles that are read already; for tests and tools.
    public init(catalogue: Catalogue, users: [Profile], builtIn: [Profile]) throws(ProfileError) {
        self.catalogue = catalogue
        for (index, profile) in users.enumerated() where users[..<index].contains(where: { $0.name == profile.name }) {
            throw ProfileError(file: profile.file, message: "another profile is named \(profile.name), too")
        }
        profiles = users + builtIn.filter { profile in !users.contains { $0.name == profile.name } }
    }

    /// The profiles that are part of the program, in the order of their resources.
    public static func builtIn() throws(ProfileError) -> [Profile] {
        var profiles: [Profile] = []
        for name in Resource.names where name.hasPrefix("profiles/") && name.hasSuffix(".yaml") {
            guard let bytes = Resource.bytes(name) else { continue }
            profiles.append(try Profile(bytes, file: name, isBuiltIn: true))
        }
        return profiles
    }

    /// The profile of a name, or of the path that it was read from; nil when there is none.
    public func profile(_ name: String) -> Profile? {
        profiles.first { $0.name == name } ?? profiles.first { $0.file == name }
    }

    public var names: [String] { profiles.map(\.name) }

    /// What a reader makes of the profiles of a choice, made once for all readers of its kind.
    func shared<Object: AnyObject & Sendable>(
        _ choice: ProfileChoice, make: ([Profile], Catalogue) throws(ProfileError) -> Object
    ) throws(ProfileError) -> Object {
        let known = made.withLock { made in made.first { $0.choice == choice && $0.object is Object }?.object as? Object }
        if let known { return known }
        let object = try make(try chosen(choice), catalogue)
        made.withLock { if $0.count < Self.mostMade { $0.append((choice, object)) } }
        return object
    }

    /// The profiles of a choice, in the order in which they are tried.
    func chosen(_ choice: ProfileChoice) throws(ProfileError) -> [Profile] {
        let names: [String]
        switch choice {
        case .auto: return profiles.filter(\.isAutomatic)
        case .named(let name): names = [name]
        case .list(let list): names = list
        }
        var chosen: [Profile] = []
        for name in names {
            guard let profile = profile(name) else {
                throw ProfileError(file: name, message: "there is no such profile; known are \(self.names.joined(separator: ", ")), or a path")
            }
            chosen.append(profile)
        }
        return chosen
    }
}
