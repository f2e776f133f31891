/// A setting that was read and checked, or its default.
///
/// The whole tree of them is what `eventail config show` prints; the plain structs (`Configuration` and its parts) are made from it.
public indirect enum SettingValue: Sendable, Equatable {
    /// Not set, and without a default.
    case none
    case text(String)
    /// Text that is never shown.
    case secret(String)
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    /// In bytes.
    case size(Int64)
    case duration(Duration)
    case list([SettingValue])
    case members([SettingMember])

    /// The value of a key; `none` when this has none of that name.
    subscript(key: String) -> SettingValue {
        guard case .members(let members) = self else { return .none }
        return members.first { $0.key == key }?.value ?? .none
    }

    var items: [SettingValue] {
        if case .list(let items) = self { items } else { [] }
    }

    var memberList: [SettingMember] {
        if case .members(let members) = self { members } else { [] }
    }

    var isSet: Bool { self != .none }

    /// The text of a text, secret or choice.
    var text: String {
        switch self {
        case .text(let text), .secret(let text): return text
        case .none: return ""
        default: preconditionFailure("the field of this value is a text")
        }
    }

    var texts: [String] { items.map(\.text) }

    var boolean: Bool {
        guard case .boolean(let yes) = self else { preconditionFailure("the field of this value is true or false") }
        return yes
    }

    var integer: Int {
        guard case .integer(let number) = self else { preconditionFailure("the field of this value is a whole number") }
        return Int(number)
    }

    var size: Int64 {
        guard case .size(let bytes) = self else { preconditionFailure("the field of this value is a size") }
        return bytes
    }

    var duration: Duration {
        guard case .duration(let duration) = self else { preconditionFailure("the field of this value is a duration") }
        return duration
    }
}

/// A key with its value; the order is that of the field table.
public struct SettingMember: Sendable, Equatable {
    public let key: String
    public var value: SettingValue
}
