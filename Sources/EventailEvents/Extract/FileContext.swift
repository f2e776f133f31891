/// What an extractor remembers of one file from line to line: carried roles such as model and session.
///
/// *Owns* its texts. *Thread*: the extractor's that has the file. *Limits*: 16 roles a profile, 1024 bytes each.
public final class FileContext {
    static let longestText = 1024
    private static let version: UInt8 = 1

    /// By the plan's carried roles; bound when an extractor first sees it.
    private(set) var values: [[UInt8]?] = []
    private var names: [(profile: String, name: String)] = []
    private var decoded: [(profile: String, name: String, value: [UInt8])] = []
    private var encoded: [UInt8]?
    private var bound: ObjectIdentifier?
    /// Counts what was remembered anew.
    private(set) var changes = 0

    public init() {}

    /// Reads what `encode` wrote; bytes of another version or none give an empty context.
    public init(decoding bytes: [UInt8]) {
        guard bytes.first == Self.version else { return }
        var index = 1
        func take() -> [UInt8]? {
            guard index + 2 <= bytes.count else { return nil }
            let length = Int(bytes[index]) << 8 | Int(bytes[index + 1])
            guard index + 2 + length <= bytes.count else { return nil }
            defer { index += 2 + length }
            return Array(bytes[index + 2..<index + 2 + length])
        }
        while let profile = take(), let name = take(), let value = take() {
            decoded.append((String(decoding: profile, as: UTF8.self), String(decoding: name, as: UTF8.self), value))
        }
    }

    /// Empty when there is nothing to remember.
    public func encode() -> [UInt8] {
        if let encoded { return encoded }
        var bytes: [UInt8] = []
        func put(_ text: [UInt8]) { bytes += [UInt8(text.count >> 8), UInt8(text.count & 255)] + text }
        for (profile, name, value) in entries {
            if bytes.isEmpty { bytes.append(Self.version) }
            put(Array(profile.utf8))
            put(Array(name.utf8))
            put(value)
        }
        encoded = bytes
        return bytes
    }

    private var entries: [(profile: String, name: String, value: [UInt8])] {
        var entries = zip(names, values).compactMap { name, value in value.map { (name.profile, name.name, $0) } }
        // What the present profiles do not carry is kept for those that do.
        entries += decoded.filter { old in !names.contains { $0.profile == old.profile && $0.name == old.name } }
        return entries
    }

    /// What `encode` wrote, with other texts.
    public static func encoded(_ bytes: [UInt8], _ change: (String) -> String) -> [UInt8] {
        let context = FileContext(decoding: bytes)
        context.decoded = context.decoded.map { ($0.profile, $0.name, Array(change(String(decoding: $0.value, as: UTF8.self)).utf8.prefix(longestText))) }
        return context.encode()
    }

    /// Makes room for a plan's carried roles, keeping what is known of them.
    func bind(_ plan: ReadingPlan) {
        guard bound != ObjectIdentifier(plan) else { return }
        decoded = entries
        bound = ObjectIdentifier(plan)
        names = plan.carries.map { ($0.profile, $0.name) }
        values = names.map { name in decoded.first { $0.profile == name.profile && $0.name == name.name }?.value }
    }

    func remember(_ carry: Int, _ value: [UInt8]) {
        guard values[carry] != value else { return }
        values[carry] = Array(value.prefix(Self.longestText))
        encoded = nil
        changes += 1
    }
}
