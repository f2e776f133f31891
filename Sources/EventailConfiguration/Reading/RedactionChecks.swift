internal import EventailJSON

/// What is wrong with a redaction that single fields cannot tell.
enum RedactionChecks {
    /// The shortest key of a hash that nobody guesses.
    static let leastKeyCharacters = 16

    static func run(_ redact: SettingValue, _ root: SettingNode, _ reader: inout SettingReader) {
        let written = root["redact"]
        let items = written?["fields"]?.items ?? []
        for (index, text) in redact["fields"].texts.enumerated() where JSONPointer(text)?.steps.isEmpty ?? true {
            reader.report(
                items.indices.contains(index) ? items[index].position : root.position, "redact.fields[\(index)]",
                "\"\(text)\" is no JSON Pointer to a value in an event", "write it with slashes, e.g. /payload/password")
        }
        if redact["mode"] == .text("hash") && redact["key"].text.utf8.count < leastKeyCharacters {
            reader.report(
                written?["key"]?.position ?? written?["mode"]?.position ?? root.position, "redact.key",
                "the hash has no key of at least \(leastKeyCharacters) characters",
                "set redact.key to ${file:/path} or ${NAME}, so that nobody can try guesses against the hashes")
        }
    }
}
