public import EventailAggregate
public import EventailStore
public import EventailSystem

/// The server of an instance: HTTP, WebSocket and the page on one port. Read `Transport/ServeLoop.swift` next.
///
/// *Owns* the threads `serve` and `query` and the listening sockets. *Thread*: made, started and stopped by one. *Limits*: `ServerConfiguration`.
public final class Server: @unchecked Sendable {
    // @unchecked: `thread` is touched by start and stop only, which their caller calls one after the other.
    /// Where it listens, with the ports that the kernel chose.
    public let addresses: [SocketAddress]
    /// Where every WebSocket gets bare events.
    public let rawAddresses: [SocketAddress]

    private let loop: ServeLoop
    private let runner: QueryRunner
    private let orders = ServeOrders()
    private let background: Background
    private let wake: EventSignal
    private var thread: NamedThread?

    /// Binds all addresses; nothing is served before `start`, but clients may already connect and wait.
    public init(
        configuration: ServerConfiguration, hub: Hub, aggregator: Aggregator?, history: History?, status: any InstanceStatus
    ) throws(ServerError) {
        let main = try Self.listen(configuration.listen, configuration)
        let raw = try Self.listen(configuration.rawListen, configuration)
        let authenticator = try configuration.authentication.map { settings throws(ServerError) in try Authenticator(settings) }
        addresses = main.map(\.address)
        rawAddresses = raw.map(\.address)
        do throws(SystemError) {
            wake = try EventSignal()
            runner = try QueryRunner(capacity: configuration.queries)
            let telemetry = ServerTelemetry()
            background = Background(
                Background.Parts(aggregator: aggregator, history: history, readyRequiresSinks: configuration.readyRequiresSinks))
            let broadcaster = Broadcaster(hub: hub, background: background, runner: runner, configuration: configuration, telemetry: telemetry)
            let sight = Sight(status: status, telemetry: telemetry, hub: hub, background: background, clients: ClientList())
            loop = try ServeLoop(
                configuration: configuration, broadcaster: broadcaster, telemetry: telemetry, runner: runner,
                router: Router(routes: Endpoints.all(sight)), policy: Self.policy(configuration, addresses + rawAddresses), authenticator: authenticator,
                listeners: main.map { ($0.descriptor, false) } + raw.map { ($0.descriptor, true) }, wake: wake, orders: orders)
            sight.clients.loop = loop
        } catch {
            throw .system(error)
        }
    }

    /// Goes on with other settings and other sources of answers. Addresses stay what they are, and so do connections; the new limits hold
    /// for them too, but for the longest message, which holds for new ones.
    public func change(to configuration: ServerConfiguration, aggregator: Aggregator?, history: History?) {
        background.replace(Background.Parts(aggregator: aggregator, history: history, readyRequiresSinks: configuration.readyRequiresSinks))
        let authenticator: Authenticator?
        do throws(ServerError) { authenticator = try configuration.authentication.map { settings throws(ServerError) in try Authenticator(settings) } } catch {
            return Log.error("server", "the new settings of the server are not taken", ["reason": error.description])
        }
        orders.change(
            ServeOrders.Change(
                configuration: configuration, policy: Self.policy(configuration, addresses + rawAddresses), authenticator: authenticator))
        wake.ring()
    }

    private static func policy(_ configuration: ServerConfiguration, _ addresses: [SocketAddress]) -> HostPolicy {
        let listening = configuration.listen + configuration.rawListen + addresses.map(\.description)
        return HostPolicy(
            listening: listening.map(HostPolicy.name), hosts: configuration.hosts.map(HostPolicy.name), origins: configuration.origins,
            anyAddress: addresses.contains { $0.host == "0.0.0.0" || $0.host == "::" })
    }

    /// Starts the threads.
    public func start() {
        runner.start()
        let loop = loop
        thread = NamedThread("serve") { loop.run() }
    }

    /// Tells every client that it ends (1012 when the program will be back at once, else 1001), lets them take what waits for them, and
    /// returns when all are gone, at the latest after `deadline`.
    public func stop(deadline: Duration, restarting: Bool = false) {
        orders.stop(ServeOrders.Stop(deadline: Timestamp.monotonicNanoseconds() + deadline.nanoseconds, restarting: restarting))
        wake.ring()
        thread?.join()
        thread = nil
        runner.stop()
    }

    private static func listen(
        _ texts: [String], _ configuration: ServerConfiguration
    ) throws(ServerError) -> [(descriptor: Descriptor, address: SocketAddress)] {
        var found: [(descriptor: Descriptor, address: SocketAddress)] = []
        for text in texts {
            let wanted: SocketAddress
            do throws(SystemError) { wanted = try SocketAddress(resolving: text) } catch { throw .malformed(address: text) }
            if !wanted.isLoopback && !configuration.insecure && configuration.authentication == nil { throw .notLoopback(address: text) }
            do throws(SystemError) {
                let (descriptor, address) = try Socket.listen(at: wanted)
                found.append((descriptor, address))
            } catch {
                throw error.isInUse ? .inUse(address: text) : .unbindable(address: text, error)
            }
        }
        return found
    }
}
