/// What a running instance can take from a configuration that was read again, and what needs a new start.
extension Configuration {
    /// Keys that are fixed while the program runs: the state is locked and open, sockets are bound and have clients.
    static let fixedKeys = [["state_dir"], ["server", "listen"], ["server", "raw_listen"], ["server", "tls"], ["server", "insecure"]]

    /// This configuration with the fixed keys of the one that runs, and those of them that differ.
    public func keepingFixedKeys(of running: Configuration) -> (configuration: Configuration, ignored: [String]) {
        var settings = settings
        var ignored: [String] = []
        for path in Self.fixedKeys {
            let old = path.reduce(running.settings) { $0[$1] }
            if path.reduce(settings, { $0[$1] }) == old { continue }
            ignored.append(path.joined(separator: "."))
            settings.set(path[...], old)
        }
        return (Configuration(settings), ignored)
    }
}

extension SettingValue {
    /// Replaces what is at a path; a path that is not there stays so.
    fileprivate mutating func set(_ path: ArraySlice<String>, _ value: SettingValue) {
        guard let key = path.first else {
            self = value
            return
        }
        guard case .members(var members) = self, let index = members.firstIndex(where: { $0.key == key }) else { return }
        members[index].value.set(path.dropFirst(), value)
        self = .members(members)
    }
}
