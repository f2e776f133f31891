/// One `--set path.to.key=value`: puts a value into a configuration before it is checked.
///
/// Items of a list are named by their `name` or their number: `sinks.stream.url=...`, `sources.0.paths=[a, b]`. The value is YAML.
struct Override {
    private let text: String
    private let position: SettingPosition

    init(_ text: String) {
        self.text = text
        position = SettingPosition(file: "--set \(text)")
    }

    /// Changes `root`; answers what is wrong when it cannot.
    func apply(to root: inout SettingNode) -> ConfigurationProblem? {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            return problem("", "is not KEY=VALUE", "write --set path.to.key=value")
        }
        let key = String(text[..<equals])
        let path = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if path.contains("") { return problem(key, "has an empty part", "write path.to.key") }
        let value: SettingNode
        do throws(ConfigurationError) {
            value = try ConfigurationFile.value(String(text[text.index(after: equals)...]), at: position)
        } catch {
            return problem(key, "the value is not YAML: \(error.problems[0].wrong)", "quote it")
        }
        return set(value, at: path[...], in: &root, key)
    }

    private func set(_ value: SettingNode, at path: ArraySlice<String>, in node: inout SettingNode, _ key: String) -> ConfigurationProblem? {
        guard let step = path.first else {
            node = value
            return nil
        }
        switch node.content {
        case .list(var items):
            guard let index = items.firstIndex(where: { $0["name"]?.text == step }) ?? Int(step).flatMap({ items.indices.contains($0) ? $0 : nil }) else {
                let names = items.compactMap { $0["name"]?.text }
                return problem(key, "there is no item \"\(step)\"", names.isEmpty ? "the list has no named items" : Suggestion.sentence(for: step, among: names))
            }
            let failure = set(value, at: path.dropFirst(), in: &items[index], key)
            node.content = .list(items)
            return failure
        case .members:
            var child = node[step] ?? SettingNode(.scalar("", .plain), at: position)
            let failure = set(value, at: path.dropFirst(), in: &child, key)
            node.set(step, SettingNode(child.content, at: child.position))
            return failure
        case .scalar:
            if !node.isNull { return problem(key, "\"\(step)\" is looked for in a single value", "name a key of a mapping") }
            var child = SettingNode(.scalar("", .plain), at: position)
            let failure = set(value, at: path.dropFirst(), in: &child, key)
            node.content = .members([])
            node.set(step, child)
            return failure
        }
    }

    private func problem(_ key: String, _ wrong: String, _ right: String) -> ConfigurationProblem {
        ConfigurationProblem(position: position, key: key, wrong: wrong, right: right)
    }
}
