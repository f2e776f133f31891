internal import EventailEvents

/// Turns YAML text into settings with their places.
enum ConfigurationFile {
    static func node(_ yaml: [UInt8], file: String) throws(ConfigurationError) -> SettingNode {
        do throws(YAMLError) {
            return convert(try YAMLReader.read(yaml)) { SettingPosition(file: file, line: $0, column: $1) }
        } catch {
            let position = SettingPosition(file: file, line: error.line, column: error.column)
            throw ConfigurationError([ConfigurationProblem(position: position, key: "", wrong: error.message, right: "")])
        }
    }

    /// The value of a `--set`; all of it is at `position`. An empty one is null.
    static func value(_ yaml: String, at position: SettingPosition) throws(ConfigurationError) -> SettingNode {
        // Text that is no YAML by itself but is meant as it stands: `redis://...`, `*.jsonl`, `{a` and the like are told apart by their first letter.
        if let first = yaml.first, !"[{\"'".contains(first) { return SettingNode(.scalar(yaml, .plain), at: position) }
        do throws(YAMLError) {
            return convert(try YAMLReader.read(yaml)) { _, _ in position }
        } catch {
            throw ConfigurationError([ConfigurationProblem(position: position, key: "", wrong: error.message, right: "")])
        }
    }

    private static func convert(_ node: YAMLNode, _ place: (Int, Int) -> SettingPosition) -> SettingNode {
        let position = place(node.line, node.column)
        switch node.content {
        case .scalar(let text, let plain): return SettingNode(.scalar(text, plain ? .plain : .quoted), at: position)
        case .sequence(let items): return SettingNode(.list(items.map { convert($0, place) }), at: position)
        case .mapping(let members):
            return SettingNode(
                .members(members.map { SettingNode.Member(key: $0.key, position: place($0.line, $0.column), value: convert($0.value, place)) }),
                at: position)
        }
    }
}
