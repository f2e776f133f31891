/// The reference of all keys as Markdown, made from the field tables (`eventail config reference`, Config/REFERENCE.md).
public enum ConfigurationReference {
    public static var markdown: String {
        var text = """
            # Configuration reference

            Made by `eventail config reference` from the tables in Sources/EventailConfiguration/Fields; a test keeps it so.
            Sizes are \(Units.sizeForm). Durations are \(Units.durationForm). Every string value may hold `${NAME}`,
            `${NAME:-default}` or `${file:/path}`; `$${` stands for `${` itself. A key that is absent or null has its default.

            """
        write("The file", ConfigurationFields.root, &text)
        for field in ConfigurationFields.root.fields { write(field, "", &text) }
        return text
    }

    /// A heading and table for everything below a field.
    private static func write(_ field: Field, _ prefix: String, _ text: inout String) {
        let path = prefix + field.key
        switch field.type {
        case .part(let part), .list(.part(let part)):
            write("`\(path)`", part, &text)
            for inner in part.fields { write(inner, path + ".", &text) }
        case .list(.variants(let variants)):
            for kind in variants.kinds {
                text += "\n## `\(path)` of type `\(kind.type)`\n\n\(kind.help)\(kind.isLater ? " Not available in this version." : "")\n\n"
                table(kind.part, &text)
                for inner in kind.part.fields { write(inner, path + ".", &text) }
            }
        default: break
        }
    }

    private static func write(_ title: String, _ part: SettingPart, _ text: inout String) {
        text += "\n## \(title)\n\n"
        table(part, &text)
    }

    private static func table(_ part: SettingPart, _ text: inout String) {
        text += "| key | value | default | meaning |\n|---|---|---|---|\n"
        for field in part.fields {
            let help = field.help.replacing("|", with: "\\|")
            text += "| `\(field.key)` | \(describe(field.type)) | \(describe(field.fallback)) | \(help)\(field.isLater ? " Not available in this version." : "") |\n"
        }
    }

    private static func describe(_ fallback: Field.Fallback) -> String {
        switch fallback {
        case .required: "required"
        case .unset: "not set"
        case .scalar(let text): "`\(text)`"
        case .texts(let texts): "`[\(texts.joined(separator: ", "))]`"
        case .part: "its defaults"
        }
    }

    private static func describe(_ type: FieldType) -> String {
        switch type {
        case .text: "text"
        case .secret: "text, never shown"
        case .name: "name"
        case .path: "path"
        case .url(let schemes): schemes.map { "`\($0)://`" }.joined(separator: ", ")
        case .address: "`HOST:PORT`"
        case .profile: "profile"
        case .boolean: "`true`, `false`"
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .size(let range): "\(Units.text(size: range.lowerBound)) to \(Units.text(size: range.upperBound))"
        case .duration(let range): "\(Units.text(range.lowerBound)) to \(Units.text(range.upperBound))"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let element): "list of " + describe(element)
        case .map: "mapping"
        case .part: "mapping"
        case .variants(let variants): variants.name + "s, see below"
        case .free: "any"
        }
    }
}
