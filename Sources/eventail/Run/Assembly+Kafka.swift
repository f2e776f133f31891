internal import EventailConfiguration
internal import EventailEvents
internal import EventailPipeline
internal import EventailSinks
internal import EventailStore

/// What the configuration says of Kafka into sinks.
extension Assembly {
    /// Whether sinks of Kafka can be made as they are described; nothing is connected.
    static func check(_ sinks: [SinkConfiguration], _ profiles: ProfileSet) throws {
        let known = profiles.profiles.map(\.name).sorted()
        for case .kafka(let kafka) in sinks {
            for profile in kafka.topics.keys.sorted() where !known.contains(profile) {
                throw AssemblyError(
                    description: "sink \(kafka.name): topics.\(profile) names no profile; use default or one of \(known.joined(separator: ", "))")
            }
            try KafkaSink.check(configuration(kafka, transactionalID: kafka.transactionalID ?? kafka.name), name: kafka.name)
        }
    }

    static func sink(_ kafka: SinkConfiguration.Kafka, stateFolder: String, deadLetters: DeadLetters, catalogue: Catalogue) throws -> KafkaSink {
        let identity = try kafka.transactionalID ?? "eventail-\(InstanceIdentity.of(stateFolder: stateFolder))-\(kafka.name)"
        return KafkaSink(
            name: kafka.name, configuration: configuration(kafka, transactionalID: identity), catalogue: catalogue,
            undeliverable: UndeliverableEvents(deadLetters, sink: kafka.name))
    }

    /// No transactional id, so that a running instance is not taken over from.
    static func replaying(_ kafka: SinkConfiguration.Kafka, catalogue: Catalogue) -> KafkaSink {
        var plain = configuration(kafka, transactionalID: "")
        plain.isExactlyOnce = false
        return KafkaSink(name: kafka.name, configuration: plain, catalogue: catalogue, undeliverable: UndeliverableEvents(nil, sink: kafka.name))
    }

    private static func configuration(_ kafka: SinkConfiguration.Kafka, transactionalID: String) -> KafkaSinkConfiguration {
        KafkaSinkConfiguration(
            topic: kafka.topic, topics: kafka.topics, isExactlyOnce: kafka.isExactlyOnce, transactionalID: transactionalID, settings: kafka.settings)
    }
}
