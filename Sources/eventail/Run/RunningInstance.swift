internal import EventailAggregate
internal import EventailConfiguration
internal import EventailPipeline
internal import EventailServer
internal import EventailStore
internal import EventailSystem
internal import Synchronization

/// One instance from start to stop: state first, then the server's sockets, then reading; the other way round at the end.
///
/// *Thread*: `main`.
struct RunningInstance {
    /// Time for sinks and clients at a stop, each.
    static let stopTime: Duration = .seconds(10)
    /// How long serving waits for history after a crash.
    static let catchUpTime: Duration = .seconds(5)

    let parts: Assembly.Parts
    let view: InstanceView
    private let signals: SignalReceiver

    /// Before any thread starts: signals are taken over here.
    init(_ configuration: Configuration) throws {
        ProcessUsage.ignoreBrokenPipes()
        signals = try SignalReceiver()
        parts = try Assembly.make(configuration)
        view = InstanceView(parts)
    }

    /// Serves and tails until SIGTERM or SIGINT.
    func runUntilStopped() throws {
        let server = try bindServer()
        start(untilEnd: false, server)
        if let server { serve(server.server) }
        try waitForStop(or: nil)
        view.became(.draining)
        Log.info("eventail", "stopping")
        let all = parts.pipeline.stop(within: Self.stopTime)
        server?.server.stop(deadline: .seconds(2))
        if !all { Log.warning("eventail", "a sink has not taken everything; the rest follows after the next start") }
        Log.info("eventail", "stopped")
    }

    /// Reads what is there, waits until every sink has it, prints the totals. False when it was interrupted or a sink could not take all.
    func runToEnd() throws -> Bool {
        let began = Timestamp.monotonicNanoseconds()
        start(untilEnd: true, nil)
        let ended = try EventSignal()
        let outcome = Outcome()
        let pipeline = parts.pipeline
        let waiter = NamedThread("end") {
            outcome.set(pipeline.waitUntilEnd())
            ended.ring()
        }
        if try waitForStop(or: ended) {
            _ = pipeline.stop(within: Self.stopTime)
            waiter.join()
            return false
        }
        waiter.join()
        Output.write(ExitSummary.write(pipeline, seconds: Double(Timestamp.monotonicNanoseconds() - began) / 1e9) + "\n")
        Output.flush()
        return outcome.isComplete
    }

    private func start(untilEnd: Bool, _ served: (server: Server, hub: Hub)?) {
        let (view, configuration, hub) = (view, parts.configuration, served?.hub)
        let recovered: @Sendable () -> Void = {
            view.became(.running)
            Log.info("eventail", "reading", ["sources": "\(configuration.sources.count)", "state": configuration.stateFolder])
        }
        parts.pipeline.start(untilEnd: untilEnd, recovered: recovered) { hub?.publish($0) }
    }

    /// Clients that resume after a crash ask at once for events that only the agents' files still have: history first takes those again. A history that lags far is not
    /// waited for; what it lacks is then told as `dropped`.
    private func serve(_ server: Server) {
        if !parts.pipeline.waitUntilCaughtUp(kind: "history", within: Self.catchUpTime) {
            Log.warning("server", "history lags behind an earlier run; older events follow", ["waited": "\(Self.catchUpTime)"])
        }
        server.start()
        for address in server.addresses { Log.info("server", "listening", ["address": address.description]) }
    }

    /// Binds all addresses; clients may connect and wait from then on.
    private func bindServer() throws -> (server: Server, hub: Hub)? {
        if parts.configuration.server.listen.isEmpty { return nil }
        let hub = try Hub(epoch: parts.store.epoch, head: parts.pipeline.journal.nextSequence - 1, catalogue: parts.catalogue)
        let server = try Server(
            configuration: Assembly.server(parts.configuration.server), hub: hub, aggregator: parts.aggregator,
            history: parts.configuration.history == nil ? nil : try parts.store.history(), status: view)
        return (server, hub)
    }

    /// Waits for a signal that asks to stop, or for `ended`; true when it was a signal.
    @discardableResult
    private func waitForStop(or ended: EventSignal?) throws -> Bool {
        let poller = try Poller()
        try poller.add(signals.descriptor.number, .readable, token: 0)
        if let ended { try poller.add(ended.descriptor.number, .readable, token: 1) }
        while true {
            var isOver = false
            try poller.wait(nil) { token, _ in if token == 1 { isOver = true } }
            if isOver { return false }
            while let request = signals.next() {
                switch request {
                case .stop: return true
                case .reload: Log.warning("eventail", "SIGHUP: this version does not reload; start it again to read a new configuration")
                }
            }
        }
    }

    /// What the waiting thread found.
    private final class Outcome: Sendable {
        private let complete = Atomic<Bool>(false)
        func set(_ all: Bool) { complete.store(all, ordering: .sequentiallyConsistent) }
        var isComplete: Bool { complete.load(ordering: .sequentiallyConsistent) }
    }
}
