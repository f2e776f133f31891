internal import EventailEvents
internal import EventailJSON
internal import EventailSystem

/// How sinks that keep checkpoints themselves write them down: `{"identity","generation","position","line","fingerprint_length","fingerprint_hash",
/// "path","source","carry_over"}`.
extension FileCheckpoint {
    func write(into json: inout JSONWriter) {
        json.object { json in
            json.field("identity", identity.key)
            json.field("generation", generation)
            json.field("position", position)
            json.field("line", line)
            json.field("fingerprint_length", fingerprint.length)
            json.field("fingerprint_hash", String(fingerprint.hash, radix: 16))
            json.field("path", path)
            json.field("source", source)
            json.field("carry_over", Base64.encode(carryOver))
        }
    }

    /// Nil when it is not what `write` makes.
    init?(_ item: Element) {
        guard let identity = item["identity"]?.string, let position = item["position"]?.int64,
            let hash = UInt64(item["fingerprint_hash"]?.string ?? "", radix: 16)
        else { return nil }
        self.init(
            identity: FileIdentity(key: identity), generation: Int(item["generation"]?.int64 ?? 0), position: position, line: item["line"]?.int64 ?? 1,
            fingerprint: Fingerprint(length: Int(item["fingerprint_length"]?.int64 ?? 0), hash: hash), path: item["path"]?.string ?? "",
            source: item["source"]?.string ?? "", carryOver: Base64.decode(item["carry_over"]?.string ?? "") ?? [])
    }
}
