internal import EventailKafka

/// What librdkafka, brokers and our own promises say against the settings of whatever speaks Kafka.
enum KafkaChecks {
    /// The longest name of a topic.
    static let longestTopic = 249

    /// Looks at every item of type `kafka` of a list; `written` is the list as it stands in the file.
    static func run(_ items: SettingValue, _ written: SettingNode?, _ key: String, _ reader: inout SettingReader) {
        for item in items.items where item["type"] == .text("kafka") {
            let name = item["name"].text
            guard let node = written?.items.first(where: { $0["name"]?.text == name }) else { continue }
            check(item, node, "\(key).\(name)", &reader)
        }
    }

    private static func check(_ item: SettingValue, _ node: SettingNode, _ key: String, _ reader: inout SettingReader) {
        if case .members(let options) = item["options"] {
            for option in options where option.value.isSet {
                checkOption(option.key, option.value.text, node["options"]?[option.key]?.position ?? node.position, "\(key).options.\(option.key)", &reader)
            }
        }
        checkTopic(item["topic"], node["topic"]?.position ?? node.position, "\(key).topic", &reader)
        if case .members(let topics) = item["topics"] {
            for topic in topics where topic.key == KafkaFields.metricsTopic {
                reader.report(
                    node["topics"]?[topic.key]?.position ?? node.position, "\(key).topics.\(topic.key)", "figures do not go to Kafka in this version",
                    "leave it out; /api/v1/metrics and /metrics have them")
            }
            for topic in topics { checkTopic(topic.value, node["topics"]?[topic.key]?.position ?? node.position, "\(key).topics.\(topic.key)", &reader) }
        }
        if item["password"].isSet && !item["username"].isSet {
            reader.report(node["password"]?.position ?? node.position, "\(key).password", "is of no use without username", "add username")
        }
        if item["tls_certificate"].isSet != item["tls_key"].isSet {
            let lone = item["tls_key"].isSet ? "tls_key" : "tls_certificate"
            reader.report(node[lone]?.position ?? node.position, "\(key).\(lone)", "is half of a pair", "set both tls_certificate and tls_key")
        }
        if item["transactional_id"].isSet && item["delivery"] == .text("at_least_once") {
            reader.report(
                node["transactional_id"]?.position ?? node.position, "\(key).transactional_id", "means nothing with delivery: at_least_once", "leave one of them out")
        }
    }

    private static func checkOption(_ name: String, _ value: String, _ position: SettingPosition, _ key: String, _ reader: inout SettingReader) {
        if let own = KafkaFields.reserved[name] {
            reader.report(position, key, "is set by Eventail itself", own.map { "use the key \($0)" } ?? "leave it out: delivery hangs on it")
        } else if let problem = KafkaSettings.problem(name, value) {
            reader.report(position, key, "librdkafka says: \(problem)", "see the table of settings in librdkafka's CONFIGURATION.md")
        }
    }

    private static func checkTopic(_ value: SettingValue, _ position: SettingPosition, _ key: String, _ reader: inout SettingReader) {
        guard value.isSet else { return }
        let name = value.text
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        if !isPlain || name.isEmpty || name == "." || name == ".." || name.utf8.count > longestTopic {
            reader.report(position, key, "\"\(name)\" is no name of a topic", "use 1 to \(longestTopic) letters, digits, \".\", \"_\" and \"-\"")
        }
    }
}
