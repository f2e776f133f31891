public import EventailJSON

extension SettingValue {
    /// Writes the settings as JSON, as `eventail config show` shows them: secrets hidden, sizes and durations with their units.
    public func write(into json: inout JSONWriter) {
        switch self {
        case .none: json.null()
        case .text(let text): json.value(SettingText.withoutPassword(text))
        case .secret: json.value(SettingText.hidden)
        case .boolean(let yes): json.value(yes)
        case .integer(let number): json.value(number)
        case .number(let number): json.value(number)
        case .size(let bytes): json.value(Units.text(size: bytes))
        case .duration(let duration): json.value(Units.text(duration))
        case .list(let items): json.array { json in for item in items { item.write(into: &json) } }
        case .members(let members):
            json.object { json in
                for member in members {
                    json.key(member.key)
                    member.value.write(into: &json)
                }
            }
        }
    }
}
