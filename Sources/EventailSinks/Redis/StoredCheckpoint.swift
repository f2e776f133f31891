internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// A checkpoint as a field of the hash: `<instance>/<identity>~<generation>` and a JSON object.
enum StoredCheckpoint {
    static func field(_ checkpoint: FileCheckpoint, of instance: String) -> String {
        "\(instance)/\(checkpoint.identity.key)~\(checkpoint.generation)"
    }

    static func value(_ checkpoint: FileCheckpoint) -> [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.object { json in
            json.field("position", checkpoint.position)
            json.field("line", checkpoint.line)
            json.field("fingerprint_length", checkpoint.fingerprint.length)
            json.field("fingerprint_hash", String(checkpoint.fingerprint.hash, radix: 16))
            json.field("path", checkpoint.path)
            json.field("source", checkpoint.source)
            json.field("carry_over", Base64.encode(checkpoint.carryOver))
        }
        return json.bytes
    }

    /// The checkpoint of a field and its value, nil when it is not of that form.
    static func read(field: String, value: [UInt8], of instance: String, _ parser: TapeParser) -> FileCheckpoint? {
        guard field.hasPrefix(instance + "/"), let mark = field.lastIndex(of: "~"), let generation = Int(field[field.index(after: mark)...]),
            case .success(let document) = parser.parse(value)
        else { return nil }
        let root = document.root
        guard let position = root["position"]?.int64, let hash = UInt64(root["fingerprint_hash"]?.string ?? "", radix: 16) else { return nil }
        return FileCheckpoint(
            identity: FileIdentity(key: String(field[..<mark].dropFirst(instance.count + 1))), generation: generation, position: position,
            line: root["line"]?.int64 ?? 1, fingerprint: Fingerprint(length: Int(root["fingerprint_length"]?.int64 ?? 0), hash: hash),
            path: root["path"]?.string ?? "", source: root["source"]?.string ?? "", carryOver: Base64.decode(root["carry_over"]?.string ?? "") ?? [])
    }
}
