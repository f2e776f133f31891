internal import Synchronization

/// The numbers of profiles' types: which profile and which type an `Event.type` means.
///
/// One for the process. *Thread*: any; an extractor interns a type once and keeps the number. *Limits*: 4096 types; further ones of
/// profiles that accept unknown types share `other`.
public final class Catalogue: Sendable {
    public struct Entry: Sendable, Hashable {
        public let profile: String
        public let type: String
    }

    public static let most = 4096
    private let state = Mutex(State())

    private struct State {
        var entries: [Entry] = []
        var numbers: [Entry: UInt16] = [:]
    }

    public init() {}

    /// The number of a profile's type, made when new.
    public func number(profile: String, type: String) -> UInt16 {
        state.withLock { state in
            let entry = Entry(profile: profile, type: type)
            if let number = state.numbers[entry] { return number }
            // Room is kept so that every profile can have its `other`.
            if state.entries.count >= Self.most - 256 && type != "other" {
                let rest = Entry(profile: profile, type: "other")
                if let number = state.numbers[rest] { return number }
                return Self.add(rest, to: &state)
            }
            return Self.add(entry, to: &state)
        }
    }

    public func entry(_ number: UInt16) -> Entry { state.withLock { $0.entries[Int(number)] } }
    /// All entries so far; the index is the number. Numbers never change.
    public var entries: [Entry] { state.withLock { $0.entries } }

    private static func add(_ entry: Entry, to state: inout State) -> UInt16 {
        let number = UInt16(state.entries.count)
        state.entries.append(entry)
        state.numbers[entry] = number
        return number
    }
}
