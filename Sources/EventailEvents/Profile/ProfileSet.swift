/// All profiles of the process: users' first, then the built-in ones. Immutable, shared by all extractors.
public final class ProfileSet: Sendable {
    /// In the order in which `auto` tries them.
    public let profiles: [Profile]
    public let catalogue: Catalogue

    /// Reads the built-in profiles and those in `files` (paths). Every mistake is an error before anything starts.
    public init(catalogue: Catalogue, files: [String] = []) throws(ProfileError) {
        self.catalogue = catalogue
        profiles = []
    }

    /// The profile of a name, or of the path that it was read from; nil when there is none.
    public func profile(_ name: String) -> Profile? {
        profiles.first { $0.name == name } ?? profiles.first { $0.file == name }
    }

    public var names: [String] { profiles.map(\.name) }
}
