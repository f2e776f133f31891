internal import EventailAggregate
internal import EventailStore

/// What endpoints can see of the instance.
///
/// *Thread*: any; each member guards itself.
struct Sight: Sendable {
    let status: any InstanceStatus
    let telemetry: ServerTelemetry
    let hub: Hub
    let background: Background
    let clients: ClientList

    var aggregator: Aggregator? { background.aggregator }
    var history: History? { background.history }
    var readyRequiresSinks: Bool { background.readyRequiresSinks }
}

/// The endpoints, one file each.
enum Endpoints {
    static func all(_ sight: Sight) -> [Route] {
        var routes = health(sight) + page() + figures(sight) + events(sight) + executions(sight)
        routes += [scrape(sight), explain(sight), agents(sight), deadLetters(sight), sources(sight), files(sight), sinks(sight)]
        routes += [clients(sight), profiles(sight), audit(sight), configuration(sight), validate(sight)]
        return routes
    }
}
