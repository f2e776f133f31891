/// What is wrong with `server.auth` that single fields cannot tell.
enum AuthenticationChecks {
    /// The shortest secret that nobody finds by trying.
    static let leastSecretCharacters = 32

    static func run(_ settings: SettingValue, _ written: SettingNode?, _ fallback: SettingPosition, _ reader: inout SettingReader) {
        if !settings.isSet { return }
        let position = written?.position ?? fallback
        checkKeys(settings["jwt"], written?["jwt"], position, &reader)
        let roles = settings["roles"].memberList.map(\.key)
        func check(_ role: String, _ place: SettingPosition, _ key: String, _ others: [String]) {
            if roles.isEmpty || roles.contains(role) || others.contains(role) { return }
            reader.report(place, key, "\"\(role)\" is none of the roles", "use \((others + roles).joined(separator: " or "))")
        }
        check(settings["anonymous_role"].text, written?["anonymous_role"]?.position ?? position, "server.auth.anonymous_role", ["none"])
        for (index, token) in settings["tokens"].items.enumerated() {
            let items = written?["tokens"]?.items ?? []
            let place = items.indices.contains(index) ? items[index].position : position
            check(token["role"].text, place, "server.auth.tokens[\(index)].role", [])
            checkLength(token["token"], place, "server.auth.tokens[\(index)].token", &reader)
            if token["token"].text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
                reader.report(place, "server.auth.tokens[\(index)].token", "cannot be sent in a header", "use letters, digits and signs of ASCII without spaces")
            }
        }
    }

    private static func checkKeys(_ jwt: SettingValue, _ written: SettingNode?, _ fallback: SettingPosition, _ reader: inout SettingReader) {
        if !jwt.isSet { return }
        let position = written?.position ?? fallback
        checkLength(jwt["secret"], written?["secret"]?.position ?? position, "server.auth.jwt.secret", &reader)
        for algorithm in jwt["algorithms"].texts {
            if algorithm.hasPrefix("HS") {
                if !jwt["secret"].isSet { reader.report(position, "server.auth.jwt", "\(algorithm) needs a secret", "set secret, or take \(algorithm) out of algorithms") }
            } else if !jwt["public_key"].isSet && !jwt["key_set"].isSet {
                reader.report(position, "server.auth.jwt", "\(algorithm) needs a public key", "set public_key or key_set")
            }
        }
    }

    private static func checkLength(_ secret: SettingValue, _ position: SettingPosition, _ key: String, _ reader: inout SettingReader) {
        if secret.isSet && secret.text.utf8.count < leastSecretCharacters {
            reader.report(position, key, "has fewer than \(leastSecretCharacters) characters", "make one with: openssl rand -base64 48")
        }
    }
}
