/// The keywords of one schema with their values. A schema has a few, so they are compared one by one; a dictionary would hash each question.
struct KeywordList {
    private var entries: [(name: String, value: Element)] = []

    var count: Int { entries.count }

    subscript(_ name: String) -> Element? {
        get {
            for entry in entries where entry.name == name { return entry.value }
            return nil
        }
        set {
            entries.removeAll { $0.name == name }
            if let newValue { entries.append((name, newValue)) }
        }
    }

    /// Those of a group of names; nil when there is none.
    func only(_ names: [String]) -> KeywordList? {
        var chosen = KeywordList()
        chosen.entries = entries.filter { names.contains($0.name) }
        return chosen.entries.isEmpty ? nil : chosen
    }
}
